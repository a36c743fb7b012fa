import { closeSync, constants, lstatSync, openSync, opendirSync, type Dir } from 'node:fs';
import { decodePath, encodePath } from '../../byte-path.ts';
import { Stopped, type Pace } from './pace.ts';

/** Files, folders and links that are looked at, at most. */
export const ENTRIES_LIMIT = 200_000;
/** A handle stays open for each level: of a tree deeper than this the rest is not looked at. */
const DEPTH_LIMIT = 200;

export interface TreeSize {
  files: number;
  folders: number;
  bytes: number;
  /** Seconds; 0 for none. */
  newest: number;
  /** Relative paths of what is called .git. */
  gits: string[];
  /** Folders that could not be read or were too deep, or that are another file system's. */
  unread: number;
  /** Why the numbers are only lower bounds. */
  cut: 'time' | 'size' | null;
}

export interface Found {
  /** Below the folder that is measured. */
  path: string;
  size: number;
  /** Seconds. */
  mtime: number;
}

export interface TreeOptions {
  /** Called for each file and link, whatever stands in for `files`. */
  onFile?: (file: Found) => void;
  /** Is the folder looked into? */
  enter?: (path: string) => boolean;
}

/**
 * What a folder holds, without following a link: each folder is opened by name from the handle of the one above it, so
 * that nobody who renames meanwhile can lead this out of the tree. Never throws.
 */
export async function measureTree(
  parent: number,
  name: string,
  pace: Pace,
  { onFile, enter }: TreeOptions = {},
): Promise<TreeSize> {
  const size = emptyTree();
  let looked = 0;

  async function walk(above: number, own: string | Buffer, path: string, depth: number) {
    let fd: number;
    try {
      if (depth > DEPTH_LIMIT) throw new Error('too deep');
      fd = openFolderAt(above, own);
    } catch {
      size.unread += 1;
      return;
    }
    try {
      const folders: Buffer[] = [];
      for (const entry of entries(fd)) {
        if (++looked > ENTRIES_LIMIT) {
          size.cut = 'size';
          return;
        }
        const wait = pace.breathe();
        if (wait) await wait;
        if (entry.isDirectory) folders.push(entry.name);
        else take(fd, entry.name, path);
        if (entry.name.equals(GIT)) size.gits.push(`${path}.git`);
      }
      for (const folder of folders) {
        if (size.cut) return;
        const below = `${path}${decodePath(folder)}`;
        if (enter && !enter(below)) continue;
        size.folders += 1;
        await walk(fd, folder, `${below}/`, depth + 1);
      }
    } catch (error) {
      if (error instanceof Stopped) throw error;
      size.unread += 1;
    } finally {
      closeSync(fd);
    }
  }

  function take(fd: number, file: Buffer, path: string): void {
    const full = Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), file]);
    const stat = lstatSync(full, { throwIfNoEntry: false });
    if (!stat) return;
    const mtime = Math.floor(stat.mtimeMs / 1000);
    size.files += 1;
    if (stat.isFile()) size.bytes += stat.size;
    size.newest = Math.max(size.newest, mtime);
    onFile?.({ path: path + decodePath(file), size: stat.size, mtime });
  }

  try {
    await walk(parent, name, '', 0);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    size.cut = 'time';
  }
  return size;
}

export function emptyTree(): TreeSize {
  return { files: 0, folders: 0, bytes: 0, newest: 0, gits: [], unread: 0, cut: null };
}

const GIT = Buffer.from('.git');

interface Entry {
  name: Buffer;
  isDirectory: boolean;
}

/** A folder may hold millions of names: they are read as they are needed. */
function* entries(fd: number): Generator<Entry> {
  // Node's types know no other encoding than text here; the names are bytes all the same.
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: 256 };
  const folder: Dir = opendirSync(`/proc/self/fd/${fd}`, options);
  try {
    for (let entry = folder.readSync(); entry; entry = folder.readSync())
      yield { name: entry.name as unknown as Buffer, isDirectory: entry.isDirectory() };
  } finally {
    folder.closeSync();
  }
}

/** Opens a folder by a handle on the one above it, no link followed. Throws what open(2) reports. */
function openFolderAt(parent: number, name: string | Buffer): number {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const path =
    typeof name === 'string'
      ? encodePath(`/proc/self/fd/${parent}/${name}`)
      : Buffer.concat([Buffer.from(`/proc/self/fd/${parent}/`), name]);
  return openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
}
