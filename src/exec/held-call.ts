import { closeSync, fstatSync, openSync, readlinkSync } from 'node:fs';
import { decodePath, pathBytes } from '../byte-path.ts';
import { architecture } from '../kernel/architecture.ts';
import { openInRoot } from '../kernel/descriptors.ts';
import { SystemCallError } from '../kernel/libc.ts';
import { readProcessMemory } from '../kernel/memory.ts';
import type { Notification } from '../kernel/seccomp.ts';

/** What a process held in execve(2) or execveat(2) is about to run, read from the kernel and from its memory. */
export interface HeldCall {
  tid: number;
  /** As called, made absolute; the link of the descriptor for an execveat of an empty path. */
  called: string;
  /** As the kernel names it to the interpreter of a script: execveat(2). */
  filename: string;
  /** Where that leads inside the session, links resolved; the errno of looking it up when it leads nowhere. */
  file: HeldFile | { errno: number };
  argv: string[];
  cwd: string;
}

/** A file as it is at a moment: it is another one when device or inode differ, and was written to when the rest does. */
export interface FileStamp {
  dev: number;
  ino: number;
  size: number;
  ctimeMs: number;
}

export function stampKey({ dev, ino, size, ctimeMs }: FileStamp): string {
  return `${dev}:${ino}:${size}:${ctimeMs}`;
}

export interface HeldFile extends FileStamp {
  /** O_PATH descriptor; `release` closes it. */
  fd: number;
  path: string;
  regular: boolean;
}

export function release(file: HeldCall['file']): void {
  if ('fd' in file) closeSync(file.fd);
}

/** An argument vector beyond what the kernel itself accepts (execve(2): a quarter of the stack limit, 6 MiB at most). */
const ARGUMENTS_LIMIT = 8 * 1024 * 1024;
/** MAX_ARG_STRLEN, execve(2): a longer argument is E2BIG whatever guard says. */
const ARGUMENT_LIMIT = 128 * 1024;
const PATH_LIMIT = 4096;
/** execveat(2) */
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
/** open(2); not in Node's constants. */
const O_PATH = 0o10000000;

/** Throws when the caller's memory cannot be read: the caller is gone, or must be refused. */
export function readHeldCall(notification: Notification): HeldCall {
  const { tid, args } = notification;
  const at = notification.number === architecture?.execveat;
  const memory = new ProcessMemory(tid);
  const cwd = readlinkBytes(`/proc/${tid}/cwd`);
  const path = memory.string(Number(args[at ? 1 : 0]), PATH_LIMIT);
  const argv = memory.strings(Number(args[at ? 2 : 1]));
  const from = at ? Number(BigInt.asIntN(32, args[0] ?? 0n)) : AT_FDCWD;
  const folder = descriptorPath(tid, from, cwd);
  const empty = at && path.length === 0 && (Number(args[4]) & AT_EMPTY_PATH) !== 0;
  const name = decodePath(path);
  const called = empty ? folder : absolute(folder, name);
  return {
    tid,
    called,
    filename: from === AT_FDCWD || name.startsWith('/') ? name : belowDescriptor(from, name),
    file: empty ? describe(openSync(`/proc/${tid}/fd/${from}`, O_PATH)) : resolveFor(tid, called),
    argv: argv.map(decodePath),
    cwd,
  };
}

function belowDescriptor(fd: number, name: string): string {
  return name === '' ? `/dev/fd/${fd}` : `/dev/fd/${fd}/${name}`;
}

function absolute(folder: string, path: string): string {
  return path.startsWith('/') ? path : `${folder}/${path}`;
}

function descriptorPath(tid: number, fd: number, cwd: string): string {
  return fd === AT_FDCWD ? cwd : readlinkBytes(`/proc/${tid}/fd/${fd}`);
}

function readlinkBytes(path: string): string {
  return decodePath(readlinkSync(path, { encoding: 'buffer' }));
}

