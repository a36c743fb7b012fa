import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { LONGEST_READ, type Match } from '../engine/detector.ts';
import { FORMATS, readersAt } from './readers.ts';
import type { StoreFile } from './store-places.ts';
import type { CredentialStore } from './stores-format.ts';

export { filesOfStore, type StoreFile, type Surroundings } from './store-places.ts';

/** The bytes of a store's file, one a character; null where it cannot be read or is too long to be one. */
export function readStoreFile({ path }: StoreFile): string | null {
  let fd: number | undefined;
  try {
    // Not to wait for a pipe that has taken the file's place.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const { size } = fstatSync(fd);
    if (!fstatSync(fd).isFile() || size > LONGEST_READ) return null;
    const bytes = Buffer.alloc(size);
    const read = readSync(fd, bytes, 0, size, 0);
    return bytes.toString('latin1', 0, read);
  } catch {
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** What the store's reader finds in a text that stands at `path`. */
export function matchesIn(
  { reader }: CredentialStore,
  text: string,
  path: string,
): readonly Match[] {
  if (reader === undefined) return [];
  const byPath = readersAt(path).find(({ id }) => id === reader);
  const other = FORMATS.find(({ id }) => id === reader);
  return (byPath ?? other)?.read(text, path) ?? [];
}
