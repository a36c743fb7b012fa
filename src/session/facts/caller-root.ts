import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { decodePath, pathBytes } from '../../byte-path.ts';
import { openInRoot } from '../../kernel/descriptors.ts';
import { lstatAt } from '../../view/inside.ts';
import { NotMeasured, type Pace } from './pace.ts';
import { emptyTree, measureTree, type TreeOptions, type TreeSize } from './tree-size.ts';

/** What a name leads to for the caller: links are followed on the way to it, not at its end. */
export interface Target {
  name: string;
  /** Absolute in the caller's root, free of links but for the last component. */
  path: string;
  /** The folder that holds it, and what it is called there. */
  folder: string;
  last: string;
  kind: 'file' | 'folder' | 'link' | 'other';
  size: number;
  mtime: number;
  device: bigint;
  inode: bigint;
}

/** mountinfo of a session has some hundred lines. */
const MOUNTS_LIMIT = 4 * 1024 * 1024;

/** The file system as one process sees it; nothing that is looked up here leads out of its root. */
export class CallerRoot {
  readonly #pid: number;
  readonly #root: number;
  readonly #open = new Set<number>();

  constructor(pid: number) {
    this.#pid = pid;
    try {
      this.#root = openSync(`/proc/${pid}/root`, constants.O_RDONLY | constants.O_DIRECTORY);
    } catch {
      throw new NotMeasured('the caller is gone');
    }
    this.#open.add(this.#root);
  }

  close(): void {
    for (const fd of this.#open) closeSync(fd);
    this.#open.clear();
  }

  /** An O_PATH handle on where `path` leads, links followed; null where nothing is. Closed with the root, or by `drop`. */
  handle(path: string): number | null {
    try {
      const fd = openInRoot(this.#root, pathBytes(path));
      this.#open.add(fd);
      return fd;
    } catch {
      return null;
    }
  }

  drop(fd: number): void {
    if (this.#open.delete(fd)) closeSync(fd);
  }

  /** Null where nothing is, or nothing that can be looked up. */
  target(name: string, cwd: string): Target | null {
    const whole = name.startsWith('/') ? name : `${cwd}/${name}`;
    const { folder, last } = split(whole);
    // What ends in a slash or in dots means the folder it leads to.
    const through = last === '' ? this.handle(whole) : null;
    const place = through === null ? null : split(pathOf(through));
    if (through !== null) this.drop(through);
    const parent = this.handle(place?.folder ?? folder);
    if (parent === null || (last === '' && !place)) return null;
    const component = place?.last ?? last;
    const stat = lstatAt(`/proc/self/fd/${parent}/${component}`);
    const own = pathOf(parent);
    this.drop(parent);
    if (!stat) return null;
    return {
      name,
      path: posix.join(own, component),
      folder: own,
      last: component,
      kind: stat.isFile()
        ? 'file'
        : stat.isDirectory()
          ? 'folder'
          : stat.isSymbolicLink()
            ? 'link'
            : 'other',
      size: Number(stat.size),
      mtime: Number(stat.mtimeNs / 1_000_000_000n),
      device: stat.dev,
      inode: stat.ino,
    };
  }

  /** What is in the folder of a target, by its name there: no link is followed to it. */
  async measure({ folder, last }: Target, pace: Pace, options?: TreeOptions): Promise<TreeSize> {
    const parent = this.handle(folder);
    if (parent === null) return { ...emptyTree(), unread: 1 };
    try {
      return await measureTree(parent, last, pace, options);
    } finally {
      this.drop(parent);
    }
  }

  /** Whether a path is the very same thing for the caller and for guard. */
  sharesWithHost(path: string): boolean {
    const fd = this.handle(path);
    if (fd === null) return false;
    try {
      const [inside, outside] = [fstatSync(fd, { bigint: true }), lstatAt(path)];
      return inside.dev === outside?.dev && inside.ino === outside.ino;
    } finally {
      this.drop(fd);
    }
  }

  /** Where something is mounted, as the caller names it: proc_pid_mountinfo(5), field 5. */
  mountPoints(): string[] {
    let text: string;
    try {
      text = readFileSync(`/proc/${this.#pid}/mountinfo`, 'latin1').slice(0, MOUNTS_LIMIT);
    } catch {
      return [];
    }
    return text.split('\n').flatMap((line) => {
      const point = line.split(' ')[4];
      if (point === undefined) return [];
      const octal = (_: string, digits: string) => String.fromCharCode(parseInt(digits, 8));
      return [decodePath(Buffer.from(point.replace(/\\([0-7]{3})/g, octal), 'latin1'))];
    });
  }
}

export function pathOf(fd: number): string {
  return decodePath(readlinkSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' }));
}

/** `last` is empty where the path ends in a slash, `.` or `..`. */
function split(path: string): { folder: string; last: string } {
  const slash = path.lastIndexOf('/');
  const last = path.slice(slash + 1);
  if (last === '' || last === '.' || last === '..') return { folder: path, last: '' };
  return { folder: path.slice(0, slash) || '/', last };
}
