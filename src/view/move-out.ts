import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { decodePath, encodePath } from '../byte-path.ts';
import { O_PATH, openFolderInside } from './inside.ts';

/**
 * Moves a file or a whole folder out of the repository to `kept`. The session may change the repository meanwhile: each
 * step works on handles of real folders, so that a link put in their place cannot make guard move or delete anything
 * outside. Across file systems it is copied, then removed. Throws what the kernel reports.
 */
export function moveOut(root: string, relative: string, kept: string): void {
  mkdirSync(dirname(kept), { recursive: true, mode: 0o700 });
  const parent = dirname(relative);
  const folder = openFolderInside(root, parent === '.' ? '' : parent);
  try {
    const from = entryOf(folder, relative.slice(relative.lastIndexOf('/') + 1));
    try {
      rename(folder, from, kept);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
      copyOut(from, kept);
      withWritable(folder, () => remove(from));
    }
  } finally {
    closeSync(folder);
  }
}

/** The session may have taken the right to write from the folder, or from the one to be moved: it is the same user. */
function rename(folder: number, from: string, kept: string): void {
  const move = () => renameSync(encodePath(from), encodePath(kept));
  try {
    move();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    if (lstatSync(encodePath(from)).isDirectory()) closeSync(openFolder(from));
    withWritable(folder, move);
  }
}

function withWritable(folder: number, act: () => void): void {
  const mode = fstatSync(folder).mode & 0o7777;
  chmodSync(`/proc/self/fd/${folder}`, mode | 0o700);
  try {
    act();
  } finally {
    chmodSync(`/proc/self/fd/${folder}`, mode);
  }
}

/** Opens a folder, no link, that is going away, whatever its mode was. */
function openFolder(path: string): number {
  const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
  const handle = openSync(encodePath(path), O_PATH | O_DIRECTORY | O_NOFOLLOW);
  try {
    chmodSync(`/proc/self/fd/${handle}`, 0o700);
    return openSync(`/proc/self/fd/${handle}`, O_RDONLY | O_DIRECTORY);
  } finally {
    closeSync(handle);
  }
}

/** A name in an open folder, as a path. */
function entryOf(folder: number, name: string): string {
  return `/proc/self/fd/${folder}/${name}`;
}

function copyOut(from: string, kept: string): void {
  const stat = lstatSync(encodePath(from));
  if (stat.isSymbolicLink())
    symlinkSync(readlinkSync(encodePath(from), { encoding: 'buffer' }), encodePath(kept));
  else if (stat.isFile()) copyRegular(from, kept);
  else if (stat.isDirectory()) {
    mkdirSync(encodePath(kept), { mode: 0o700 });
    eachEntry(from, (entry, name) => copyOut(entry, join(kept, name)));
  }
  // FIFOs, sockets and devices hold nothing to keep.
}

function copyRegular(from: string, kept: string): void {
  const fd = openSync(encodePath(from), O_PATH | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(fd).isFile()) return;
    chmodSync(`/proc/self/fd/${fd}`, 0o600);
    copyFileSync(`/proc/self/fd/${fd}`, encodePath(kept));
  } finally {
    closeSync(fd);
  }
}

function remove(path: string): void {
  if (!lstatSync(encodePath(path)).isDirectory()) return unlinkSync(encodePath(path));
  eachEntry(path, remove);
  rmdirSync(encodePath(path));
}

function eachEntry(path: string, visit: (entry: string, name: string) => void): void {
  const fd = openFolder(path);
  try {
    for (const bytes of readdirSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' })) {
      const name = decodePath(bytes);
      visit(entryOf(fd, name), name);
    }
  } finally {
    closeSync(fd);
  }
}
