import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { encodePath, pathBytes } from '../../byte-path.ts';
import { entryAt, sharedIndex } from '../../view/git-index.ts';
import type { GitRepository } from '../../view/git-layout.ts';
import { NotMeasured, type Pace } from './pace.ts';
import type { Found } from './tree-size.ts';

/** A million files make some hundred megabytes; that many cannot be read in the time there is. */
const INDEX_LIMIT = 128 * 1024 * 1024;
/** No file has a longer path (PATH_MAX, limits.h), and each folder in it is kept. */
const NAME_LIMIT = 4096;
/** gitformat-index(5): mode of a submodule, and the flag of `git add --intent-to-add`, of which git has no content. */
const GITLINK = 0o160000;
const EXTENDED = 0x4000;
const INTENT_TO_ADD = 0x2000;

interface Tracked {
  mtime: number;
  size: number;
}

/** What git's index says of the files of a work tree. */
export class TrackedFiles {
  readonly #files = new Map<string, Tracked>();
  /** Every folder that holds a tracked file, at any depth. */
  readonly #folders = new Set<string>(['']);
  /** Of a split index the times may be stale. */
  split = false;

  get size(): number {
    return this.#files.size;
  }

  /** `changed`: length or time differ from what git saw last. */
  state(path: string, { size, mtime }: Omit<Found, 'path'>): 'untracked' | 'same' | 'changed' {
    const known = this.#files.get(key(path));
    if (!known) return 'untracked';
    const same = known.size === size % 2 ** 32 && known.mtime === mtime % 2 ** 32;
    return same || this.split ? 'same' : 'changed';
  }

  holdsTracked(folder: string): boolean {
    return this.#folders.has(key(folder));
  }

  add(name: string, entry: Tracked): void {
    this.#files.set(name, entry);
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      const folder = name.slice(0, end);
      if (this.#folders.has(folder)) return;
      this.#folders.add(folder);
    }
  }
}

/** @throws NotMeasured, or Stopped when the time is over */
export async function readTracked(repository: GitRepository, pace: Pace): Promise<TrackedFiles> {
  const files = new TrackedFiles();
  await readInto(files, repository, 'index', pace);
  return files;
}

/** As git reads it, but in slices: gitformat-index(5), versions 2 to 4. */
async function readInto(
  files: TrackedFiles,
  { gitDir, objectIdBytes }: GitRepository,
  file: string,
  pace: Pace,
): Promise<void> {
  const index = await readFile(`${gitDir}/${file}`, pace.signal);
  if (!index) {
    if (file === 'index') return;
    throw new NotMeasured('a part of the git index is missing');
  }
  const version = index.length < 12 + objectIdBytes ? 0 : index.readUInt32BE(4);
  if (version < 2 || version > 4 || index.toString('latin1', 0, 4) !== 'DIRC')
    throw new NotMeasured('the git index cannot be read');
  try {
    let [at, previous] = [12, ''];
    for (let left = index.readUInt32BE(8); left > 0; left--) {
      const wait = pace.breathe();
      if (wait) await wait;
      const { name, next } = entryAt(index, version, objectIdBytes, at, previous);
      if (name.length > NAME_LIMIT) throw new NotMeasured('the git index cannot be read');
      if (isContent(index, version, at, objectIdBytes))
        files.add(name, { mtime: index.readUInt32BE(at + 8), size: index.readUInt32BE(at + 36) });
      [at, previous] = [next, name];
    }
    const shared = sharedIndex(index, at, objectIdBytes);
    if (!shared || file !== 'index') return;
    files.split = true;
    await readInto(
      files,
      { gitDir, objectIdBytes } as GitRepository,
      `sharedindex.${shared}`,
      pace,
    );
  } catch (error) {
    if (error instanceof RangeError) throw new NotMeasured('the git index cannot be read');
    throw error;
  }
}

function isContent(index: Buffer, version: number, at: number, objectIdBytes: number): boolean {
  if (index.readUInt32BE(at + 24) === GITLINK) return false;
  const flags = at + 40 + objectIdBytes;
  const extended = version >= 3 && (index.readUInt16BE(flags) & EXTENDED) !== 0;
  return !extended || (index.readUInt16BE(flags + 2) & INTENT_TO_ADD) === 0;
}

/** Null where there is none. */
async function readFile(path: string, signal: AbortSignal): Promise<Buffer | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(encodePath(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => null);
  if (!handle) return null;
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new NotMeasured('the git index is no file');
    if (stat.size > INDEX_LIMIT) throw new NotMeasured('the git index is too large');
    return await handle.readFile({ signal });
  } finally {
    await handle.close();
  }
}

function key(path: string): string {
  return pathBytes(path).toString('latin1');
}
