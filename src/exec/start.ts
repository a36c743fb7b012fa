import { openSync, readFileSync, readSync, closeSync, readlinkSync, statSync } from 'node:fs';
import { decodePath, pathBytes } from '../byte-path.ts';
import {
  describe,
  release,
  resolveFor,
  type FileStamp,
  type HeldCall,
  type HeldFile,
} from './held-call.ts';
import { lastComponent, type ProgramIdentity } from './identity.ts';
import type { Interpreter } from './indirect.ts';
import { startedByFormat } from './formats.ts';

/** What was judged, as the kernel will have started it before the first instruction runs. */
export interface Start {
  /** What is loaded: the file that was called, or the last interpreter of a script. */
  file: FileStamp;
  argv: readonly string[];
  cwd: string;
  /** What was called: where to look again for a script, and what a registered interpreter is given. */
  called: { path: string; filename: string; argv: readonly string[]; file: FileStamp };
}

/** open(2) */
const O_PATH = 0o10000000;

export function startOf(call: HeldCall, file: HeldFile, chain: readonly Interpreter[]): Start {
  const stamp = stampOf(file);
  const called = { path: call.called, filename: call.filename, argv: call.argv, file: stamp };
  const last = chain.at(-1);
  // Since Linux 5.18 an empty vector is one empty word: execve(2).
  const argv = call.argv.length ? call.argv : [''];
  if (!last) return { file: stamp, argv, cwd: call.cwd, called };
  const rest = argv.slice(1);
  const words = last.argv.slice(0, last.argv.length - call.argv.slice(1).length - 1);
  return { file: last.file, argv: [...words, call.filename, ...rest], cwd: call.cwd, called };
}

function stampOf({ dev, ino, size, ctimeMs }: FileStamp): FileStamp {
  return { dev, ino, size, ctimeMs };
}

/**
 * Looks at what `pid` has become and has not run a step of: null when it is what was judged, or else what it is, as far as
 * that can be seen.
 */
export function startedInstead(
  pid: number,
  start: Start,
  identity: ProgramIdentity,
): { path: string; names: string[]; argv: string[]; cwd: string } | null {
  try {
    if (isStart(pid, start, identity)) return null;
  } catch {
    // A process that cannot be looked at is not known to be what was judged.
  }
  const path = attempt(() => readlinkOf(`/proc/${pid}/exe`)) ?? '';
  const words = attempt(() => decodePath(readFileSync(`/proc/${pid}/cmdline`))) ?? '';
  return {
    path,
    names: [lastComponent(path)],
    argv: words.split('\0').slice(0, -1),
    cwd: attempt(() => readlinkOf(`/proc/${pid}/cwd`)) ?? '',
  };
}

function attempt(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function isStart(pid: number, start: Start, identity: ProgramIdentity): boolean {
  const { called } = start;
  if (readlinkOf(`/proc/${pid}/cwd`) !== start.cwd) return false;
  const loaded = statSync(`/proc/${pid}/exe`);
  if (!isSameFile(loaded, start.file))
    return startedByFormat(loaded, called, (argv) => hasArguments(pid, argv));
  if (!hasArguments(pid, start.argv)) return false;
  // A script is opened by its name once more, by its interpreter.
  if (start.file !== called.file && !leadsTo(pid, called)) return false;
  if (!identity.mayBeAnother(start.file, loaded)) return true;
  const now = describe(openSync(`/proc/${pid}/exe`, O_PATH));
  try {
    return identity.isStill(start.file, now);
  } finally {
    release(now);
  }
}

export function isSameFile(one: FileStamp, other: FileStamp): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** A script that was called by its descriptor alone: execveat(2). */
const DESCRIPTOR = /^\/dev\/fd\/(\d+)$/;

function leadsTo(pid: number, called: Start['called']): boolean {
  const descriptor = DESCRIPTOR.exec(called.filename)?.[1];
  if (descriptor !== undefined)
    return isSameFile(statSync(`/proc/${pid}/fd/${descriptor}`), called.file);
  const now = resolveFor(pid, called.path);
  try {
    return 'fd' in now && isSameFile(now, called.file);
  } finally {
    release(now);
  }
}

/** proc_pid_cmdline(5): the arguments as the kernel copied them, each with a NUL behind it. */
function hasArguments(pid: number, argv: readonly string[]): boolean {
  const expected = pathBytes(argv.map((word) => `${word}\0`).join(''));
  const found = Buffer.allocUnsafe(expected.length + 1);
  const fd = openSync(`/proc/${pid}/cmdline`, 'r');
  try {
    let size = 0;
    // Less than was asked for is all there is.
    for (let read = 1; read > 0 && size < expected.length; size += read)
      read = readSync(fd, found, size, found.length - size, null);
    return size === expected.length && expected.equals(found.subarray(0, size));
  } finally {
    closeSync(fd);
  }
}

function readlinkOf(path: string): string {
  return decodePath(readlinkSync(path, { encoding: 'buffer' }));
}
