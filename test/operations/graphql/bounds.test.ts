import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bracketDepth } from '../../../src/operations/graphql/depth.ts';
import { readGraphql } from '../../../src/operations/graphql/read.ts';
import { call, post, shown } from './requests.ts';

const whyNot = (query: string, variables?: unknown) =>
  shown(readGraphql(post({ query, variables }))).filter((line) => line.startsWith('?'));

describe('a hostile document is bounded', () => {
  it.each([
    ['selections', `mutation ${'{a'.repeat(100_000)}`],
    ['selections that close', `mutation ${'{a'.repeat(200)}${'}'.repeat(200)}`],
    ['lists', `mutation { a(b: ${'['.repeat(100_000)}`],
    ['objects', `mutation { a(b: ${'{c:'.repeat(100_000)}`],
    ['types', `mutation ($a: ${'['.repeat(100_000)}) { a }`],
    ['inline fragments', `mutation ${'{...'.repeat(100_000)}`],
  ])('in %s', (_what, query) => {
    expect(whyNot(query)).toEqual(['? the document is nested too deeply']);
  });

  it('in fragments that hold fragments', () => {
    const chain = Array.from({ length: 1000 }, (_, i) => `fragment f${i} on M { ...f${i + 1} }`);
    expect(whyNot(`mutation { ...f0 } ${chain.join(' ')} fragment f1000 on M { a }`)).toEqual([
      '? the document is nested too deeply',
    ]);
  });

  it('in fragments that contain themselves', () => {
    const fragments = 'fragment a on M { ...b } fragment b on M { ...a c }';
    expect(whyNot(`mutation { ...a } ${fragments}`)).toEqual(['? a fragment contains itself']);
  });

  it('in fragments that double', () => {
    const chain = Array.from(
      { length: 40 },
      (_, i) => `fragment f${i} on M { ...f${i + 1} ...f${i + 1} }`,
    );
    expect(whyNot(`mutation { ...f0 } ${chain.join(' ')} fragment f40 on M { a }`)).toEqual([
      '? the document asks for more than guard reads',
    ]);
  });

  it('in length and tokens, of a batch as a whole', () => {
    expect(whyNot(`mutation { a } #${'x'.repeat(600_000)}`)).toEqual([
      '? the document is too long',
    ]);
    expect(whyNot(`mutation { ${'a '.repeat(50_000)} }`)).toEqual([
      '? the document does not parse',
    ]);
    const query = `mutation { ${'a '.repeat(9_000)} }`;
    const parts = shown(readGraphql(post(Array(5).fill({ query }))));
    expect(parts.filter((line) => line.startsWith('?'))).not.toEqual([]);
  });

  it('in variables that are used again and again', () => {
    const fields = Array.from({ length: 2000 }, (_, i) => `a${i}: f(a: $a)`).join(' ');
    const a = Array.from({ length: 20_000 }, () => 0);
    expect(whyNot(`mutation ($a: T) { ${fields} }`, { a })).toEqual([
      '? the document asks for more than guard reads',
    ]);
  });
});

it('counts brackets where they are brackets', () => {
  expect(bracketDepth('{a(b:[1])}')).toBe(3);
  expect(bracketDepth('{a(b:"{{{{\\"{{", c:"""{{\\"""{{""") #{{{{\n}')).toBe(2);
  expect(bracketDepth('"\n{{')).toBe(2);
  expect(bracketDepth('"""')).toBe(0);
  expect(bracketDepth('"\\')).toBe(0);
});

it('reads whatever comes, without a throw', () => {
  const token = fc.constantFrom(
    ...['query', 'mutation', 'subscription', 'fragment', 'on', 'a', 'b', '$a', '@skip', '...', ':'],
    ...[
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      '!',
      '=',
      '|',
      '&',
      '"',
      '"""',
      '\\',
      '#',
      '\n',
      '1',
      '1.5',
      'true',
    ],
    ...['null', '""', '"x"', ' ', ',', '\ufeff', '\ud800', 'type', 'schema', 'extend'],
  );
  const document = fc.oneof(
    fc.array(token, { maxLength: 30 }).map((all) => all.join(' ')),
    fc.string(),
  );
  const path = fc.oneof(
    fc.constant('/graphql'),
    document.map((text) => `/graphql?query=${text}`),
  );
  const body = fc.oneof(
    document,
    fc.json(),
    fc
      .record({ query: document, variables: fc.jsonValue(), operationName: fc.jsonValue() })
      .map((all) => JSON.stringify(all)),
    fc
      .record({ operations: fc.json(), map: fc.json() })
      .map((all) => new URLSearchParams(all).toString()),
  );
  const type = fc.constantFrom(
    'application/json',
    'application/graphql',
    'application/x-www-form-urlencoded',
    'text/plain',
    null,
  );
  fc.assert(
    fc.property(type, body, path, (name, text, url) => {
      const { parts } = readGraphql(call({ type: name, text }, url));
      expect(parts.length).toBeGreaterThan(0);
    }),
    { numRuns: 3000 },
  );
});
