import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sniff, type Sniffed } from '../../src/egress/sniff.ts';
import { clientHello, records, vector } from './client-hello-bytes.ts';

const text = (bytes: string) => sniff(Buffer.from(bytes, 'latin1'));

/** What is found when bytes arrive in pieces: the first answer other than `more`. */
function inPieces(bytes: Buffer, cuts: number[]): Sniffed {
  for (const cut of [...cuts.map((at) => at % (bytes.length + 1))].sort((a, b) => a - b)) {
    const found = sniff(bytes.subarray(0, cut));
    if (found.kind !== 'more') return found;
  }
  return sniff(bytes);
}

describe('TLS', () => {
  const grease: [number, Buffer] = [0x0a0a, Buffer.alloc(0)];
  const ech: [number, Buffer] = [0xfe0d, Buffer.alloc(300, 1)];

  it.each([
    ['a server name', clientHello({ sni: 'Api.Example.COM' }), 'api.example.com'],
    ['a trailing dot', clientHello({ sni: 'a.test.' }), 'a.test'],
    ['no server name', clientHello({}), null],
    ['GREASE before it', clientHello({ sni: 'a.test', extensions: [grease] }), 'a.test'],
    ['an ECH outer name', clientHello({ sni: 'outer.test', extensions: [ech] }), 'outer.test'],
    ['one byte a record', clientHello({ sni: 'a.test', fragment: 1 }), 'a.test'],
    [
      'more than one full record',
      clientHello({ sni: 'a.test', extensions: [[21, Buffer.alloc(20_000)]], fragment: 16_384 }),
      'a.test',
    ],
  ])('reads a hello with %s', (_, bytes, sni) => {
    expect(sniff(bytes)).toEqual({ kind: 'tls', sni });
    expect(sniff(bytes.subarray(0, -1))).toEqual({ kind: 'more' });
  });

  const name = (bytes: Buffer) => clientHello({ extensions: [[0, bytes]] });
  const entry = (host: string) => Buffer.concat([Buffer.from([0]), vector(2, Buffer.from(host))]);

  it.each([
    ['a NUL in the name', clientHello({ sni: 'a.test\0.evil.test' })],
    ['an address as name', clientHello({ sni: '127.0.0.1' })],
    ['an empty name', clientHello({ sni: '' })],
    ['two names', name(vector(2, Buffer.concat([entry('a.test'), entry('b.test')])))],
    ['an empty list', name(vector(2, Buffer.alloc(0)))],
    ['bytes after the list', name(Buffer.concat([vector(2, entry('a.test')), Buffer.from([0])]))],
    [
      'an unknown type of name',
      name(vector(2, Buffer.concat([Buffer.from([1]), vector(2, Buffer.from('a.test'))]))),
    ],
    [
      'two server names',
      clientHello({ sni: 'a.test', extensions: [[0, vector(2, entry('b.test'))]] }),
    ],
    [
      'a second message in its record',
      records(
        Buffer.concat([clientHello({ sni: 'a.test' }).subarray(5), Buffer.from([1, 0, 0, 0])]),
      ),
    ],
    ['another record first', Buffer.concat([Buffer.from([22, 3, 1, 0, 1, 1, 21, 3, 1])])],
    ['another handshake message', records(Buffer.from([2, 0, 0, 1, 0]))],
    ['no content', records(Buffer.from([1, 0, 0, 0]))],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
    ['a record over 2^14', Buffer.from([22, 3, 1, 0x40, 1])],
    ['a hello over 32 KiB', records(Buffer.from([1, 1, 0, 0]))],
    ['a wrong version', Buffer.from([22, 4])],
  ])('refuses a hello with %s', (_, bytes) => expect(sniff(bytes).kind).toBe('malformed'));

  it('gives the same answer however the bytes are split, and whatever follows', () => {
    const shape = fc.record(
      {
        sni: fc.oneof(fc.domain(), fc.string()),
        fragment: fc.integer({ min: 1, max: 200 }),
        extensions: fc.array(
          fc.tuple(
            fc.integer({ min: 1, max: 65_535 }),
            fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
          ),
          { maxLength: 4 },
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        shape,
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.uint8Array(),
        (hello, cuts, rest) => {
          const bytes = clientHello(hello);
          const whole = sniff(bytes);
          expect(whole.kind).not.toBe('more');
          expect(inPieces(bytes, cuts)).toEqual(whole);
          expect(sniff(Buffer.concat([bytes, rest]))).toEqual(whole);
        },
      ),
    );
  });
});

describe('text', () => {
  it.each([
    ['GET / HTTP/1.1\r\n', 'http'],
    ['\r\n\r\n  get / http/1.1\n', 'http'],
    ['POST http://a.test/ HTTP/1.0\r\n', 'http'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'h2'],
    ['PRI * HTTP/2.0\r\n\r\nXX', 'http'],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'unknown'],
    ['EHLO me\r\n', 'unknown'],
    ['\x00\x01', 'unknown'],
    ['\x80\x2e\x01', 'unknown'],
    ['GET / HTTP/1.1', 'more'],
    ['PRI * HTTP/2.0\r\n\r\nS', 'more'],
    ['\r\n\r\n', 'more'],
    ['', 'more'],
    [`GET /${'x'.repeat(17_000)}`, 'http'],
    [' '.repeat(17_000), 'http'],
  ])('%j… is %s', (bytes, kind) => expect(text(bytes).kind).toBe(kind));
});

describe('anything', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.uint8Array({ maxLength: 400 }).map((rest) => Uint8Array.from([22, 3, 1, ...rest])),
    fc
      .uint8Array({ maxLength: 400 })
      .map((rest) => Uint8Array.from([22, 3, 1, 0, 200, 1, 0, 0, 196, ...rest])),
    fc.string({ maxLength: 100 }).map((line) => Buffer.from(`${line} HTTP/1.1\r\n`)),
  );

  it('never throws, and an answer stays whatever follows', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 20 }), (all, cuts) => {
        const buffer = Buffer.from(all);
        expect(inPieces(buffer, cuts)).toEqual(sniff(buffer));
      }),
      { numRuns: 2000 },
    );
  });
});
