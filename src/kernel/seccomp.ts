import { architecture, type Architecture } from './architecture.ts';
import { addressOf, checked, errno, libc, SystemCallError } from './libc.ts';

/**
 * The session's filter and its notifications: seccomp(2), seccomp_unotify(2), linux/seccomp.h, linux/filter.h.
 * Installed by the first stage before it becomes the inner bubblewrap; every process of the session inherits it and
 * none can take it off. A second listener below it is refused by the kernel (EBUSY), so it cannot be shadowed.
 */

// seccomp(2) operations and flags
const SECCOMP_SET_MODE_FILTER = 1;
const FLAG_NEW_LISTENER = 1 << 3;
/** Linux 5.19: a held caller is woken by fatal signals only, so that SIGURG of Go programs does not repeat the call. */
const FLAG_WAIT_KILLABLE_RECV = 1 << 5;

// Filter results, linux/seccomp.h
const RET_USER_NOTIF = 0x7fc00000;
const RET_ERRNO = 0x00050000;
const RET_ALLOW = 0x7fff0000;

// Classic BPF, linux/bpf_common.h
const LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const JUMP_SET = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

// Offsets in struct seccomp_data { int nr; u32 arch; u64 instruction_pointer; u64 args[6]; }
const OFFSET_NUMBER = 0;
const OFFSET_ARCH = 4;
const offsetOfArgument = (index: number) => 16 + 8 * index; // low word, little endian

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
/** address_families(7): unspecified, UNIX, INET, INET6, NETLINK, PACKET; their sockets belong to a network namespace. */
const FAMILIES = [0, 1, 2, 10, 16, 17];
/** ioctl_tty(2): put bytes into a terminal's input; the console's selection and paste. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

type Instruction = [code: number, ifTrue: number, ifFalse: number, value: number];

/** The program, as instructions; pure, so that a test can run it over every call. */
export function filterProgram(machine: Architecture): Instruction[] {
  const onNumber = (number: number, result: Instruction): Instruction[] => [
    [JUMP_EQUAL, 0, 1, number],
    result,
  ];
  const answer = (result: number): Instruction => [RETURN, 0, 0, result >>> 0];
  return [
    [LOAD_WORD, 0, 0, OFFSET_ARCH],
    // Another architecture's numbers (i386 through int 0x80) would mean other calls.
    [JUMP_EQUAL, 1, 0, machine.audit],
    answer(RET_ERRNO | ENOSYS),
    [LOAD_WORD, 0, 0, OFFSET_NUMBER],
    ...(machine.x32Bit
      ? ([[JUMP_SET, 0, 1, machine.x32Bit], answer(RET_ERRNO | ENOSYS)] as Instruction[])
      : []),
    ...onNumber(machine.execve, answer(RET_USER_NOTIF)),
    ...onNumber(machine.execveat, answer(RET_USER_NOTIF)),
    // The user's kernel keyrings are inherited and are not confined by any namespace.
    ...onNumber(machine.keyctl, answer(RET_ERRNO | EPERM)),
    ...onNumber(machine.add_key, answer(RET_ERRNO | EPERM)),
    ...onNumber(machine.request_key, answer(RET_ERRNO | EPERM)),
    // Families that no network namespace confines (AF_VSOCK reaches the hypervisor, AF_BLUETOOTH the air).
    [JUMP_EQUAL, 0, FAMILIES.length + 3, machine.socket],
    [LOAD_WORD, 0, 0, offsetOfArgument(0)],
    ...FAMILIES.map((family, index): Instruction => [
      JUMP_EQUAL,
      FAMILIES.length - index,
      0,
      family,
    ]),
    answer(RET_ERRNO | EAFNOSUPPORT),
    answer(RET_ALLOW),
    // Typing into the terminal: an agent could answer its own prompt.
    [JUMP_EQUAL, 0, 4, machine.ioctl],
    [LOAD_WORD, 0, 0, offsetOfArgument(1)],
    [JUMP_EQUAL, 1, 0, TIOCSTI],
    [JUMP_EQUAL, 0, 1, TIOCLINUX],
    answer(RET_ERRNO | EPERM),
    answer(RET_ALLOW),
  ];
}

const seccompCall = libc.func('syscall', 'long', ['long', 'uint', 'uint', 'void *']) as (
  number: number,
  operation: number,
  flags: number,
  program: Buffer,
) => number;

/**
 * Filters the calling thread (only: the other threads of this process end with the coming execve) and returns the
 * descriptor that notifications arrive on. Needs no_new_privs or CAP_SYS_ADMIN in the user namespace.
 */
