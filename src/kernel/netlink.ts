import { closeSync } from 'node:fs';
import { send } from './descriptors.ts';
import { checked, libc, SystemCallError } from './libc.ts';

/**
 * Brings up the loopback interface of the current network namespace and makes every address local to it:
 * `ip link set lo up; ip addr add 198.19.255.254/32 dev lo; ip route add local default dev lo`, the last for IPv4 and
 * IPv6. netlink(7), rtnetlink(7).
 */
export function makeEveryAddressLocal(): void {
  const socket = checked('socket', socketCall(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  try {
    request(socket, linkUp());
    request(socket, address(OWN_ADDRESS));
    request(socket, localDefaultRoute(AF_INET));
    try {
      request(socket, localDefaultRoute(AF_INET6));
    } catch (error) {
      // A kernel without IPv6 has nothing that could leave by it.
      if (
        !(error instanceof SystemCallError) ||
        !['EAFNOSUPPORT', 'EOPNOTSUPP', 'EACCES', 'ENODEV'].includes(error.code)
      )
        throw error;
    }
  } finally {
    closeSync(socket);
  }
}

const socketCall = libc.func('int socket(int family, int type, int protocol)') as (
  family: number,
  type: number,
  protocol: number,
) => number;
const receiveCall = libc.func('long recv(int fd, void *data, size_t size, int flags)') as (
  fd: number,
  data: Buffer,
  size: number,
  flags: number,
) => number;

const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;

// linux/rtnetlink.h, linux/netlink.h, linux/if.h
const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const NLM_F_REQUEST_ACK = 0x1 | 0x4;
const NLM_F_CREATE_EXCL = 0x400 | 0x200;
const NLMSG_ERROR = 2;
const IFF_UP = 1;
/** The loopback interface is index 1 in every network namespace (net/core: LOOPBACK_IFINDEX). */
const LOOPBACK = 1;
const RT_TABLE_LOCAL = 255;
const RTPROT_BOOT = 3;
const RT_SCOPE_HOST = 254;
const RTN_LOCAL = 2;
const RTA_OIF = 4;
const IFA_LOCAL = 2;

/**
 * Without an address beyond 127.0.0.1 the C library takes the machine to have no IPv4 and drops its answers (getaddrinfo(3),
 * AI_ADDRCONFIG). The last of the range that names are answered from, which stands for no name.
 */
const OWN_ADDRESS = [198, 19, 255, 254];

/** struct nlmsghdr { u32 len; u16 type; u16 flags; u32 seq; u32 pid; } followed by `body`. */
function message(type: number, flags: number, body: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(NLM_F_REQUEST_ACK | flags, 6);
  header.writeUInt32LE(1, 8);
  return Buffer.concat([header, body]);
}

/** struct ifinfomsg { u8 family; u8 pad; u16 type; s32 index; u32 flags; u32 change; } */
function linkUp(): Buffer {
  const body = Buffer.alloc(16);
  body.writeInt32LE(LOOPBACK, 4);
  body.writeUInt32LE(IFF_UP, 8);
  body.writeUInt32LE(IFF_UP, 12);
  return message(RTM_NEWLINK, 0, body);
}

/** struct ifaddrmsg { u8 family, prefixlen, flags, scope; u32 index; }, then IFA_LOCAL. */
function address(bytes: readonly number[]): Buffer {
  const body = Buffer.alloc(16);
  body.set([AF_INET, 32, 0, 0]);
  body.writeUInt32LE(LOOPBACK, 4);
  body.writeUInt16LE(8, 8);
  body.writeUInt16LE(IFA_LOCAL, 10);
  body.set(bytes, 12);
  return message(RTM_NEWADDR, NLM_F_CREATE_EXCL, body);
}

/** struct rtmsg { u8 family, dst_len, src_len, tos, table, protocol, scope, type; u32 flags; }, then RTA_OIF. */
function localDefaultRoute(family: number): Buffer {
  const body = Buffer.alloc(20);
  body.set([family, 0, 0, 0, RT_TABLE_LOCAL, RTPROT_BOOT, RT_SCOPE_HOST, RTN_LOCAL]);
  // struct rtattr { u16 len; u16 type; } and the interface index
  body.writeUInt16LE(8, 12);
  body.writeUInt16LE(RTA_OIF, 14);
  body.writeUInt32LE(LOOPBACK, 16);
  return message(RTM_NEWROUTE, NLM_F_CREATE_EXCL, body);
}

function request(socket: number, data: Buffer): void {
  checked('send to netlink', send(socket, data));
  const answer = Buffer.alloc(4096);
  checked('receive from netlink', receiveCall(socket, answer, answer.length, 0));
  // struct nlmsgerr { s32 error; … } behind the header; 0 is the acknowledgement
  if (answer.readUInt16LE(4) !== NLMSG_ERROR) throw new Error('netlink: unexpected answer');
  const error = answer.readInt32LE(16);
  if (error !== 0) throw new SystemCallError('netlink', -error);
}
