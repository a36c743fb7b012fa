// Kernel facilities that no namespace, or only one of them, keeps apart. Prints what each call answered.
import { openSync } from 'node:fs';
import { address, call, report } from './calls.mjs';

const [, , what, argument] = process.argv;
const AF_NETLINK = 16;
const AF_PACKET = 17;
const AF_VSOCK = 40;
const SOCK_RAW = 3;
const IPC_ANY = 0;

const PROGRAMS = {
  keys() {
    // keyctl(2): KEYCTL_SEARCH in the user keyring, KEYCTL_GET_KEYRING_ID
    const USER_KEYRING = -4;
    return {
      search: found(call('keyctl', 10, USER_KEYRING, 'user', argument, 0)),
      ring: found(call('keyctl', 0, USER_KEYRING, 0)),
      request: found(call('request_key', 'user', argument, 0, 0)),
      add: found(call('add_key', 'user', argument, 'planted', 7, USER_KEYRING)),
    };
  },
  'make-key': () => ({ add: found(call('add_key', 'user', argument, 'value', 5, -4)) }),
  'make-ipc': () => ({
    memory: found(call('shmget', Number(argument), 4096, 0o1600)),
    queue: found(call('msgget', Number(argument), 0o1600)),
  }),
  ipc: () => ({
    memory: found(call('shmget', Number(argument), 0, IPC_ANY)),
    queue: found(call('msgget', Number(argument), IPC_ANY)),
  }),
  sockets: () => ({
    raw: found(call('socket', 2, SOCK_RAW, 1)),
    packet: found(call('socket', AF_PACKET, SOCK_RAW, 0)),
    vsock: found(call('socket', AF_VSOCK, 1, 0)),
    route: deleteRoutes(),
  }),
  privileged: () => ({
    module: found(call('finit_module', 0, '', 0)),
    bpf: found(call('bpf', 5, Buffer.alloc(128), 128)),
    setns: found(call('setns', openSync('/proc/1/ns/net', 'r'), 0x40000000)),
    chroot: found(call('chroot', '/tmp')),
  }),
  listener: () => ({ listener: found(installFilter(1 << 3, 0x7fc00000)) }),
  terminal() {
    const tty = openSync('/dev/tty', 'r+');
    const key = Buffer.from('x');
    return {
      plain: found(call('ioctl', tty, 0x5412, key)),
      // The kernel reads 32 bits of the request.
      high: found(call('ioctl', tty, 0x1_0000_5412, key)),
      console: found(call('ioctl', tty, 0x541c, key)),
    };
  },
};
report(PROGRAMS[what]());

function found(result) {
  return typeof result === 'number' ? 'done' : result;
}

/** A seccomp filter of one instruction: seccomp(2). */
function installFilter(flags, result) {
  const NO_NEW_PRIVS = 38;
  call('prctl', NO_NEW_PRIVS, 1, 0, 0, 0);
  const instruction = Buffer.alloc(8);
  instruction.writeUInt16LE(0x06, 0);
  instruction.writeUInt32LE(result, 4);
  const program = Buffer.alloc(16);
  program.writeUInt16LE(1, 0);
  program.writeBigUInt64LE(address(instruction), 8);
  return call('seccomp', 1, flags, program);
}

/** RTM_DELROUTE of the route that makes every address local: rtnetlink(7). Its answer is an errno. */
function deleteRoutes() {
  const socket = call('socket', AF_NETLINK, SOCK_RAW, 0);
  if (typeof socket !== 'number') return socket;
  const message = Buffer.alloc(16 + 12);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(25, 4);
  message.writeUInt16LE(0x5, 6);
  message.set([2, 0, 0, 0, 255, 3, 254, 2], 16);
  const answer = Buffer.alloc(4096);
  call('sendto', socket, message, message.length, 0, 0, 0);
  call('recvfrom', socket, answer, answer.length, 0, 0, 0);
  return `E${-answer.readInt32LE(16)}`;
}
