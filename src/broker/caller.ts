import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { pidfdGetfd, pidfdOpen, poll, POLLIN } from '../kernel/descriptors.ts';
import { processStat } from '../process-stat.ts';

/** How often it is looked whether a caller has stopped, goes on, or is gone. */
const LOOK_EVERY_MS = 150;

/** What became of a caller since the last look. */
export type Change = 'stopped' | 'continued' | 'gone';

/** The process behind a brokered call: its descriptors while it is held, its life afterwards. */
export class CallerProcess {
  readonly pid: number;
  readonly #pidfd: number;
  #timer: NodeJS.Timeout | undefined;
  #onEnd: () => void = () => undefined;
  readonly #end = new Promise<void>((resolve) => (this.#onEnd = resolve));
  #closed = false;

  /** @throws when it is gone */
  constructor(pid: number) {
    this.pid = pid;
    this.#pidfd = pidfdOpen(pid);
  }

  /**
   * Its standard descriptors, as descriptors of this process; what it has closed is /dev/null. Pipes, sockets, files and
   * character devices can be given on: a folder would lead the command somewhere, and anything else is no stream.
   */
  stdio(): [number, number, number] {
    const taken: number[] = [];
    try {
      for (const fd of [0, 1, 2]) taken.push(this.#take(fd));
      return taken as [number, number, number];
    } catch (error) {
      for (const fd of taken) closeSync(fd);
      throw error;
    }
  }

  /** Whether it stands in the folder that the host has at this path. */
  standsIn(folder: string): boolean {
    const [here, there] = [statSync(`/proc/${this.pid}/cwd`), statSync(folder)];
    return here.dev === there.dev && here.ino === there.ino;
  }

  gone(): boolean {
    return this.#closed || poll([{ fd: this.#pidfd, events: POLLIN }], 0)[0] !== 0;
  }

  /** Resolves when it is gone; `watch` has to have been called. */
  ended(): Promise<void> {
    return this.gone() ? Promise.resolve() : this.#end;
  }

  /** Until it is gone or `close` is called. */
  watch(onChange: (change: Change) => void): void {
    let stopped = false;
    this.#timer = setInterval(() => {
      const state = processStat(this.pid)?.state;
      // Looked at afterwards: what was read is this process's only if it still lives.
      if (this.gone()) {
        clearInterval(this.#timer);
        this.#onEnd();
        return onChange('gone');
      }
      if (stopped === (state === 'T')) return;
      stopped = !stopped;
      onChange(stopped ? 'stopped' : 'continued');
    }, LOOK_EVERY_MS);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    closeSync(this.#pidfd);
  }

  #take(number: number): number {
    let fd: number;
    try {
      fd = pidfdGetfd(this.#pidfd, number);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'EBADF') return openSync('/dev/null', 'r+');
      throw error;
    }
    const stats = fstatSync(fd);
    if (stats.isFIFO() || stats.isSocket() || stats.isFile() || stats.isCharacterDevice())
      return fd;
    closeSync(fd);
    throw new Error(`descriptor ${number} is ${stats.isDirectory() ? 'a folder' : 'no stream'}`);
  }
}
