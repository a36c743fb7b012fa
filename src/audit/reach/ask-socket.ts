import { accessSync, constants, statSync } from 'node:fs';
import { createConnection } from 'node:net';

/** An agent on this machine answers in milliseconds. */
const PATIENCE = 2000;
const LONGEST_ANSWER = 1024 * 1024;

/**
 * Sends bytes to a socket of this machine and reads until `whole` says that the answer is there. Null where nobody
 * answers, or not in its protocol.
 */
export function askSocket(
  path: string,
  question: Buffer | string,
  whole: (answer: Buffer) => boolean,
): Promise<Buffer | null> {
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const socket = createConnection(path);
    const end = (result: Buffer | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end(null), PATIENCE);
    socket.on('connect', () => socket.write(question));
    socket.on('error', () => end(null));
    socket.on('close', () => end(null));
    socket.on('data', (piece: Buffer) => {
      answer = Buffer.concat([answer, piece]);
      if (whole(answer)) end(answer);
      else if (answer.length > LONGEST_ANSWER) end(null);
    });
  });
}

/** Is a socket there that this user may write to? connect(2) asks for that. */
export function isOpenSocket(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return statSync(path).isSocket();
  } catch {
    return false;
  }
}
