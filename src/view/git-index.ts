import { lstatSync } from 'node:fs';
import { encodePath, pathBytes } from '../byte-path.ts';
import { readRegular } from './inside.ts';

export interface IndexEntry {
  /** Name of the blob, hexadecimal. */
  oid: string;
  /** Seconds; 0 where git has not looked yet. */
  mtime: number;
  /** As git recorded it, cut to 32 bits. */
  size: number;
  /** When the index itself was written, in seconds: a file as young as that is read by git whatever its times say. */
  written: number;
}

/** An index of a million files is some hundred megabytes. */
const LARGEST_INDEX = 512 * 1024 * 1024;

/** Must git read the file to know whether it changed (racy-git)? Then its stand-in must be readable. */
export function opensToCompare(
  entry: IndexEntry,
  stat: { mtimeNs: bigint; size: bigint },
): boolean {
  const mtime = Number(stat.mtimeNs / 1_000_000_000n);
  const sameSize = entry.size === Number(stat.size & 0xffffffffn);
  return entry.mtime !== mtime || !sameSize || mtime >= entry.written;
}

/**
 * Which of `paths` (relative to the work tree) git tracks. The index is read here, not by running git: a repository's
 * own configuration can make git run programs (core.fsmonitor, filters), and this happens outside the sandbox.
 * Format: gitformat-index(5), versions 2 to 4. An index that cannot be understood tracks nothing.
 */
export function trackedPaths(
  gitDir: string,
  paths: readonly string[],
  objectIdBytes: 20 | 32,
): Map<string, IndexEntry> {
  const wanted = new Map(paths.map((path) => [pathBytes(path).toString('latin1'), path]));
  const tracked = new Map<string, IndexEntry>();
  if (wanted.size > 0) readIndex(gitDir, 'index', objectIdBytes, wanted, tracked);
  return tracked;
}

/**
 * Which of `paths` the index tracks, or something below them, or something that they are below: a submodule. Null where
 * that cannot be told: no index is one that tracks nothing, but one that is too large or not understood may track anything.
 */
export function trackedBelow(
  gitDir: string,
  paths: readonly string[],
  objectIdBytes: 20 | 32,
  { largest, before }: { largest: number; before: () => boolean },
): Set<string> | null {
  const wanted = paths.map((path) => [path, pathBytes(path).toString('latin1')] as const);
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (!before()) throw new RangeError('no time left');
    for (const [path, bytes] of wanted)
      if (name === bytes || name.startsWith(`${bytes}/`) || `${bytes}/`.startsWith(withSlash(name)))
        found.add(path);
  };
  const readOne = (file: string): string | null | undefined => {
    const path = `${gitDir}/${file}`;
    const index = readRegular(path, largest);
    if (!index || index.length < 12 + objectIdBytes || index.toString('latin1', 0, 4) !== 'DIRC')
      return lstatSync(encodePath(path), { throwIfNoEntry: false }) ? undefined : null;
    const version = index.readUInt32BE(4);
    if (version < 2 || version > 4) return undefined;
    return sharedIndex(index, readEntries(index, version, objectIdBytes, visit), objectIdBytes);
  };
  try {
    const shared = readOne('index');
    if (shared === undefined) return null;
    if (shared === null) return found;
    const path = `${gitDir}/sharedindex.${shared}`;
    if (!lstatSync(encodePath(path), { throwIfNoEntry: false })) return null;
    return readOne(`sharedindex.${shared}`) === undefined ? null : found;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Of a sparse index, a folder's name ends in a slash. */
function withSlash(name: string): string {
  return name.endsWith('/') ? name : `${name}/`;
}

function readIndex(
  gitDir: string,
  file: string,
  objectIdBytes: number,
  wanted: ReadonlyMap<string, string>,
  tracked: Map<string, IndexEntry>,
): void {
  const index = readRegular(`${gitDir}/${file}`, LARGEST_INDEX);
  if (!index || index.length < 12 + objectIdBytes || index.toString('latin1', 0, 4) !== 'DIRC')
    return;
  const written = modified(`${gitDir}/index`);
  const version = index.readUInt32BE(4);
  if (version < 2 || version > 4) return;
  try {
    const end = readEntries(index, version, objectIdBytes, (name, at) => {
      const path = wanted.get(name);
      if (path === undefined || tracked.has(path)) return;
      const [mtime, size] = [index.readUInt32BE(at + 8), index.readUInt32BE(at + 36)];
      const oid = index.toString('hex', at + 40, at + 40 + objectIdBytes);
      tracked.set(path, { oid, mtime, size, written });
    });
    const shared = sharedIndex(index, end, objectIdBytes);
    // Of a split index the other half is read as well; what the first half deletes from it counts as tracked still.
    if (shared && file === 'index')
      readIndex(gitDir, `sharedindex.${shared}`, objectIdBytes, wanted, tracked);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/** Calls `visit` with each name (latin1) and the offset of its entry; returns where the extensions begin. */
function readEntries(
  index: Buffer,
  version: number,
  objectIdBytes: number,
  visit: (name: string, at: number) => void,
): number {
  const count = index.readUInt32BE(8);
  let at = 12;
  let previous = '';
  for (let n = 0; n < count; n++) {
    const { name, next } = entryAt(index, version, objectIdBytes, at, previous);
    visit(name, at);
    previous = name;
    at = next;
  }
  return at;
}

/** Name (latin1) of the entry that begins at `start`, after one called `previous`, and where the next begins. @throws RangeError */
export function entryAt(
  index: Buffer,
  version: number,
  objectIdBytes: number,
  start: number,
  previous: string,
): { name: string; next: number } {
  const fixed = 40 + objectIdBytes;
  const extended = version >= 3 && (index.readUInt16BE(start + fixed) & 0x4000) !== 0;
  let at = start + fixed + (extended ? 4 : 2);
  let kept = '';
  if (version === 4) {
    const strip = offsetVarint(index, at);
    at = strip.next;
    kept = previous.slice(0, Math.max(0, previous.length - strip.value));
  }
  const nul = index.indexOf(0, at);
  if (nul < 0) throw new RangeError('no end of name');
  const name = kept + index.toString('latin1', at, nul);
  // Versions 2 and 3 pad each entry to a multiple of eight bytes, with at least one NUL.
  return { name, next: version === 4 ? nul + 1 : start + ((nul - start + 8) & ~7) };
}

function modified(file: string): number {
  const stat = lstatSync(encodePath(file), { throwIfNoEntry: false });
  return stat ? Math.floor(stat.mtimeMs / 1000) : 0;
}

/** The offset encoding of pack files: each further byte adds one before it is shifted. */
function offsetVarint(buffer: Buffer, from: number): { value: number; next: number } {
  let at = from;
  let byte = buffer.readUInt8(at++);
  let value = byte & 0x7f;
  while (byte & 0x80) {
    byte = buffer.readUInt8(at++);
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, next: at };
}

/** Name of the shared half from the `link` extension, if there is one. */
export function sharedIndex(index: Buffer, from: number, objectIdBytes: number): string | null {
  for (let at = from; at + 8 <= index.length - objectIdBytes;) {
    const size = index.readUInt32BE(at + 4);
    if (index.toString('latin1', at, at + 4) === 'link') {
      const id = index.toString('hex', at + 8, at + 8 + objectIdBytes);
      return /^0*$/.test(id) ? null : id;
    }
    at += 8 + size;
  }
  return null;
}
