import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { encodePath } from '../byte-path.ts';
import { fileProblem } from './problem.ts';

/** No profile a person wrote comes near it. */
export const MAX_PROFILE_BYTES = 1024 * 1024;

export interface ProfileText {
  text: string;
  /** Hex SHA-256 of the exact bytes. */
  sha256: string;
}

export interface ReadOptions {
  /** Refuse a symbolic link: a repository's must not lead to a file of the user's. Default false. */
  refuseLinks?: boolean;
  /** As shown in errors; default the path. */
  shown?: string;
}

/** Reads a profile whole. Null when it does not exist; throws ProfileError when it exists and cannot be used. */
export function readProfileFile(path: string, options: ReadOptions = {}): ProfileText | null {
  const shown = options.shown ?? path;
  const bytes = readBytes(path, shown, options.refuseLinks ?? false);
  if (!bytes) return null;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), sha256 };
  } catch {
    throw fileProblem(shown, 'not UTF-8 text', 'Save the file as UTF-8');
  }
}

function readBytes(path: string, shown: string, refuseLinks: boolean): Buffer | null {
  let descriptor: number;
  try {
    // O_NONBLOCK: opening a FIFO must not wait for a writer (fifo(7)).
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    descriptor = openSync(encodePath(path), flags | (refuseLinks ? constants.O_NOFOLLOW : 0));
  } catch (error) {
    return explainOpen((error as NodeJS.ErrnoException).code ?? '', path, shown);
  }
  try {
    const stats = fstatSync(descriptor);
    if (stats.isDirectory())
      throw fileProblem(shown, 'it is a folder', 'A profile is a file: move the folder away');
    if (!stats.isFile())
      throw fileProblem(shown, 'it is not a plain file', 'Put a plain file there');
    if (stats.size > MAX_PROFILE_BYTES) throw tooLarge(shown);
    return readBounded(descriptor, shown);
  } finally {
    closeSync(descriptor);
  }
}

/** The size can change while it is read, so the bound holds for what was read. */
function readBounded(descriptor: number, shown: string): Buffer {
  const buffer = Buffer.allocUnsafe(MAX_PROFILE_BYTES + 1);
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += count;
    if (length > MAX_PROFILE_BYTES) throw tooLarge(shown);
    if (count === 0) return buffer.subarray(0, length);
  }
}

function tooLarge(shown: string): Error {
  return fileProblem(shown, 'larger than 1 MiB', 'Shorten it: a profile is a page or two');
}

function explainOpen(code: string, path: string, shown: string): null {
  if (code === 'ENOENT') {
    // A link to nothing is a profile somebody meant to have.
    if (!lstatSync(encodePath(path), { throwIfNoEntry: false })) return null;
    throw fileProblem(shown, 'it is a link to a file that does not exist', 'Mend or remove it');
  }
  if (code === 'EACCES' || code === 'EPERM')
    throw fileProblem(shown, 'it cannot be read: permission denied', 'Make it readable for you');
  if (code === 'ELOOP')
    throw fileProblem(shown, 'it is a symbolic link', 'Put a plain file there instead of the link');
  if (code === 'ENOTDIR')
    throw fileProblem(shown, 'a part of its path is not a folder', 'Mend the path');
  throw fileProblem(shown, `it cannot be opened (${code})`, 'Mend or remove the file');
}
