import { checked, errno, libc, SystemCallError } from './libc.ts';

const fcntlInt = libc.func('int fcntl(int fd, int command, int value)') as (
  fd: number,
  command: number,
  value: number,
) => number;
const pollCall = libc.func(
  'int poll(void *descriptors, unsigned long count, int milliseconds)',
) as (descriptors: Buffer, count: number, milliseconds: number) => number;
const eventfdCall = libc.func('int eventfd(unsigned int initial, int flags)') as (
  initial: number,
  flags: number,
) => number;
const memfdCall = libc.func('int memfd_create(const char *name, unsigned int flags)') as (
  name: string,
  flags: number,
) => number;
const sendCall = libc.func('long send(int fd, const void *data, size_t size, int flags)') as (
  fd: number,
  data: Buffer,
  size: number,
  flags: number,
) => number;
const getfdCall = libc.func('syscall', 'long', ['long', 'int', 'int', 'uint']) as (
  number: number,
  pidfd: number,
  fd: number,
  flags: number,
) => number;

/** fcntl(2) */
const F_SETFD = 2;
/** eventfd(2), memfd_create(2) */
const EFD_CLOEXEC = 0o2000000;
/** poll(2) */
export const POLLIN = 1;
export const POLLHUP = 16;
/** send(2) */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const EINTR = 4;
/** The same on every architecture since Linux 5.3 / 5.6: pidfd_open(2), pidfd_getfd(2). */
const SYS_pidfd_open = 434;
const SYS_pidfd_getfd = 438;

/** Keeps a descriptor open over execve(2), or not. Node marks 0–2 close-on-exec. */
export function setInheritable(fd: number, inheritable: boolean): void {
  checked('fcntl', fcntlInt(fd, F_SETFD, inheritable ? 0 : 1));
}

/** A counter to wake a poll with, closed on exec. */
export function eventfd(): number {
  return checked('eventfd', eventfdCall(0, EFD_CLOEXEC));
}

/** An anonymous file that survives exec. */
export function memfd(name: string): number {
  return checked('memfd_create', memfdCall(name, 0));
}

/**
 * Waits until one of the descriptors is ready. Returns its `revents`, in order; all zero after a time-out
 * (`milliseconds` < 0 waits for ever) or an interrupting signal.
 */
export function poll(
  wanted: readonly { fd: number; events: number }[],
  milliseconds: number,
): number[] {
  // struct pollfd { int fd; short events; short revents; }
  const buffer = Buffer.alloc(8 * wanted.length);
  wanted.forEach(({ fd, events }, index) => {
    buffer.writeInt32LE(fd, index * 8);
    buffer.writeInt16LE(events, index * 8 + 4);
  });
  const ready = pollCall(buffer, wanted.length, milliseconds);
  if (ready < 0 && errno() !== EINTR) throw new SystemCallError('poll', errno());
  return wanted.map((_, index) => (ready > 0 ? buffer.readInt16LE(index * 8 + 6) : 0));
}

/** A handle on a process, by the process (not thread) id the caller sees. Close it with `fs.closeSync`. */
export function pidfdOpen(pid: number): number {
  return checked('pidfd_open', getfdCall(SYS_pidfd_open, pid, 0, 0));
}

/** A duplicate of another process's descriptor (Linux 5.6; needs ptrace access to it). */
export function pidfdGetfd(pidfd: number, fd: number): number {
  return checked('pidfd_getfd', getfdCall(SYS_pidfd_getfd, pidfd, fd, 0));
}

/** send(2): bytes sent, or negative. */
export function send(fd: number, data: Buffer, flags = 0): number {
  return Number(sendCall(fd, data, data.length, flags));
}

/** send(2) that neither waits nor raises SIGPIPE; negative when `fd` is no socket or would block. */
export function sendNoWait(fd: number, data: Buffer): number {
  return send(fd, data, MSG_DONTWAIT | MSG_NOSIGNAL);
}

const closeRangeCall = libc.func('syscall', 'long', ['long', 'uint', 'uint', 'uint']) as (
  number: number,
  first: number,
  last: number,
  flags: number,
) => number;
/** close_range(2): number on every architecture; CLOSE_RANGE_CLOEXEC is Linux 5.11. */
const SYS_close_range = 436;
const CLOSE_RANGE_CLOEXEC = 4;

/** Marks every descriptor from `first` up close-on-exec: what guard's own parent left open must not reach the agent. */
export function closeOnExecFrom(first: number): void {
  checked('close_range', closeRangeCall(SYS_close_range, first, 0xffffffff, CLOSE_RANGE_CLOEXEC));
}

const openat2Call = libc.func('syscall', 'long', ['long', 'int', 'void *', 'void *', 'size_t']) as (
  number: number,
  folder: number,
  path: Buffer,
  how: Buffer,
  size: number,
) => number;
/** openat2(2), Linux 5.6. */
const SYS_openat2 = 437;
const O_PATH_CLOEXEC = 0o10000000 | 0o2000000;
const O_NOFOLLOW = 0o400000;
const AT_FDCWD = -100;
const RESOLVE_NO_MAGICLINKS = 0x2;
const RESOLVE_NO_SYMLINKS = 0x4;
const RESOLVE_IN_ROOT = 0x10;

/**
 * An O_PATH descriptor of `path` as a process whose root is `root` would reach it: absolute links and `..` stay in
 * that root. Throws a SystemCallError that says why there is none.
 */
export function openInRoot(root: number, path: Buffer): number {
  return openat2(root, path, O_PATH_CLOEXEC, RESOLVE_IN_ROOT);
}

/** An O_PATH descriptor of exactly this path: a link anywhere in it is refused. */
export function openWithoutLinks(path: Buffer): number {
  const resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
  return openat2(AT_FDCWD, path, O_PATH_CLOEXEC | O_NOFOLLOW, resolve);
}

function openat2(folder: number, path: Buffer, flags: number, resolve: number): number {
  // struct open_how { u64 flags; u64 mode; u64 resolve; }
  const how = Buffer.alloc(24);
  how.writeBigUInt64LE(BigInt(flags), 0);
  how.writeBigUInt64LE(BigInt(resolve), 16);
  const terminated = Buffer.concat([path, Buffer.alloc(1)]);
  return checked('openat2', openat2Call(SYS_openat2, folder, terminated, how, how.length));
}

const pipeCall = libc.func('int pipe2(void *ends, int flags)') as (
  ends: Buffer,
  flags: number,
) => number;

/** pipe2(2): the end to read from and the end to write to, both closed on exec. */
export function pipe(): [read: number, write: number] {
  const ends = Buffer.alloc(8);
  checked('pipe2', pipeCall(ends, EFD_CLOEXEC));
  return [ends.readInt32LE(0), ends.readInt32LE(4)];
}
