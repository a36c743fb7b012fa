import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerQuery, type Resolver } from '../../src/egress/dns.ts';
import { SyntheticNames } from '../../src/egress/names.ts';

const A = 1;
const PTR = 12;
const TXT = 16;
const AAAA = 28;
const HTTPS = 65;

function resolver(limit?: number) {
  const refused: string[] = [];
  let full = 0;
  const names = new SyntheticNames(limit);
  const made: Resolver = {
    names,
    mayReach: (name) => name.endsWith('good.test'),
    refused: (name) => refused.push(name),
    full: () => full++,
    failed: () => undefined,
  };
  return { ...made, list: refused, fullCount: () => full };
}

const OPT = Buffer.from([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);

interface Shape {
  flags?: number;
  counts?: [number, number, number, number];
  class?: number;
  rest?: Buffer;
}

function query(labels: (string | Buffer)[], type: number, shape: Shape = {}): Buffer {
  const { flags = 0x0100, counts = [1, 0, 0, shape.rest ? 1 : 0], rest = Buffer.alloc(0) } = shape;
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xabcd, 0);
  head.writeUInt16BE(flags, 2);
  counts.forEach((count, at) => head.writeUInt16BE(count, 4 + 2 * at));
  const name = labels.map((label) =>
    Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]),
  );
  const tail = Buffer.from([0, type >> 8, type & 255, 0, shape.class ?? 1]);
  return Buffer.concat([head, ...name, tail, rest]);
}

function read(response: Buffer | null) {
  if (!response) return null;
  return {
    id: response.readUInt16BE(0),
    rcode: response.readUInt16BE(2) & 15,
    answers: response.readUInt16BE(6),
    data: response.subarray(-4).join('.'),
    response,
  };
}

describe('names', () => {
  it('answers an allowed name with its address, the question echoed in its own letter case', () => {
    const { names, ...rest } = resolver();
    const asked = query(['WWW', 'Good', 'test'], A);
    const found = read(answerQuery(asked, { names, ...rest }));
    expect(found).toMatchObject({ id: 0xabcd, rcode: 0, answers: 1, data: '198.18.0.1' });
    expect(found?.response.subarray(12, asked.length)).toEqual(asked.subarray(12));
    expect(names.nameOf('198.18.0.1')).toBe('www.good.test');
  });

  it.each([AAAA, HTTPS, TXT, 255])('answers type %i of an allowed name with nothing', (type) => {
    const found = read(answerQuery(query(['good', 'test'], type), resolver()));
    expect(found).toMatchObject({ rcode: 0, answers: 0 });
  });

  it.each([A, AAAA, TXT, HTTPS, 255])('says a refused name does not exist, type %i', (type) => {
    const made = resolver();
    const found = read(answerQuery(query(['Secret', 'evil', 'test'], type), made));
    expect(found).toMatchObject({ rcode: 3, answers: 0 });
    expect(made.list).toEqual(['secret.evil.test']);
  });

  it.each([
    ['a dot inside a label', ['evil.good', 'test']],
    ['a NUL', ['a\0', 'good', 'test']],
    ['a space', ['a b', 'good', 'test']],
  ])('takes %s for no host name', (_, labels) => {
    const made = resolver();
    expect(read(answerQuery(query(labels, A), made))?.rcode).toBe(3);
    expect(made.names.addressOf('probe')).toBe('198.18.0.1');
  });

  it('knows localhost and what is under it', () => {
    const found = read(answerQuery(query(['app', 'localhost'], A), resolver()));
    expect(found).toMatchObject({ rcode: 0, data: '127.0.0.1' });
    expect(read(answerQuery(query(['localhost'], AAAA), resolver()))).toMatchObject({
      answers: 1,
      data: '0.0.0.1',
    });
  });

  it('names synthetic addresses in reverse, and no others', () => {
    const made = resolver();
    made.names.addressOf('good.test');
    const found = read(answerQuery(query(['1', '0', '18', '198', 'in-addr', 'arpa'], PTR), made));
    expect(found).toMatchObject({ rcode: 0, answers: 1 });
    expect(found?.response.subarray(-11).toString('latin1')).toBe('\x04good\x04test\x00');
    const other = query(['1', '1', '1', '1', 'in-addr', 'arpa'], PTR);
    expect(read(answerQuery(other, made))).toMatchObject({ rcode: 3, answers: 0 });
    expect(made.list).toEqual([]);
  });

  it('fails when every address is taken', () => {
    const made = resolver(1);
    answerQuery(query(['a', 'good', 'test'], A), made);
    expect(read(answerQuery(query(['b', 'good', 'test'], A), made))?.rcode).toBe(2);
    expect(made.fullCount()).toBe(1);
  });
});

