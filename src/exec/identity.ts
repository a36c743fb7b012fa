import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readSync,
  statSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import type { HeldFile } from './held-call.ts';

/** Dynamic loaders run any program given to them: ld.so(8), and musl's. */
const LOADERS = [
  '/lib64/ld-linux-x86-64.so.2',
  '/lib/ld-linux-aarch64.so.1',
  '/lib/ld-musl-x86_64.so.1',
  '/lib/ld-musl-aarch64.so.1',
];
export const LOADER_NAME = /^ld-(?:linux|musl)/;

interface KnownProgram {
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
    for (const name of names) for (const folder of folders) this.#learn(name, join(folder, name));
    for (const path of LOADERS) this.#learn(lastComponent(path), path);
  }

  /** Names the file is known by beyond its own; `calledAs` is its argv[0]. */
  names(file: HeldFile, calledAs: string): string[] {
    const known =
      this.#byInode.get(`${file.dev}:${file.ino}`) ??
      this.#sameContent(file, this.#bySize.get(file.size) ?? []);
    if (!known) return [];
    // One file under several names decides by argv[0] what it is: busybox, coreutils.
    return known.names.size === 1 ? [...known.names] : [lastComponent(calledAs)];
  }

  #learn(name: string, path: string): void {
    let stats: Stats;
    try {
      accessSync(path, constants.X_OK);
      stats = statSync(path);
    } catch {
      return;
    }
    if (!stats.isFile()) return;
    const key = `${stats.dev}:${stats.ino}`;
    const known = this.#byInode.get(key);
    if (known) {
      known.names.add(name);
      return;
    }
    const program: KnownProgram = { names: new Set([name]), path };
    this.#byInode.set(key, program);
    this.#bySize.set(stats.size, [...(this.#bySize.get(stats.size) ?? []), program]);
  }

  #sameContent(file: HeldFile, candidates: KnownProgram[]): KnownProgram | undefined {
    if (candidates.length === 0 || !file.regular) return undefined;
    const key = `${file.dev}:${file.ino}:${file.size}:${file.ctimeMs}`;
    let hash = this.#hashes.get(key);
    if (!hash) {
      // A copy made unreadable to hide what it is could still be run: taken for what its length says.
      hash = hashFile(`/proc/self/fd/${file.fd}`, file.size);
      if (!hash) return candidates[0];
      if (this.#hashes.size > 1000) this.#hashes.clear();
      this.#hashes.set(key, hash);
    }
    return candidates.find(
      (candidate) => (candidate.hash ??= hashFile(candidate.path, file.size)) === hash,
    );
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
