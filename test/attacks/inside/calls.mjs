/** System calls for attack programs, through koffi: any call, its result and the name of its error. */
import koffi from 'koffi';
import { constants } from 'node:os';

const libc = koffi.load(null);
const raw = libc.func('long syscall(long n, long a, long b, long c, long d, long e, long f)');

/** arch/x86/entry/syscalls/syscall_64.tbl; include/uapi/asm-generic/unistd.h */
const NUMBERS = {
  x64: {
    ioctl: 16,
    shmget: 29,
    shmat: 30,
    execve: 59,
    kill: 62,
    msgget: 68,
    msgrcv: 70,
    ptrace: 101,
    prctl: 157,
    add_key: 248,
    request_key: 249,
    keyctl: 250,
    open_by_handle_at: 304,
    name_to_handle_at: 303,
    process_vm_readv: 310,
    finit_module: 313,
    seccomp: 317,
    memfd_create: 319,
    bpf: 321,
    execveat: 322,
  },
  arm64: {
    ioctl: 29,
    shmget: 194,
    shmat: 196,
    execve: 221,
    kill: 129,
    msgget: 186,
    msgrcv: 188,
    ptrace: 117,
    prctl: 167,
    add_key: 217,
    request_key: 218,
    keyctl: 219,
    open_by_handle_at: 265,
    name_to_handle_at: 264,
    process_vm_readv: 270,
    finit_module: 273,
    seccomp: 277,
    memfd_create: 279,
    bpf: 280,
    execveat: 281,
  },
}[process.arch];
/** The same everywhere. */
const COMMON = {
  socket: { x64: 41, arm64: 198 }[process.arch],
  connect: { x64: 42, arm64: 203 }[process.arch],
  mount: { x64: 165, arm64: 40 }[process.arch],
  umount2: { x64: 166, arm64: 39 }[process.arch],
  unshare: { x64: 272, arm64: 97 }[process.arch],
  setns: { x64: 308, arm64: 268 }[process.arch],
  chroot: { x64: 161, arm64: 51 }[process.arch],
  pivot_root: { x64: 155, arm64: 41 }[process.arch],
  mknod: { x64: 259, arm64: 33 }[process.arch], // mknodat
  eventfd2: { x64: 290, arm64: 19 }[process.arch],
  sendto: { x64: 44, arm64: 206 }[process.arch],
  recvfrom: { x64: 45, arm64: 207 }[process.arch],
  io_uring_setup: 425,
  io_uring_enter: 426,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  pidfd_open: 434,
  pidfd_getfd: 438,
  mount_setattr: 442,
};
const keep = [];

/** Buffers and strings are passed by address. Returns the result, or the error's name. */
export function call(name, ...args) {
  const values = [...args, 0, 0, 0, 0, 0, 0].slice(0, 6).map(value);
  const result = raw(NUMBERS[name] ?? COMMON[name], ...values);
  if (Number(result) >= 0) return Number(result);
  const code = koffi.errno();
  return Object.entries(constants.errno).find(([, each]) => each === code)?.[0] ?? `E${code}`;
}

export function address(buffer) {
  keep.push(buffer);
  return BigInt(koffi.address(buffer));
}

function value(argument) {
  if (typeof argument === 'string') return address(Buffer.from(`${argument}\0`));
  return Buffer.isBuffer(argument) ? address(argument) : argument;
}

/** A NULL-terminated vector of strings. */
export function vector(strings) {
  const out = Buffer.alloc(8 * (strings.length + 1));
  strings.forEach((text, index) =>
    out.writeBigUInt64LE(address(Buffer.from(`${text}\0`)), index * 8),
  );
  return out;
}

/** Bytes at an address of this process. */
export function bytesAt(pointer, length) {
  return Buffer.from(koffi.view(pointer, length));
}

export function report(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