describe('messages', () => {
  const good = ['good', 'test'];
  const pointer = Buffer.concat([
    query([], A).subarray(0, 12),
    Buffer.from([0xc0, 12, 0, 1, 0, 1]),
  ]);

  it('answers EDNS with EDNS', () => {
    const found = read(answerQuery(query(good, A, { rest: OPT }), resolver()));
    expect(found).toMatchObject({ rcode: 0, answers: 1 });
    expect(found?.response.readUInt16BE(10)).toBe(1);
    expect(found?.response.subarray(-11, -8)).toEqual(Buffer.from([0, 0, 41]));
  });

  it('refuses a version of EDNS it does not know', () => {
    const opt = Buffer.from(OPT);
    opt[6] = 1;
    const { response } = read(answerQuery(query(good, A, { rest: opt }), resolver())) ?? {};
    expect(response?.at(-6)).toBe(1);
    expect(response?.readUInt16BE(6)).toBe(0);
  });

  it.each([
    ['a pointer that points to itself', pointer],
    ['two questions', query(good, A, { counts: [2, 0, 0, 0] })],
    ['no question', query(good, A, { counts: [0, 0, 0, 0] })],
    ['answers', query(good, A, { counts: [1, 1, 0, 0] })],
    ['a missing record', query(good, A, { counts: [1, 0, 0, 1] })],
    ['bytes left over', query(good, A, { rest: Buffer.alloc(3), counts: [1, 0, 0, 0] })],
    ['two OPT records', query(good, A, { rest: Buffer.concat([OPT, OPT]), counts: [1, 0, 0, 2] })],
    ['a name over 255 bytes', query(new Array<string>(5).fill('a'.repeat(60)), A)],
    ['too many bytes', query(good, A, { rest: Buffer.alloc(5000) })],
    ['a cut question', query(good, A).subarray(0, 20)],
  ])('answers %s with a format error', (_, message) => {
    expect(read(answerQuery(message, resolver()))).toMatchObject({ rcode: 1, answers: 0 });
  });

  it('answers other operations and classes with what they are', () => {
    expect(read(answerQuery(query(good, A, { flags: 0x2800 }), resolver()))?.rcode).toBe(4);
    expect(read(answerQuery(query(good, A, { class: 3 }), resolver()))?.rcode).toBe(5);
  });

  it('drops responses and fragments of a header', () => {
    expect(answerQuery(query(good, A, { flags: 0x8180 }), resolver())).toBeNull();
    expect(answerQuery(Buffer.alloc(11), resolver())).toBeNull();
  });

  it('never throws, and never answers more than it was asked', () => {
    const base = query(good, A, { rest: OPT });
    const mutated = fc
      .array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 6 })
      .map((changes) => {
        const message = Buffer.from(base);
        for (const [at, value] of changes) message[at] = value;
        return message;
      });
    const random = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(mutated, random), (message) => {
        const response = answerQuery(message, resolver());
        if (response) expect(response.length).toBeLessThanOrEqual(message.length + 300);
      }),
      { numRuns: 3000 },
    );
  });
});
