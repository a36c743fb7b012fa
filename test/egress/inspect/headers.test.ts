import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endToEnd,
  fromH2,
  fromH2Object,
  fromRaw,
  repeated,
  toH2,
  toRaw,
} from '../../../src/egress/inspect/headers.ts';
import { readH2Head } from '../../../src/egress/inspect/h2-head.ts';

const token = fc.stringMatching(/^[a-z!#$%&'*+.^_`|~-][a-z0-9-]{0,10}$/);
const value = fc.stringMatching(
  /^[\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?$/,
);
const list = fc.array(fc.tuple(token, value), { maxLength: 12 });
const byName = (given: readonly (readonly [string, string])[]) => {
  const out = new Map<string, string[]>();
  for (const [name, each] of given) out.set(name, [...(out.get(name) ?? []), each]);
  return out;
};

describe('header lines', () => {
  it('keep every name and value from HTTP/1 to the list and back', () => {
    fc.assert(
      fc.property(list, (given) => {
        expect(fromRaw(toRaw(given))).toEqual(given);
      }),
    );
  });

  it('keep every value, and the order under each name, through HTTP/2', () => {
    fc.assert(
      fc.property(list, (given) => {
        fc.pre(repeated(given) === null);
        expect(byName(fromH2Object(toH2(given)))).toEqual(byName(given));
      }),
    );
  });

  it('lose what belongs to one hop, whatever is listed, and nothing else', () => {
    fc.assert(
      fc.property(list, fc.array(token, { maxLength: 3 }), (given, listed) => {
        const hop: [string, string][] = [
          ['connection', listed.join(' , ')],
          ['transfer-encoding', 'chunked'],
          ['keep-alive', '1'],
          ['upgrade', 'h2c'],
          ['proxy-authorization', 'Basic x'],
        ];
        const kept = given.filter(
          ([name]) =>
            !listed.includes(name) &&
            !hop.some(([each]) => each === name) &&
            !['te', 'trailer', 'expect', 'proxy-connection', 'http2-settings'].includes(name),
        );
        expect(endToEnd([...given, ...hop])).toEqual(kept);
      }),
    );
  });

  it('never lose what frames a message or names its host', () => {
    expect(
      endToEnd([
        ['connection', 'host, content-length'],
        ['host', 'a'],
        ['content-length', '1'],
      ]),
    ).toEqual([
      ['host', 'a'],
      ['content-length', '1'],
    ]);
  });

  it('take names of the language for names', () => {
    for (const name of ['__proto__', 'constructor', 'tostring', 'hasownproperty']) {
      expect(
        fromH2Object(
          toH2([
            [name, '1'],
            [name, '2'],
          ]),
        ),
      ).toEqual([
        [name, '1'],
        [name, '2'],
      ]);
    }
  });

  it('have one Cookie, however HTTP/2 cut it', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), list, (crumbs, given) => {
        const others = given.filter(([name]) => name !== 'cookie');
        const mixed = [
          ...others.slice(0, 2),
          ...crumbs.map((each): [string, string] => ['cookie', each]),
          ...others.slice(2),
        ];
        const joined = fromH2(mixed);
        expect(joined.filter(([name]) => name === 'cookie')).toEqual([
          ['cookie', crumbs.join('; ')],
        ]);
        expect(joined.filter(([name]) => name !== 'cookie')).toEqual(others);
      }),
    );
  });
});

describe('heads of HTTP/2 requests', () => {
  const good: [string, string][] = [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', 'a.test'],
    [':path', '/'],
  ];

  it('name the host of their connection, or are refused', () => {
    const name = fc.oneof(
      fc.constantFrom('a.test', 'A.TEST', 'a.test.', 'a.test:443', 'b.test', 'a.test:80', ''),
      fc.string(),
    );
    fc.assert(
      fc.property(name, fc.option(name), (authority, host) => {
        const given = good.map(([key, each]): [string, string] => [
          key,
          key === ':authority' ? authority : each,
        ]);
        if (host !== null) given.push(['host', host]);
        const read = readH2Head(given, 'a.test', 443);
        const same = (text: string) => /^a\.test\.?(?::(?:443)?)?$/i.test(text);
        expect(read.ok).toBe(same(authority) && (host === null || same(host)));
        if (read.ok) expect(read.head.host).toBe('a.test');
      }),
      { numRuns: 500 },
    );
  });

  it('have each pseudo-header once, and no other', () => {
    fc.assert(
      fc.property(
        fc.subarray(good, { minLength: 4 }),
        fc.constantFrom(...good.map(([key]) => key), ':status', ':protocol', ':x'),
        (given, more) => {
          expect(readH2Head([...given, [more, 'GET']], 'a.test', 443).ok).toBe(false);
        },
      ),
    );
  });
});
