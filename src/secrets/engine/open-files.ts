import { closeSync, constants, fstatSync, openSync, type BigIntStats } from 'node:fs';
import { encodePath } from '../../byte-path.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, S_IFMT, S_IFREG } = constants;
/** Linux UAPI, asm-generic/fcntl.h; the same number on every architecture Node is built for. */
const O_PATH = 0o10000000;

/** What changes whenever a file's content does. */
export type FileState = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>;

/**
 * Opens files below a folder without following a link in any component, and without waiting for a FIFO. The folders on the
 * way to the last file stay open, so files are best asked for in the order of a walk.
 */
export class OpenFiles {
  readonly #root: number;
  #names: string[] = [];
  #folders: number[] = [];

  constructor(root: string) {
    this.#root = openSync(encodePath(root), O_PATH | O_DIRECTORY);
  }

  /** Throws what `open(2)` reports, and what `use` throws; `ENOTREG` where the path names no regular file. */
  with<T>(path: string, use: (fd: number, state: FileState) => T): T {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    const folder = this.#enter(parts);
    const fd = openBelow(folder, name, O_RDONLY | O_NONBLOCK);
    try {
      const state = fstatSync(fd, { bigint: true });
      if ((Number(state.mode) & S_IFMT) !== S_IFREG)
        throw Object.assign(new Error('not a regular file'), { code: 'ENOTREG' });
      return use(fd, state);
    } finally {
      closeSync(fd);
    }
  }

  close(): void {
    this.#leave(0);
    closeSync(this.#root);
  }

  #enter(parts: readonly string[]): number {
    let depth = 0;
    while (depth < parts.length && this.#names[depth] === parts[depth]) depth++;
    this.#leave(depth);
    for (const name of parts.slice(depth)) {
      this.#folders.push(openBelow(this.#folders.at(-1) ?? this.#root, name, O_PATH | O_DIRECTORY));
      this.#names.push(name);
    }
    return this.#folders.at(-1) ?? this.#root;
  }

  #leave(depth: number): void {
    for (const fd of this.#folders.splice(depth)) closeSync(fd);
    this.#names = this.#names.slice(0, depth);
  }
}

function openBelow(folder: number, name: string, flags: number): number {
  if (name === '' || name === '.' || name === '..')
    throw new Error('a path below a folder has no "..", no "." and no "//"');
  return openSync(encodePath(`/proc/self/fd/${folder}/${name}`), flags | O_NOFOLLOW);
}