export function installFilter(): number {
  if (!architecture) throw new Error(`no seccomp filter for ${process.arch}`);
  const program = filterProgram(architecture);
  // struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }
  const instructions = Buffer.alloc(8 * program.length);
  program.forEach(([code, ifTrue, ifFalse, value], index) => {
    instructions.writeUInt16LE(code, index * 8);
    instructions.writeUInt8(ifTrue, index * 8 + 2);
    instructions.writeUInt8(ifFalse, index * 8 + 3);
    instructions.writeUInt32LE(value, index * 8 + 4);
  });
  // struct sock_fprog { u16 len; (6 bytes padding) struct sock_filter *filter; }
  const header = Buffer.alloc(16);
  header.writeUInt16LE(program.length, 0);
  header.writeBigUInt64LE(addressOf(instructions), 8);
  const { seccomp } = architecture;
  const flags = FLAG_NEW_LISTENER | FLAG_WAIT_KILLABLE_RECV;
  const listener = seccompCall(seccomp, SECCOMP_SET_MODE_FILTER, flags, header);
  if (Number(listener) >= 0) return Number(listener);
  // Before Linux 5.19 the second flag is unknown: EINVAL.
  return checked(
    'seccomp',
    seccompCall(seccomp, SECCOMP_SET_MODE_FILTER, FLAG_NEW_LISTENER, header),
  );
}

// ioctl numbers of linux/seccomp.h, _IOC(direction, '!', number, size of structure)
const NOTIF_RECV = 0xc0502100;
const NOTIF_SEND = 0xc0182101;
const NOTIF_ID_VALID = 0x40082102;
const NOTIF_SET_FLAGS = 0x40082104;
const SYNC_WAKE_UP = 1n;
const RESPONSE_CONTINUE = 1;

const ENOENT = 2;
const EINTR = 4;

const ioctlCall = libc.func('int ioctl(int fd, unsigned long request, void *argument)') as (
  fd: number,
  request: number,
  argument: Buffer,
) => number;

export interface Notification {
  id: bigint;
  /** Thread id of the caller as this process sees it. */
  tid: number;
  /** System call number. */
  number: number;
  /** Its six arguments, raw. */
  args: bigint[];
}

/** Wakes supervisor and caller on one CPU where the kernel can (Linux 6.6); where not, nothing changes. */
export function wakeOnSameCpu(listener: number): void {
  // The argument is the value itself, not a pointer, but a pointer-sized integer passes alike.
  ioctlValue(listener, NOTIF_SET_FLAGS, Number(SYNC_WAKE_UP));
}

const ioctlValue = libc.func('ioctl', 'int', ['int', 'ulong', 'ulong']) as (
  fd: number,
  request: number,
  value: number,
) => number;

/** The next held call, or null when its caller died meanwhile. */
export function receiveNotification(listener: number): Notification | null {
  // struct seccomp_notif { u64 id; u32 pid; u32 flags; struct seccomp_data data; }; must be zeroed.
  const buffer = Buffer.alloc(80);
  if (ioctlCall(listener, NOTIF_RECV, buffer) < 0) {
    if ([ENOENT, EINTR].includes(errno())) return null;
    throw new SystemCallError('SECCOMP_IOCTL_NOTIF_RECV', errno());
  }
  return {
    id: buffer.readBigUInt64LE(0),
    tid: buffer.readUInt32LE(8),
    number: buffer.readInt32LE(16),
    args: Array.from({ length: 6 }, (_, index) => buffer.readBigUInt64LE(32 + 8 * index)),
  };
}

/** Whether the caller is still held: what was read from /proc/TID before this says true was the caller's. */
export function notificationIsValid(listener: number, id: bigint): boolean {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(id);
  return ioctlCall(listener, NOTIF_ID_VALID, buffer) === 0;
}

/** Lets the held call go on, or fails it with `errorNumber`. False when the caller is gone. */
export function answerNotification(
  listener: number,
  id: bigint,
  errorNumber: number | null,
): boolean {
  // struct seccomp_notif_resp { u64 id; s64 val; s32 error; u32 flags; }
  const buffer = Buffer.alloc(24);
  buffer.writeBigUInt64LE(id, 0);
  if (errorNumber === null) buffer.writeUInt32LE(RESPONSE_CONTINUE, 20);
  else buffer.writeInt32LE(-errorNumber, 16);
  if (ioctlCall(listener, NOTIF_SEND, buffer) === 0) return true;
  if (errno() === ENOENT) return false;
  throw new SystemCallError('SECCOMP_IOCTL_NOTIF_SEND', errno());
}
