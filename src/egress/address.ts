import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Addresses that a public name must not lead to: IANA's special-purpose registries (RFC 6890 and its updates). */
const FORBIDDEN_V4: [network: string, prefix: number, what: string][] = [
  ['0.0.0.0', 8, 'an unspecified address'],
  ['10.0.0.0', 8, 'a private address'],
  ['100.64.0.0', 10, 'a carrier-grade NAT address'],
  ['127.0.0.0', 8, 'a loopback address'],
  ['169.254.0.0', 16, 'a link-local or metadata address'],
  // Azure's platform services, reachable from every Azure machine only.
  ['168.63.129.16', 32, 'a metadata address'],
  ['172.16.0.0', 12, 'a private address'],
  ['192.0.0.0', 24, 'a reserved address'],
  ['192.0.2.0', 24, 'a documentation address'],
  ['192.88.99.0', 24, 'a reserved address'],
  ['192.168.0.0', 16, 'a private address'],
  ['198.18.0.0', 15, 'a benchmarking address'],
  ['198.51.100.0', 24, 'a documentation address'],
  ['203.0.113.0', 24, 'a documentation address'],
  ['224.0.0.0', 4, 'a multicast address'],
  ['240.0.0.0', 4, 'a reserved address'],
];

/** Only 2000::/3 is global unicast (RFC 4291, section 2.4); these are the parts of it that are not. */
const FORBIDDEN_V6: [network: string, prefix: number, what: string][] = [
  ['2001::', 23, 'a reserved address'],
  ['2001:db8::', 32, 'a documentation address'],
  ['3fff::', 20, 'a documentation address'],
];

const v4 = FORBIDDEN_V4.map(([network, prefix, what]) => ({ list: list(network, prefix), what }));
const v6 = FORBIDDEN_V6.map(([network, prefix, what]) => ({ list: list(network, prefix), what }));

/** The one spelling guard compares: an IPv4-mapped IPv6 address becomes IPv4, a zone is dropped. Null if not an address. */
export function canonicalAddress(text: string | undefined): string | null {
  const address = (text ?? '').replace(/%.*$/, '').toLowerCase();
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return null;
  const words = ipv6Words(address);
  return words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff
    ? embedded(words, 6)
    : address;
}

/** 127.0.0.0/8 and ::1; the argument is canonical. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || (address.includes(':') && isOne(ipv6Words(address)));
}

/**
 * Why an address that a public name resolved to must not be dialled (`a loopback address`), or null when it may.
 * Addresses that carry an IPv4 address (NAT64 RFC 6052, 6to4 RFC 3056) are judged by it.
 */
export function forbiddenAddress(text: string): string | null {
  const address = canonicalAddress(text);
  if (!address) return 'no valid address';
  if (isIPv4(address)) {
    return v4.find(({ list }) => list.check(address))?.what ?? ownAddress(address);
  }
  const words = ipv6Words(address);
  const first = words[0] ?? 0;
  if (first === 0x64 && words[1] === 0xff9b && words.slice(2, 6).every((word) => word === 0)) {
    return forbiddenAddress(embedded(words, 6));
  }
  if (isOne(words)) return 'a loopback address';
  if ((first & 0xfe00) === 0xfc00) return 'a private address';
  if ((first & 0xffc0) === 0xfe80) return 'a link-local or metadata address';
  if ((first & 0xff00) === 0xff00) return 'a multicast address';
  if ((first & 0xe000) !== 0x2000) return 'a reserved address';
  if (first === 0x2002) return forbiddenAddress(embedded(words, 1));
  return v6.find(({ list }) => list.check(address, 'ipv6'))?.what ?? ownAddress(address);
}

/** A service on the user's machine is as near by its public address as by loopback. */
function ownAddress(address: string): string | null {
  const own = Object.values(networkInterfaces())
    .flat()
    .some((entry) => entry && sameAddress(canonicalAddress(entry.address), address));
  return own ? 'an address of this machine' : null;
}

function sameAddress(a: string | null, b: string): boolean {
  if (a === null || a === b) return a === b;
  return isIPv6(a) && isIPv6(b) && ipv6Words(a).join() === ipv6Words(b).join();
}

function list(network: string, prefix: number): BlockList {
  const blocks = new BlockList();
  blocks.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');
  return blocks;
}

/** The eight 16-bit words of an address that `isIPv6` accepted (RFC 4291, section 2.2). */
function ipv6Words(address: string): number[] {
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const high = (Number(a) << 8) | Number(b);
    const low = (Number(c) << 8) | Number(d);
    return `${high.toString(16)}:${low.toString(16)}`;
  });
  const [head = '', tail] = text.split('::');
  const words = (part: string) => (part ? part.split(':').map((word) => parseInt(word, 16)) : []);
  if (tail === undefined) return words(head);
  const [before, after] = [words(head), words(tail)];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function isOne(words: number[]): boolean {
  return words.slice(0, 7).every((word) => word === 0) && words[7] === 1;
}

function embedded(words: number[], at: number): string {
  const [high = 0, low = 0] = [words[at], words[at + 1]];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
