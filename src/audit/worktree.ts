import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { decodePath, encodePath } from '../byte-path.ts';
import { descriptorSource } from './byte-source.ts';
import { textOf, type Examiner } from './examine.ts';
import { gitOutput, type GitPlace } from './git.ts';

const WHAT = 'cannot look at the working tree';
/** Bytes; a larger file is read in pieces. */
const IN_MEMORY = 64 * 1024 * 1024;

export interface WorktreeOptions extends GitPlace {
  /** Also what git ignores. */
  ignored: boolean;
}

/** Looks through the working tree: what git tracks and what it would add, as the files are now. */
export async function auditWorktree(examiner: Examiner, options: WorktreeOptions): Promise<void> {
  const top = await gitOutput(['rev-parse', '--show-toplevel'], options, WHAT);
  const root = decodePath(top.subarray(0, top.length - 1));
  const list = ['ls-files', '-z', '--cached', '--others'];
  const names = await gitOutput(
    options.ignored ? list : [...list, '--exclude-standard'],
    { ...options, cwd: root },
    WHAT,
  );
  const seen = new Set<string>();
  const reader = new FileReading(examiner);
  for (let at = 0; at < names.length;) {
    const end = names.indexOf(0, at);
    const path = decodePath(names.subarray(at, end < 0 ? names.length : end));
    at = end < 0 ? names.length : end + 1;
    // A folder is a repository of its own: git would add no file of it. An unmerged path is listed thrice.
    if (path.endsWith('/') || seen.has(path)) continue;
    seen.add(path);
    await reader.examine(`${root}/${path}`, path);
  }
}

/** Reads files of a working tree, links as the text they are. */
export class FileReading {
  readonly #examiner: Examiner;
  /** Kept, so that not every file costs an allocation. */
  #buffer = Buffer.allocUnsafe(256 * 1024);

  constructor(examiner: Examiner) {
    this.#examiner = examiner;
  }

  /** A file that a person named, through links. */
  async examineNamed(file: string, path: string): Promise<void> {
    await this.#examiner.examineName(path);
    if (!(await this.#examineFile(file, path, 0)))
      this.#examiner.unread(path, 'it is not a plain file');
  }

  /** `path` as the finding has it. What is gone by now, and what is no file, is no text. */
  async examine(file: string, path: string): Promise<void> {
    try {
      await this.#examiner.examineName(path);
      const stat = lstatSync(encodePath(file));
      if (stat.isSymbolicLink()) {
        const target = readlinkSync(encodePath(file), { encoding: 'buffer' });
        await this.#examiner.examine(textOf(path, target));
      } else if (stat.isFile()) await this.#examineFile(file, path, constants.O_NOFOLLOW);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      if (code !== 'ENOENT') this.#examiner.unread(path, inWords(code));
    }
  }

  async #examineFile(file: string, path: string, flags: number): Promise<boolean> {
    // O_NONBLOCK: opening a FIFO that took the file's place must not wait for a writer (fifo(7)).
    const fd = openSync(encodePath(file), constants.O_RDONLY | constants.O_NONBLOCK | flags);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) return false;
      if (stat.size > IN_MEMORY) {
        const source = descriptorSource(fd, stat.size);
        await this.#examiner.examine({ path, place: 'content', source, content: { fd } });
      } else await this.#examiner.examine(textOf(path, this.#read(fd, stat.size)));
      return true;
    } finally {
      closeSync(fd);
    }
  }

  #read(fd: number, size: number): Buffer {
    if (this.#buffer.length < size) this.#buffer = Buffer.allocUnsafe(size);
    let length = 0;
    while (length < size) {
      const count = readSync(fd, this.#buffer, length, size - length, length);
      if (count === 0) break;
      length += count;
    }
    return this.#buffer.subarray(0, length);
  }
}

export function inWords(code: string): string {
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'ENOENT') return 'there is no such file';
  return `it cannot be read (${code})`;
}
