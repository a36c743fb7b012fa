import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  utf8String,
} from '../../../src/egress/tls/der.ts';

const hex = (bytes: Buffer) => bytes.toString('hex');

/** Tag, and content by the length that stands before it; the rest behind it. */
function read(bytes: Buffer) {
  const [tag = 0, first = 0] = bytes;
  const count = first & 0x80 ? first & 0x7f : 0;
  const length = count ? bytes.readUIntBE(2, count) : first;
  const start = 2 + count;
  return { tag, content: bytes.subarray(start, start + length), count, total: start + length };
}

describe('der', () => {
  it.each([
    [oid('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    [oid('2.5.29.17'), '0603551d11'],
    [oid('2.5.4.3'), '0603550403'],
    [integer(Buffer.from([2])), '020102'],
    [integer(Buffer.from([])), '020100'],
    [integer(Buffer.from([0, 0])), '020100'],
    [integer(Buffer.from([0x80])), '02020080'],
    [integer(Buffer.from([0, 0x7f])), '02017f'],
    [boolean(true), '0101ff'],
    [bitString(Buffer.from([0x80]), 7), '03020780'],
    [octetString(Buffer.from('a')), '040161'],
    [utf8String('é'), '0c02c3a9'],
    [sequence(), '3000'],
    [setOf(integer(Buffer.from([1]))), '3103020101'],
    [explicit(3, sequence()), 'a3023000'],
    [implicit(2, Buffer.from('a')), '820161'],
  ])('writes %#', (written, expected) => expect(hex(written)).toBe(expected));

  it('writes times as RFC 5280 wants them', () => {
    const text = (date: string) => {
      const { tag, content } = read(time(new Date(date)));
      return [tag, content.toString()];
    };
    expect(text('2026-01-02T03:04:05.678Z')).toEqual([0x17, '260102030405Z']);
    expect(text('2049-12-31T23:59:59Z')).toEqual([0x17, '491231235959Z']);
    expect(text('2050-01-01T00:00:00Z')).toEqual([0x18, '20500101000000Z']);
  });

  it('writes lengths in their shortest form, and what stands behind them whole', () => {
    const sizes = fc.oneof(fc.nat(300), fc.constantFrom(127, 128, 255, 256, 65_535, 65_536));
    fc.assert(
      fc.property(sizes, (size) => {
        const written = octetString(Buffer.alloc(size, 7));
        const { tag, content, count, total } = read(written);
        expect([tag, content.length, total]).toEqual([4, size, written.length]);
        expect(count).toBe(size < 128 ? 0 : Math.ceil(Math.log2(size + 1) / 8));
      }),
    );
  });

  it('writes every number so that it reads as that number, and never as a negative one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        const { content } = read(integer(Buffer.from(bytes)));
        const value = (from: Uint8Array) => BigInt(`0x0${Buffer.from(from).toString('hex')}`);
        expect(value(content)).toBe(value(bytes));
        expect((content[0] ?? 0) & 0x80).toBe(0);
        if (content.length > 1 && content[0] === 0) expect((content[1] ?? 0) & 0x80).toBe(0x80);
      }),
    );
  });
});
