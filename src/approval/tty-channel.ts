import { closeSync, constants, openSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import { inForeground } from '../process-stat.ts';
import type { PromptScreen, TerminalChannel } from './types.ts';

/** The controlling terminal of the process that opens it (tty(4)). */
const CONTROLLING_TERMINAL = '/dev/tty';
/** Input kept for a reader that is slow: a person's keys are far fewer. Bytes. */
const KEPT_INPUT = 64 * 1024;
const WINDOW = { columns: 80, rows: 24 };

export interface TtyChannelOptions {
  /** Whether a program of the session holds the whole screen now. */
  fullScreen?: () => boolean;
}

/**
 * Questions on guard's own controlling terminal, for a session that does not read from it: while a question is shown
 * nobody else may. The terminal is in raw mode only from `acquire` to `release`, and put back when the process exits in
 * between (a signal that ends the process without running its exit handlers leaves it raw: the caller handles those).
 */
export function ttyChannel({ fullScreen = () => false }: TtyChannelOptions = {}): TerminalChannel {
  return {
    available() {
      // In the background it would be stopped for reading from its terminal or setting it (SIGTTIN, SIGTTOU: termios(3)).
      if (!inForeground() || !canOpen()) return 'no-terminal';
      return fullScreen() ? 'full-screen' : 'yes';
    },
    acquire() {
      return Promise.resolve().then(takeTerminal);
    },
  };
}

function takeTerminal(): PromptScreen {
  // Two descriptors: a stream owns and closes its own.
  const input = new ReadStream(openTerminal(constants.O_RDONLY));
  const output = new WriteStream(openTerminal(constants.O_WRONLY));
  const chunks: Buffer[] = [];
  let kept = 0;
  let ended = false;
  let wake = () => {};

  input.on('data', (chunk: Buffer) => {
    // A burst too long to keep is no answer, with or without its rest.
    if (kept + chunk.length <= KEPT_INPUT) {
      kept += chunk.length;
      chunks.push(chunk);
    }
    wake();
  });
  for (const stream of [input, output])
    for (const event of ['end', 'close', 'error'])
      stream.on(event, () => {
        ended = true;
        wake();
      });
  const restore = () => void (input.destroyed || input.setRawMode(false));
  process.on('exit', restore);
  input.setRawMode(true);

  return {
    columns: output.columns || WINDOW.columns,
    rows: output.rows || WINDOW.rows,
    write(text) {
      if (!output.destroyed) output.write(text);
    },
    readKey(signal) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const chunk = chunks.shift();
          if (!chunk && !ended && !signal.aborted) return;
          wake = () => {};
          signal.removeEventListener('abort', look);
          kept -= chunk?.length ?? 0;
          if (chunk) resolve(chunk);
          else if (ended) resolve(Buffer.alloc(0));
          else reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        };
        wake = look;
        signal.addEventListener('abort', look);
        look();
      });
    },
    async release() {
      if (input.destroyed) return;
      process.off('exit', restore);
      try {
        input.setRawMode(false);
      } finally {
        await Promise.all([closed(input), closed(output)]);
      }
    },
  };
}

function closed(stream: ReadStream | WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) return resolve();
    stream.once('close', resolve);
    stream.destroy();
  });
}

function openTerminal(mode: number): number {
  return openSync(CONTROLLING_TERMINAL, mode | constants.O_NOCTTY);
}

function canOpen(): boolean {
  try {
    closeSync(openTerminal(constants.O_RDWR));
    return true;
  } catch {
    return false;
  }
}
