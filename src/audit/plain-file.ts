import { chmodSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** No script that a person wrote is longer. */
const LONGEST = 1024 * 1024;

/** A file's content; null for what is missing, no file itself (a link, a FIFO), or too long. */
export function readPlain(path: string): Buffer | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() && stats.size <= LONGEST ? readFileSync(path) : null;
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
