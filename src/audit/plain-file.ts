import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';

/** No script that a person wrote is longer. */
const LONGEST = 1024 * 1024;

/** A file's content; null for what is missing, no file itself (a link, a FIFO), or too long. */
export function readPlain(path: string): Buffer | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() && stats.size <= LONGEST ? readFileSync(path) : null;
}

/** What is at a path is not what can be read to its end. */
export class NotPlain extends Error {}

/** A file that a person named, through links: they may lead to what has no end. Throws {@link NotPlain}. */
export function readBounded(path: string, most: number): Buffer {
  // O_NONBLOCK: opening a FIFO must not wait for a writer (fifo(7)).
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new NotPlain('it is not a plain file');
    if (stats.size > most) throw new NotPlain(`it is larger than ${most / 1024 / 1024} MiB`);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Whole or not at all: git may start the hook at any moment. */
export function replaceFile(path: string, content: string | Buffer, mode: number): void {
  const fresh = `${path}.guard-new`;
  try {
    writeFileSync(fresh, content, { flag: 'wx' });
    // Not by the creation mask.
    chmodSync(fresh, mode);
    renameSync(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(fresh, { force: true });
    throw error;
  }
}
