import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readJson } from '../../../src/operations/body/json.ts';

it('agrees with JSON.parse about what is JSON and what it says', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      fc.pre(!/\d{16}/.test(text));
      const read = readJson(text);
      expect(read).toEqual({ kind: 'json', value: JSON.parse(text) as unknown, first: null });
    }),
  );
});

it('takes no text for JSON that JSON.parse does not take, and misses none', () => {
  const piece = fc.constantFrom(
    ...['{', '}', '[', ']', ',', ':', '"', '\\', 'a', '1', '-', '.', 'e', '+', '0', ' ', '\n'],
    ...['true', 'null', '"a"', '\\u0041', '"\\u00e9"', '\u00a0', '\u0001', '//', 'NaN', "'"],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      expect(readJson(text).kind).toBe(isJson(text) ? 'json' : 'not');
    }),
    { numRuns: 3000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

it('tells of a name that is given twice, wherever it stands and however it is written', () => {
  expect(readJson('{"a":1,"b":2,"\\u0061":3}')).toEqual({
    kind: 'json',
    value: { a: 3, b: 2 },
    first: { value: { a: 1, b: 2 } },
  });
  expect(readJson('[{"x":{"a":[],"a":{}}}]')).toMatchObject({
    value: [{ x: { a: {} } }],
    first: { value: [{ x: { a: [] } }] },
  });
});

it('keeps __proto__ a name like others', () => {
  const read = readJson('{"__proto__":{"isAdmin":true},"constructor":1}');
  if (read.kind !== 'json') throw new Error('not read');
  expect(Object.keys(read.value as object)).toEqual(['__proto__', 'constructor']);
  expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  expect(Object.getPrototypeOf(read.value)).toBe(Object.prototype);
  expect(readJson('{"__proto__":1,"__proto__":2}')).toMatchObject({ first: {} });
});

it('keeps the digits of a number that a double cannot hold', () => {
  expect(readJson('[12345678901234567890,1e999,-0.5,9007199254740991]')).toMatchObject({
    value: ['12345678901234567890', '1e999', -0.5, 9007199254740991],
  });
});

it('bounds nesting', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect(readJson(nested(128)).kind).toBe('json');
  expect(readJson(nested(129))).toEqual({ kind: 'not', why: 'it is nested too deeply' });
  expect(readJson(nested(1_000_000)).kind).toBe('not');
  expect(readJson('{"a":'.repeat(100_000)).kind).toBe('not');
  expect(readJson(`"${'\\'.repeat(1_000_000)}"`).kind).toBe('json');
});
