import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SecretSpan } from '../../../src/secrets/engine/detector.ts';
import { createScanner } from '../../../src/secrets/engine/scanner.ts';
import { A_TOKEN, BLOCK, DETECTORS, KNOWN } from './made-up.ts';

const scanner = createScanner({ detectors: DETECTORS, readers: [], known: [KNOWN] });
const scan = (text: string): SecretSpan[] => scanner.scan('a', Buffer.from(text, 'latin1'));
/** What a text without other secrets has of it. */
function only(text: string): { rule?: string; encoding?: string; found: string } {
  const spans = scan(text);
  expect(spans).toHaveLength(1);
  const [span] = spans;
  return { rule: span?.rule, encoding: span?.encoding, found: text.slice(span?.start, span?.end) };
}

const INNER = `{"note":"h\u00fc","token":"${A_TOKEN}"}`;
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

it.each([
  ['base64', base64(INNER)],
  ['base64', base64(INNER).replaceAll('=', '')],
  ['base64', Buffer.from(`>>>???${INNER}`).toString('base64url')],
  ['base64', base64(base64(INNER))],
  ['base64', Buffer.from(INNER, 'utf16le').toString('base64')],
  ['hex', Buffer.from(INNER).toString('hex')],
  ['hex', Buffer.from(INNER).toString('hex').toUpperCase()],
])('reads %s, the whole of which is the secret', (encoding, text) => {
  for (const [before, after] of [
    ['', ''],
    ['data: "', '",'],
    ['\n', '\r\n'],
  ])
    expect(only(`${before}${text}${after}`)).toEqual({
      rule: 'made-up.token',
      encoding,
      found: text,
    });
});

it('reads base64 that stands on many lines', () => {
  const text = base64(`begin made-up\n${'some words of it\n'.repeat(30)}end made-up\n`);
  for (const [width, end] of [
    [64, '\n'],
    [76, '\r\n'],
    [76, '\n    '],
  ] as const) {
    const lines = (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end);
    expect(only(`x:${end}${lines}${end}next: line\n`)).toEqual({
      rule: BLOCK.id,
      encoding: 'base64',
      found: lines,
    });
  }
});

it('does not decode what decodes to no text', () => {
  const random = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7919) % 251));
  expect(scan(random.toString('base64'))).toEqual([]);
  expect(scan(random.toString('hex'))).toEqual([]);
  expect(scan('/usr/share/some/long/path/of/a/file/that/is/no/secret')).toEqual([]);
});

it('goes no deeper than two encodings', () => {
  expect(scan(base64(base64(INNER)))).toHaveLength(1);
  expect(scan(base64(base64(base64(INNER))))).toEqual([]);
});

it('finds a token in percent-encoding where it stands', () => {
  const text = `https://example.test/?next=%2Fcallback%3Ftoken%3D${A_TOKEN}%26x%3D1 more`;
  expect(only(text)).toEqual({ rule: 'made-up.token', encoding: undefined, found: A_TOKEN });
});

it('spans the encoded characters of a value with escapes in it', () => {
  expect(only('call "?a=b&pass%3Dwith%2Fslash%21" now')).toMatchObject({
    encoding: 'percent',
    found: 'with%2Fslash%21',
  });
  expect(only(String.raw`x = "pass\u003d\u0061bcd\u0026fghi";`)).toMatchObject({
    encoding: 'unicode-escape',
    found: String.raw`\u0061bcd\u0026fghi`,
  });
  expect(only(String.raw`x = 'pass\x3dabcd\x26fghi';`)).toMatchObject({
    encoding: 'unicode-escape',
    found: String.raw`abcd\x26fghi`,
  });
});

it('reports a token that looks encoded once', () => {
  const known = base64(`header of a token: ${A_TOKEN}`);
  const own = createScanner({
    detectors: DETECTORS,
    readers: [],
    known: [{ value: known, source: 'x' }],
  });
  expect(own.scan('a', Buffer.from(`x ${known} y`))).toEqual([
    { rule: 'known.value', tier: 'certain', start: 2, end: 2 + known.length },
  ]);
});

it('finds whatever is encoded, wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
      fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
      fc.constantFrom<BufferEncoding>('base64', 'base64url', 'hex'),
      fc.constantFrom(' ', '\n', '"', '=', ':', ',', '('),
      (before, after, encoding, mark) => {
        const text = Buffer.from(`${before} ${A_TOKEN} ${after}`).toString(encoding);
        // Behind one without padding an equals sign would be taken for it.
        const spans = scan(`x${mark}${text}${mark === '=' ? '' : mark}`);
        expect(spans).toMatchObject([{ rule: 'made-up.token', start: 2, end: 2 + text.length }]);
      },
    ),
    { numRuns: 500 },
  );
});

it('passes any bytes', () => {
  const odd = fc.constantFrom(
    '%3a',
    '%',
    '\\u00',
    '\\u006',
    '\\x6',
    '\\x61',
    '0x',
    '=',
    'YWJj',
    '61',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 200 }),
      (parts) => {
        const bytes = Buffer.from(parts.join(''), 'latin1');
        for (const { start, end } of scanner.scan('a', bytes)) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(bytes.length);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
