import { chmodSync, closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFifo } from '../kernel/fifo.ts';

/**
 * Where a shim waits for the exit code. The session sees the folder read-only, which does not keep anybody from writing to
 * a fifo: its permissions do, for its owner and for a user 0 without capabilities. Guard's own end is opened before.
 */
export class Answer {
  readonly #path: string;
  readonly #fd: number;
  #removed = false;

  /** @param inside the shim's own process id, by which it looks for its answer */
  constructor(folder: string, inside: number) {
    this.#path = join(folder, String(inside));
    // Left by an earlier process of that number: its answer must not be taken for this one's.
    rmSync(this.#path, { force: true });
    makeFifo(this.#path, 0o600);
    // For both: an end to read from keeps what is written until the shim has it.
    this.#fd = openSync(this.#path, constants.O_RDWR | constants.O_NONBLOCK);
    chmodSync(this.#path, 0o400);
  }

  give(code: number): void {
    if (!this.#removed) writeSync(this.#fd, `${code}\n`);
  }

  /** To be called when the shim is gone. */
  remove(): void {
    if (this.#removed) return;
    this.#removed = true;
    rmSync(this.#path, { force: true });
    closeSync(this.#fd);
  }
}
