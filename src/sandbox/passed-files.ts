import { closeSync, createReadStream, createWriteStream, fstatSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { GuardError } from '../guard-error.ts';
import { pipe } from '../kernel/descriptors.ts';

type Stdio = readonly [number, number, number];

interface Pump {
  /** Descriptors of the session that this file stands behind. */
  for: number[];
  file: number;
  /** The end that the session gets, and the end that stays here. */
  given: number;
  kept: number;
}

/**
 * Files on descriptors 0–2. Given as they are, the session could open them again through /proc/self/fd with all that the
 * user may do: write to what was opened for reading, empty what was opened for appending, leave through a folder. So it
 * gets a pipe, and guard copies. Pipes, terminals and devices are passed on as they are.
 */
export class PassedFiles {
  readonly stdio: [number, number, number];
  readonly #pumps: Pump[] = [];
  readonly #outputs: Promise<void>[] = [];

  /** Throws a GuardError for a folder. */
  constructor(stdio: Stdio) {
    this.stdio = [...stdio];
    const stats = stdio.map((fd) => fstatSync(fd, { bigint: false }));
    stats.forEach((stat, index) => {
      if (stat.isDirectory()) throw isFolder(index);
      if (stat.isFile()) this.#pass(index, stat, stats);
    });
  }

  /** To be called when the session has its ends. */
  start(): void {
    for (const { for: of, file, given, kept } of this.#pumps) {
      closeSync(given);
      if (of.includes(0)) feed(file, kept);
      else this.#outputs.push(collect(kept, file));
    }
  }

  /** Resolves when all that the session wrote is in the files. */
  async finish(): Promise<void> {
    await Promise.all(this.#outputs);
  }

  #pass(index: number, stat: Stats, all: readonly Stats[]): void {
    // `>out 2>&1`: one pipe for both keeps the order.
    const twin =
      index === 2 && this.#pumps.find((pump) => pump.for.includes(1) && sameFile(stat, all[1]));
    if (twin) {
      twin.for.push(2);
      this.stdio[2] = twin.given;
      return;
    }
    const [read, write] = pipe();
    const [given, kept] = index === 0 ? [read, write] : [write, read];
    this.#pumps.push({ for: [index], file: this.stdio[index] ?? index, given, kept });
    this.stdio[index] = given;
  }
}

function feed(file: number, kept: number): void {
  const end = new Socket({ fd: kept, readable: false, writable: true });
  // The session need not read all of its input.
  end.on('error', () => undefined);
  createReadStream('', { fd: file, autoClose: false })
    .on('error', () => end.destroy())
    .pipe(end);
}

async function collect(kept: number, file: number): Promise<void> {
  const end = new Socket({ fd: kept, readable: true, writable: false });
  const output = createWriteStream('', { fd: file, autoClose: false });
  end.on('error', () => output.end());
  end.pipe(output);
  // A full disk is the command's loss, as it would be without guard.
  await finished(output).catch(() => end.destroy());
}

function sameFile(a: Stats, b: Stats | undefined): boolean {
  return b !== undefined && b.isFile() && a.dev === b.dev && a.ino === b.ino;
}

function isFolder(index: number): GuardError {
  return new GuardError({
    what: `cannot pass on descriptor ${index}`,
    why: 'it is a folder, through which the session could leave its view',
    fix: 'Redirect from or to a file',
  });
}
