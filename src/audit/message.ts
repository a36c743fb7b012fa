import { readFileSync, readSync } from 'node:fs';
import { encodePath } from '../byte-path.ts';
import { LARGEST_BLOB } from './blobs.ts';
import { textOf, type Examiner } from './examine.ts';
import { couldNotLook } from './git.ts';

/**
 * Looks through a commit's message as a commit-msg hook is given it. Comments in it count too: with `-m` git keeps them.
 * Below git's scissors (git-commit(1), `--cleanup`) stands the diff of `commit -v`, with what the commit removes.
 */
export async function auditMessage(examiner: Examiner, file: string): Promise<void> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(encodePath(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw couldNotLook(`cannot read the message ${file}`, code ?? String(error), 'Name the file');
  }
  await examiner.examine(
    textOf('', bytes.subarray(0, scissors(bytes)), { shown: file, place: 'message' }),
  );
}

const SCISSORS = ' ------------------------ >8 ------------------------\n';

/** Where the part begins that git drops. Git writes a comment below the line; without one it is text like any other. */
function scissors(bytes: Buffer): number {
  const at = bytes.indexOf(SCISSORS, 1, 'latin1');
  const mark = bytes[at - 1];
  const isLine = at === 1 || (at > 1 && bytes[at - 2] === 10);
  return isLine && bytes[at + SCISSORS.length] === mark ? at - 1 : bytes.length;
}

/** Looks through standard input. */
export async function auditInput(examiner: Examiner, fd: number): Promise<void> {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(256 * 1024);
    const count = readOrEnd(fd, piece);
    if (count === 0) break;
    pieces.push(piece.subarray(0, count));
    length += count;
    if (length > LARGEST_BLOB)
      throw couldNotLook('cannot look at the input', 'it is larger than 1 GiB', 'Name a file');
  }
  await examiner.examine(textOf('', Buffer.concat(pieces), { shown: '(standard input)' }));
}

function readOrEnd(fd: number, piece: Buffer): number {
  for (;;)
    try {
      return readSync(fd, piece, 0, piece.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe that another made non-blocking is empty.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      else if (code === 'EOF') return 0;
      else throw couldNotLook('cannot look at the input', code ?? String(error), 'Name a file');
    }
}
