import { checked, libc } from './libc.ts';

const socketCall = libc.func('int socket(int family, int type, int protocol)') as (
  family: number,
  type: number,
  protocol: number,
) => number;
const setsockoptCall = libc.func(
  'int setsockopt(int fd, int level, int option, const void *value, unsigned int size)',
) as (fd: number, level: number, option: number, value: Buffer, size: number) => number;
const bindCall = libc.func('int bind(int fd, const void *address, unsigned int size)') as (
  fd: number,
  address: Buffer,
  size: number,
) => number;
const listenCall = libc.func('int listen(int fd, int backlog)') as (
  fd: number,
  backlog: number,
) => number;

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC_NONBLOCK = 0o2000000 | 0o4000;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const BACKLOG = 511;

/** Listens on `port` of every address, IPv4 and IPv6 alike (IPv4 alone where the kernel has no IPv6). */
export function listenEverywhere(port: number): number {
  const type = SOCK_STREAM | SOCK_CLOEXEC_NONBLOCK;
  let fd = Number(socketCall(AF_INET6, type, 0));
  const v6 = fd >= 0;
  if (!v6) fd = checked('socket', socketCall(AF_INET, type, 0));
  if (v6) option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  bind(fd, v6 ? AF_INET6 : AF_INET, port);
  checked('listen', listenCall(fd, BACKLOG));
  return fd;
}

/** A datagram socket on `port` of every IPv4 address: name servers are asked over IPv4. */
export function bindDatagrams(port: number): number {
  const fd = checked('socket', socketCall(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC_NONBLOCK, 0));
  bind(fd, AF_INET, port);
  return fd;
}

/** struct sockaddr_in { u16 family; u16 port (network order); … }, 16 bytes; sockaddr_in6, 28 bytes. All zero: any. */
function bind(fd: number, family: number, port: number): void {
  const address = Buffer.alloc(family === AF_INET6 ? 28 : 16);
  address.writeUInt16LE(family, 0);
  address.writeUInt16BE(port, 2);
  checked(`bind port ${port}`, bindCall(fd, address, address.length));
}

function option(fd: number, level: number, name: number, value: number): void {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  checked('setsockopt', setsockoptCall(fd, level, name, buffer, 4));
}
