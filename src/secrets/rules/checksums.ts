import { crc32 } from './crc32.ts';
import type { Checksum } from './rule-format.ts';

/** `proof`: it can only be right by design. `form`: what does not have it is not of this kind at all. */
export interface ChecksumKind {
  holds: (value: string) => boolean;
  strength: 'proof' | 'form';
  /** Makes it hold for a made-up value of the right shape. */
  seal: (value: string) => string;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/: the last six say what the rest is. */
const github = crcTail(6, (value) =>
  base62(crc32(value.slice(value.indexOf('_') + 1, -6))).padStart(6, '0'),
);

export const CHECKSUM_KINDS: Record<Checksum, ChecksumKind> = {
  'github-crc32': github,
  'npm-crc32': github,
  /** GitLab's lib/authn/token_field/generator/routable_token.rb: seven of base 36 over all before them. */
  'gitlab-crc32': crcTail(7, (value) => crc32(value.slice(0, -7)).toString(36).padStart(7, '0')),
  'cloudflare-crc32': crcTail(8, (value) => hex(crc32(value.slice(value.indexOf('_') + 1, -8)))),
  'zuplo-crc32': crcTail(8, (value) => hex(crc32(value.slice(value.indexOf('_') + 1, -9)))),
  /** Grafana's pkg/components/satokengen: little-endian, over all before the last `_`. */
  'grafana-crc32': crcTail(8, (value) => hex(swap(crc32(value.slice(0, -9))))),
  bech32: {
    strength: 'proof',
    holds: (value) => bech32Rest(value.toLowerCase()) === 1,
    seal: sealBech32,
  },
  'nkey-crc16': {
    strength: 'proof',
    holds(value) {
      const bytes = base32Bytes(value);
      return crc16(bytes.subarray(0, -2)) === bytes.readUInt16LE(bytes.length - 2);
    },
    seal(value) {
      const bytes = base32Bytes(value);
      bytes.writeUInt16LE(crc16(bytes.subarray(0, -2)), bytes.length - 2);
      return base32Text(bytes);
    },
  },
  /** RFC 7515: the first part is JSON that names an algorithm. */
  jwt: {
    strength: 'form',
    holds: (value) => hasAlgorithm(value.split('.')[0] ?? ''),
    seal: (value) => [HEADER, ...value.split('.').slice(1)].join('.'),
  },
  'base64-json': {
    strength: 'form',
    holds: (value) => isJsonObject(fromEyJ(value)),
    seal(value) {
      const at = value.indexOf('eyJ');
      const start = Buffer.from(value.slice(at, at + 8), 'base64').toString();
      const opening = /^\{"[a-z]":"$/.test(start) ? start : '{"o":"';
      const body = `${opening}${value.slice(at + 8).replace(/[^A-Za-z0-9]/g, '')}`;
      const length = Math.floor((value.length - at) * 0.75) - 2;
      return value.slice(0, at) + Buffer.from(`${body.slice(0, length)}"}`).toString('base64');
    },
  },
};

const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

function crcTail(length: number, tailOf: (value: string) => string): ChecksumKind {
  return {
    strength: 'proof',
    holds: (value) => value.slice(-length) === tailOf(value),
    seal: (value) => value.slice(0, -length) + tailOf(value),
  };
}

function base62(number: number): string {
  let text = '';
  for (let rest = number; rest > 0; rest = Math.floor(rest / 62)) text = BASE62[rest % 62] + text;
  return text;
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0');
}

function swap(number: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes.readUInt32BE();
}

/** BIP 173: letters, and the generator of its checksum. */
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** 1 where the checksum holds. */
function bech32Rest(value: string): number {
  const mark = value.lastIndexOf('1');
  const prefix = [...value.slice(0, mark)].map((letter) => letter.charCodeAt(0));
  const data = [...value.slice(mark + 1)].map((letter) => BECH32.indexOf(letter));
  if (mark < 1 || data.includes(-1)) return 0;
  const all = [...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...data];
  return polymod(all);
}

function polymod(values: readonly number[]): number {
  let rest = 1;
  for (const value of values) {
    const top = rest >>> 25;
    rest = ((rest & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((term, bit) => {
      if ((top >>> bit) & 1) rest ^= term;
    });
  }
  return rest;
}

function sealBech32(value: string): string {
  const lower = value.toLowerCase();
  const open = `${lower.slice(0, -6)}qqqqqq`;
  const rest = bech32Rest(open) ^ 1;
  const tail = [0, 1, 2, 3, 4, 5]
    .map((place) => BECH32[(rest >>> (5 * (5 - place))) & 31])
    .join('');
  const sealed = open.slice(0, -6) + tail;
  return value === lower ? sealed : sealed.toUpperCase();
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32Bytes(text: string): Buffer {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const letter of text) {
    held = (held << 5) | Math.max(0, BASE32.indexOf(letter));
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >>> bits) & 255);
    held &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}

function base32Text(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => BASE32[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('');
}

/** CRC-16/XMODEM, as nats-io/nkeys has it. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1)
      crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

function hasAlgorithm(part: string): boolean {
  const header = parsed(part);
  return typeof header === 'object' && header !== null && 'alg' in header;
}

/** The JSON that `eyJ` begins: what stands before it is the token's prefix, behind `_` or `.` its signature. */
function fromEyJ(value: string): string {
  const rest = value.slice(Math.max(0, value.indexOf('eyJ')));
  return /^[A-Za-z0-9+/-]*/.exec(rest)?.[0] ?? '';
}

function isJsonObject(part: string): boolean {
  const value = parsed(part);
  return typeof value === 'object' && value !== null;
}

function parsed(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}
