/** The little of DER (X.690) that certificates need, written only. */

/** Universal tags (X.680, section 8.6) and the bit of constructed ones. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function sequence(...parts: Buffer[]): Buffer {
  return element(TAG.sequence, ...parts);
}

/** Of one element: more would have to be sorted. */
export function setOf(part: Buffer): Buffer {
  return element(TAG.set, part);
}

export function boolean(value: boolean): Buffer {
  return element(TAG.boolean, Buffer.from([value ? 0xff : 0]));
}

/** A number that is not negative, from its bytes, the most significant first. */
export function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  if (first < 0) return element(TAG.integer, Buffer.from([0]));
  const digits = bytes.subarray(first);
  // X.690, section 8.3: the first bit is the sign, and no byte more than needed is written.
  const sign = (digits[0] ?? 0) & 0x80 ? Buffer.from([0]) : Buffer.alloc(0);
  return element(TAG.integer, sign, digits);
}

/** `unused` bits at the end of the last byte. */
export function bitString(bytes: Buffer, unused = 0): Buffer {
  return element(TAG.bitString, Buffer.from([unused]), bytes);
}

export function octetString(bytes: Buffer): Buffer {
  return element(TAG.octetString, bytes);
}

export function utf8String(text: string): Buffer {
  return element(TAG.utf8String, Buffer.from(text));
}

/** Dotted decimal (X.690, section 8.19). */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(TAG.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** RFC 5280, section 4.1.2.5: UTCTime until 2049, whole seconds, always Z. */
export function time(date: Date): Buffer {
  const digits = `${date.toISOString().slice(0, 19).replaceAll(/\D/g, '')}Z`;
  const short = date.getUTCFullYear() < 2050;
  return element(
    short ? TAG.utcTime : TAG.generalizedTime,
    Buffer.from(short ? digits.slice(2) : digits),
  );
}

/** Context-specific: `[number]` around other elements. */
export function explicit(number: number, content: Buffer): Buffer {
  return element(0xa0 | number, content);
}

/** Context-specific: `[number]` in place of a primitive element's own tag. */
export function implicit(number: number, content: Buffer): Buffer {
  return element(0x80 | number, content);
}

function element(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

/** X.690, section 10.1: the shortest form. */
function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
