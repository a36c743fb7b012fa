import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readSync,
  statSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { stampKey, type FileStamp, type HeldFile } from './held-call.ts';

/** Dynamic loaders run any program given to them: ld.so(8), and musl's. */
const LOADERS = [
  '/lib64/ld-linux-x86-64.so.2',
  '/lib/ld-linux-aarch64.so.1',
  '/lib/ld-musl-x86_64.so.1',
  '/lib/ld-musl-aarch64.so.1',
];
/** Their packs read the applet out of argv[0]. */
const MULTI_CALL = new Set(['busybox', 'coreutils', 'toybox']);
export const LOADER_NAME = /^ld-(?:linux|musl)/;

/** chmod(2) */
const ANY_EXECUTE = 0o111;

interface KnownProgram extends FileStamp {
  names: Set<string>;
  path: string;
  hash?: string;
}

/**
 * A program is its file, not its name: device and inode (a link), else length and then content (a copy, a memfd).
 * Knows the programs that rules speak of, as they are installed on this machine.
 */
export class ProgramIdentity {
  readonly #byInode = new Map<string, KnownProgram>();
  readonly #bySize = new Map<number, KnownProgram[]>();
  /** Hashes of files already looked at, by device, inode, length and time of change (which utimes(2) cannot set back). */
  readonly #hashes = new Map<string, string>();

  constructor(names: Iterable<string>, folders: readonly string[]) {
    const wanted = new Set(names);
    // One read of a folder is cheaper than a look for each name in it.
    for (const folder of distinct(folders))
      for (const name of namesIn(folder))
        if (wanted.has(name)) this.#learn(name, join(folder, name));
    for (const path of LOADERS) this.#learn(lastComponent(path), path);
  }

  /** Names the file is known by beyond its own; `calledAs` is its argv[0]. */
  names(file: HeldFile, calledAs: string): string[] {
    const known = this.#unchanged(file) ?? this.#sameContent(file, this.#hashOf(file));
    if (!known) return [];
    // What several names share is one program (`sh` and `dash`) or decides by argv[0] what it is. An argv[0] beyond them says
    // nothing: it is the caller's to choose.
    const called = lastComponent(calledAs);
    if (known.names.has(called)) return [called];
    const multiCall = [...known.names].find((name) => MULTI_CALL.has(name));
    return multiCall === undefined ? [...known.names] : [multiCall];
  }

  /**
   * Whether the file that was looked at may have become another program since, its inode being the same. A file that is
   * mapped can be written without a trace in its times, so one that is as long as a known program is never trusted.
   */
  mayBeAnother(judged: FileStamp, now: FileStamp): boolean {
    if (judged.size !== now.size || judged.ctimeMs !== now.ctimeMs) return true;
    return this.#bySize.has(now.size) && !this.#unchanged(now);
  }

  /** Whether `now`, which nobody can write to any more, is the program that it was when it was judged. */
  isStill(judged: FileStamp, now: HeldFile): boolean {
    const was =
      this.#unchanged(judged) ?? this.#sameContent(judged, this.#hashes.get(stampKey(judged)));
    this.#hashes.delete(stampKey(now));
    return was === (this.#unchanged(now) ?? this.#sameContent(now, this.#hashOf(now)));
  }

  #learn(name: string, path: string): void {
    const stats = statIn(path);
    if (!stats?.isFile() || (stats.mode & ANY_EXECUTE) === 0) return;
    const key = `${stats.dev}:${stats.ino}`;
    const known = this.#byInode.get(key);
    if (known) {
      known.names.add(name);
      return;
    }
    const { dev, ino, size, ctimeMs } = stats;
    const program: KnownProgram = { dev, ino, size, ctimeMs, names: new Set([name]), path };
    this.#byInode.set(key, program);
    this.#bySize.set(size, [...(this.#bySize.get(size) ?? []), program]);
  }

  /** By device and inode, as long as nobody has written to it. */
  #unchanged({ dev, ino, size, ctimeMs }: FileStamp): KnownProgram | undefined {
    const known = this.#byInode.get(`${dev}:${ino}`);
    return known?.size === size && known.ctimeMs === ctimeMs ? known : undefined;
  }

  /** Undefined where no known program is as long; empty for what cannot be read. */
  #hashOf(file: HeldFile): string | undefined {
    if (!file.regular || !this.#bySize.has(file.size)) return undefined;
    const key = stampKey(file);
    let hash = this.#hashes.get(key);
    if (hash === undefined) {
      hash = hashFile(`/proc/self/fd/${file.fd}`, file.size) ?? '';
      if (this.#hashes.size > 1000) this.#hashes.clear();
      this.#hashes.set(key, hash);
    }
    return hash;
  }

  #sameContent({ size }: FileStamp, hash: string | undefined): KnownProgram | undefined {
    const candidates = this.#bySize.get(size);
    // A copy made unreadable to hide what it is could still be run: taken for what its length says.
    if (!candidates || hash === undefined || hash === '')
      return hash === '' ? candidates?.[0] : undefined;
    return candidates.find((known) => (known.hash ??= hashFile(known.path, size)) === hash);
  }
}

/** `/bin` is often a link to `/usr/bin`. */
function distinct(folders: readonly string[]): string[] {
  const seen = new Set<string>();
  return folders.filter((folder) => {
    const stats = statIn(folder);
    const key = stats && `${stats.dev}:${stats.ino}`;
    if (!key || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Undefined for what cannot be looked at. */
function statIn(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function lastComponent(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Of a file that is `size` bytes long; undefined when it cannot be read, or has become another length. */
function hashFile(path: string, size: number): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(1 << 20);
    let left = size;
    // One byte more is asked for: a file that grows while it is read is not followed.
    for (;;) {
      const read = readSync(fd, chunk, 0, Math.min(chunk.length, left + 1), null);
      if (read === 0) return left === 0 ? hash.digest('hex') : undefined;
      if (read > left) return undefined;
      hash.update(chunk.subarray(0, read));
      left -= read;
    }
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}