/** The program the caller itself is running, before it becomes another. */
export function readCaller(tid: number): HeldFile {
  return describe(openSync(`/proc/${tid}/exe`, O_PATH));
}

/** Follows `path` in the caller's own root, so that its links mean what they mean to the caller. */
export function resolveFor(tid: number, path: string): HeldCall['file'] {
  try {
    return describe(PROCESS_LINK.test(path) ? openProcessLink(tid, path) : openFrom(tid, path));
  } catch (error) {
    if (error instanceof SystemCallError) return { errno: error.errno };
    const { errno } = error as NodeJS.ErrnoException;
    if (errno !== undefined) return { errno: -errno };
    throw error;
  }
}

function openFrom(tid: number, path: string): number {
  const root = openSync(`/proc/${tid}/root`, 'r');
  try {
    return openInRoot(root, pathBytes(path));
  } finally {
    closeSync(root);
  }
}

/** proc(5): links that lead to a file itself, by no path. openat2(2) does not follow them below a root. */
const PROCESS_LINK = /^\/proc\/(self|thread-self|\d+)\/(exe|fd\/\d+)$/;

function openProcessLink(tid: number, path: string): number {
  const [, process = '', link = ''] = PROCESS_LINK.exec(path) ?? [];
  if (/^\d/.test(process)) return openSync(`/proc/${tid}/root/proc/${process}/${link}`, O_PATH);
  return openSync(`/proc/${tid}/${link}`, O_PATH);
}

export function describe(fd: number): HeldFile {
  const stats = fstatSync(fd);
  const { dev, ino, size, ctimeMs } = stats;
  const path = readlinkBytes(`/proc/self/fd/${fd}`);
  return { fd, path, regular: stats.isFile(), dev, ino, size, ctimeMs };
}

/** Reads a process page by page; neighbouring strings share a page. */
class ProcessMemory {
  static readonly page = 4096;
  readonly #tid: number;
  readonly #pages = new Map<number, Buffer>();
  #budget = ARGUMENTS_LIMIT;

  constructor(tid: number) {
    this.#tid = tid;
  }

  /** Bytes up to the NUL at `address`. */
  string(address: number, limit: number): Buffer {
    const parts: Buffer[] = [];
    for (let size = 0, next = address; ;) {
      const rest = this.#from(next);
      const end = rest.indexOf(0);
      const part = end < 0 ? rest : rest.subarray(0, end);
      parts.push(part);
      size += part.length;
      if (size > limit) throw new Error('a string longer than the kernel accepts');
      if (end >= 0) return parts.length === 1 ? part : Buffer.concat(parts, size);
      next += rest.length;
    }
  }

  /** The NULL-terminated vector at `address`; a null vector is an empty one (execve(2), notes). */
  strings(address: number): Buffer[] {
    const out: Buffer[] = [];
    if (address === 0) return out;
    for (let slot = address; ; slot += 8) {
      const pointer = Number(this.#word(slot));
      if (pointer === 0) return out;
      const text = this.string(pointer, ARGUMENT_LIMIT);
      this.#budget -= text.length + 9;
      if (this.#budget < 0) throw new Error('more arguments than the kernel accepts');
      out.push(text);
    }
  }

  #word(address: number): bigint {
    const rest = this.#from(address);
    if (rest.length >= 8) return rest.readBigUInt64LE(0);
    // A vector that is not aligned may cross a page.
    return Buffer.concat([rest, this.#from(address + rest.length)]).readBigUInt64LE(0);
  }

  /** From `address` to the end of its page. */
  #from(address: number): Buffer {
    const start = address - (address % ProcessMemory.page);
    let page = this.#pages.get(start);
    if (!page) {
      page = Buffer.allocUnsafe(ProcessMemory.page);
      if (readProcessMemory(this.#tid, start, page) !== page.length)
        throw new Error('unreadable memory');
      if (this.#pages.size > 64) this.#pages.clear();
      this.#pages.set(start, page);
    }
    return page.subarray(address - start);
  }
}
