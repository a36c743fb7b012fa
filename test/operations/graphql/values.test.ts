import { describe, expect, it } from 'vitest';
import { readGraphql } from '../../../src/operations/graphql/read.ts';
import type { GraphqlOperation } from '../../../src/operations/graphql/types.ts';
import { UNSEEN } from '../../../src/operations/unseen.ts';
import { call, post, shown } from './requests.ts';

function first(query: string, variables?: unknown): GraphqlOperation {
  const [part] = readGraphql(post({ query, variables })).parts;
  if (part.kind === 'unknown') throw new Error(part.why);
  return part;
}

const argumentsOf = (query: string, variables?: unknown) =>
  first(query, variables).fields[0]?.arguments;

describe('arguments', () => {
  it('are plain values', () => {
    const query = `mutation { a(i: -3, f: 1.5e3, big: 12345678901234567890, s: "x\\ty", b: true, n: null,
      e: DELETED, l: [1, [2]], o: {p: {q: []}}) }`;
    expect(argumentsOf(query)).toEqual({
      ...{ i: -3, f: 1500, big: '12345678901234567890', s: 'x\ty', b: true, n: null },
      ...{ e: 'DELETED', l: [1, [2]], o: { p: { q: [] } } },
    });
  });

  it('have variables put in, wherever they stand', () => {
    const query =
      'mutation ($id: ID, $patch: P) { a(id: $id, in: {list: [$id, {deep: $id}], patch: $patch}) }';
    expect(argumentsOf(query, { id: 'v', patch: { volumes: { v: { isDeleted: true } } } })).toEqual(
      {
        id: 'v',
        in: { list: ['v', { deep: 'v' }], patch: { volumes: { v: { isDeleted: true } } } },
      },
    );
  });

  it('have defaults where nothing was sent', () => {
    const query = 'mutation ($a: T = {x: [1]}, $b: T = null, $c: T) { f(a: $a, b: $b, c: $c) }';
    expect(argumentsOf(query)).toEqual({ a: { x: [1] }, b: null, c: UNSEEN });
    expect(argumentsOf(query, { a: 1, b: 2, c: null })).toEqual({ a: 1, b: 2, c: null });
  });

  it('are unseen where servers could differ', () => {
    const seen = (query: string, variables?: unknown) => argumentsOf(query, variables)?.['a'];
    expect(seen('mutation ($a: T) { f(a: $a) }')).toBe(UNSEEN);
    expect(seen('mutation { f(a: $a) }')).toBe(UNSEEN);
    expect(seen('mutation ($a: T = 1) { f(a: $a) }', { a: null })).toBe(UNSEEN);
    expect(seen('mutation ($a: T = 1, $a: T = 2) { f(a: $a) }')).toBe(UNSEEN);
    expect(seen('mutation { f(a: 1, a: 2) }')).toBe(UNSEEN);
    expect(seen('mutation { f(a: {b: 1, b: 2}) }')).toEqual({ b: UNSEEN });
    expect(seen('mutation ($a: T) { f(a: [$a]) }')).toEqual([UNSEEN]);
    // What a client sends is never taken for it.
    expect(seen('mutation ($a: T) { f(a: $a) }', { a: { unseen: true } })).not.toBe(UNSEEN);
  });

  it('are unseen where variables are sent twice', () => {
    const query = 'mutation ($a: T) { f(a: $a) }';
    const twice = `{"query":"${query}","variables":{"a":1},"variables":{"a":2}}`;
    const inUrl = { ...post({ query, variables: { a: 1 } }), path: '/graphql?variables={"a":2}' };
    for (const request of [call({ type: 'application/json', text: twice }), inUrl]) {
      const { parts } = readGraphql(request);
      expect(parts[0]).toMatchObject({ fields: [{ name: 'f', arguments: { a: UNSEEN } }] });
      expect(parts.some(({ kind }) => kind === 'unknown')).toBe(true);
    }
  });

  it('are unseen where an upload puts a file', () => {
    const query = 'mutation ($a: T, $b: T) { f(a: $a, b: $b) }';
    const upload = (operations: unknown, map: unknown) =>
      call({
        type: 'multipart/form-data; boundary=X',
        text: `--X\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${JSON.stringify(operations)}\r\n--X\r\nContent-Disposition: form-data; name="map"\r\n\r\n${JSON.stringify(map)}\r\n--X--`,
      });
    const one = { query, variables: { a: null, b: 1 } };
    expect(readGraphql(upload(one, { 0: ['variables.a'] })).parts).toMatchObject([
      { fields: [{ arguments: { a: UNSEEN, b: 1 } }] },
    ]);
    expect(readGraphql(upload([one, one], { 0: ['1.variables.b.0'] })).parts).toMatchObject([
      { fields: [{ arguments: { a: null, b: 1 } }] },
      { fields: [{ arguments: { a: null, b: UNSEEN } }] },
    ]);
    expect(shown(readGraphql(upload(one, { 0: ['query'] }))).at(-1)).toContain('?');
  });

  it('may have any name', () => {
    const query = 'mutation ($__proto__: T) { __proto__(__proto__: $__proto__, constructor: 1) }';
    const text = `{"query":${JSON.stringify(query)},"variables":{"__proto__":{"x":1}}}`;
    const [part] = readGraphql(call({ type: 'application/json', text })).parts;
    if (part.kind === 'unknown') throw new Error(part.why);
    const [field] = part.fields;
    expect(field?.name).toBe('__proto__');
    expect(Object.entries(field?.arguments ?? {})).toEqual([
      ['__proto__', { x: 1 }],
      ['constructor', 1],
    ]);
    expect(argumentsOf('mutation { f(a: $toString) }', {})).toEqual({ a: UNSEEN });
  });

  it.each([[[]], [1], ['{'], ['[1]'], ['{"a":1,"a":2}']])(
    'in doubt when variables are %j',
    (variables) => {
      const { parts } = readGraphql(post({ query: 'mutation ($a: T) { f(a: $a) }', variables }));
      expect(parts.map(({ kind }) => kind)).toEqual(['mutation', 'unknown']);
      expect(parts[0]).toMatchObject({ fields: [{ arguments: { a: UNSEEN } }] });
    },
  );
});

describe('fields below the top', () => {
  it('are given with their paths, through aliases and fragments', () => {
    const query = `mutation ($id: ID) { ns: volume(scope: 1) { id ...f } }
      fragment f on V { x: backups { gone: delete(id: $id, all: [true]) { __typename } } }`;
    const [volume] = first(query, { id: 'v' }).fields;
    expect(volume).toMatchObject({
      name: 'volume',
      path: 'volume',
      alias: 'ns',
      arguments: { scope: 1 },
    });
    expect(volume?.nested.map(({ path, arguments: given }) => [path, given])).toEqual([
      ['volume.id', {}],
      ['volume.backups', {}],
      ['volume.backups.delete', { id: 'v', all: [true] }],
      ['volume.backups.delete.__typename', {}],
    ]);
  });

  it('are looked at six levels deep', () => {
    const [a] = first('mutation { a { b { c { d { e { f { g } } } } } } }').fields;
    expect(a?.nested.at(-1)?.path).toBe('a.b.c.d.e.f');
  });
});
