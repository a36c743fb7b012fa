import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type BigIntStats,
} from 'node:fs';
import { encodePath } from '../byte-path.ts';

/** Linux UAPI, asm-generic/fcntl.h; the same number on every architecture Node is built for. */
export const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * Opens what stands at a relative path below `root` without following a link in any component, so that whoever can write
 * in the repository cannot send guard elsewhere, not even by swapping a folder for a link meanwhile. The descriptor is a
 * handle only (O_PATH): opening a FIFO or a device so has no effect, and nothing can be read through it yet.
 * Throws what `open(2)` reports: ELOOP or ENOTDIR for a link on the way, ENOENT. The caller closes.
 */
export function openInside(root: string, relative: string, flags = 0): number {
  let at = openSync(encodePath(root), O_PATH | O_DIRECTORY);
  const parts = relative === '' ? [] : relative.split('/');
  for (const [index, part] of parts.entries()) {
    if (part === '..' || part === '') {
      closeSync(at);
      throw new Error('a path inside the repository has no ".." and no "//"');
    }
    const last = index === parts.length - 1;
    const below = at;
    try {
      const kind = last ? flags : O_DIRECTORY;
      at = openSync(encodePath(`/proc/self/fd/${below}/${part}`), O_PATH | O_NOFOLLOW | kind);
    } finally {
      closeSync(below);
    }
  }
  return at;
}

export function openFolderInside(root: string, relative: string): number {
  return openInside(root, relative, O_DIRECTORY);
}

/** Runs `use` with the handle and closes it. */
export function withInside<T>(root: string, relative: string, use: (fd: number) => T): T {
  const fd = openInside(root, relative);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

export function statHandle(fd: number): BigIntStats {
  return fstatSync(fd, { bigint: true });
}

/** What stands at a path, no link followed at its end; undefined where nothing is, or nothing that a path can name. */
export function lstatAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(encodePath(path), { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    // `throwIfNoEntry` is about ENOENT alone.
    const { code = '' } = error as NodeJS.ErrnoException;
    if (/^(ENAMETOOLONG|ENOTDIR|ELOOP)$/.test(code)) return undefined;
    throw error;
  }
}

/** The content of the regular file behind a handle. Null if it is longer than `limit` bytes or no regular file. */
export function readHandle(handle: number, limit: number): Buffer | null {
  const { size, mode } = fstatSync(handle);
  if ((mode & constants.S_IFMT) !== constants.S_IFREG || size > limit) return null;
  const fd = openSync(`/proc/self/fd/${handle}`, O_RDONLY | O_NONBLOCK);
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.max(4096, size - total + 1));
      const read = readSync(fd, chunk, 0, chunk.length, null);
      if (read === 0) return Buffer.concat(chunks);
      total += read;
      if (total > limit) return null;
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
}

/** A small regular file as text; null if it is missing, a link, too long or cannot be read. */
export function readSmall(path: string, limit = 64 * 1024): string | null {
  const bytes = readRegular(path, limit);
  return bytes ? bytes.toString('utf8') : null;
}

/** The content of a regular file that is no link; null if missing, too long or unreadable. */
export function readRegular(path: string, limit: number): Buffer | null {
  let fd: number;
  try {
    fd = openSync(encodePath(path), O_PATH | O_NOFOLLOW);
  } catch {
    return null;
  }
  try {
    return readHandle(fd, limit);
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

export function isEmptyFolder(path: string): boolean {
  try {
    if (!lstatSync(encodePath(path)).isDirectory()) return false;
    return readdirSync(encodePath(path)).length === 0;
  } catch {
    // A file, gone, or closed to guard: to be dealt with as it is.
    return false;
  }
}
