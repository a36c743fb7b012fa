import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readGraphql } from '../../../src/operations/graphql/read.ts';
import type { GraphqlCall } from '../../../src/operations/graphql/types.ts';
import type { Json } from '../../../src/policy/types.ts';
import { call, isList, literal, post, shown } from './requests.ts';

interface Field {
  name: string;
  arguments: Record<string, Json>;
}

const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,7}$/);
const scalar = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('#', '"', '"""', '{', '\\', '\n', '$a', 'é', '😀'),
);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(name, tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const fields = fc.array(
  fc.record({ name, arguments: fc.dictionary(name, json, { maxKeys: 3, noNullPrototype: true }) }),
  { minLength: 1, maxLength: 4 },
);
/** Choices a rewrite draws from; the same ones give the same text. */
const choices = fc.infiniteStream(fc.nat(1000));

interface Document {
  query: string;
  variables: Record<string, Json>;
}

/** The same mutation, written with aliases, fragments, variables, defaults, comments, escapes as the choices fall. */
function rewrite(wanted: readonly Field[], draw: Iterator<number>): Document {
  const pick = (sides: number): number => (draw.next().value as number) % sides;
  const variables: Record<string, Json> = {};
  const declared: string[] = [];
  const fragments: string[] = [];
  const space = () => ['', ' ', '\n', ',', '#{ "\n', ' \t,'][pick(6)] ?? '';
  const string = (text: string): string => {
    if (pick(3) > 0) return JSON.stringify(text);
    return `"${[...text].map((one) => `\\u{${one.codePointAt(0)?.toString(16)}}`).join('')}"`;
  };
  const value = (json: Json): string => {
    const how = pick(8);
    const variable = `v${declared.length}`;
    if (how === 0) {
      declared.push(`$${variable}: T`);
      variables[variable] = json;
      return `$${variable}`;
    }
    if (how === 1) {
      declared.push(`$${variable}: [T!]! = ${literal(json)}`);
      return `$${variable}`;
    }
    if (typeof json === 'string') return string(json);
    if (isList(json)) return `[${json.map((item) => value(item)).join(`${space()} `)}]`;
    if (typeof json !== 'object' || json === null) return JSON.stringify(json);
    const members = Object.entries(json).map(([key, item]) => `${key}${space()}:${value(item)}`);
    return `{${space()}${members.join(`${space()} `)}}`;
  };
  const field = (one: Field): string => {
    const given = Object.entries(one.arguments).map(
      ([key, json]) => `${key}${space()}:${space()}${value(json)}`,
    );
    const alias = pick(2) ? `${['query', 'me', 'on', 'x1'][pick(4)]}${space()}:${space()}` : '';
    const list = given.length ? `(${space()}${given.join(`${space()} `)})` : '';
    return `${alias}${one.name}${space()}${list}${['', ' @skip(if: true)', ' { id }'][pick(3)]}`;
  };
  const selection = (text: string): string => {
    const how = pick(4);
    if (how === 0) return `...${space()}{${text}}`;
    if (how === 1) return `... on${space() || ' '} Mutation @include(if: false) {${text}}`;
    if (how > 2) return text;
    const fragment = `f${fragments.length}`;
    fragments.push('');
    fragments[Number(fragment.slice(1))] = `fragment ${fragment} on Mutation {${selection(text)}}`;
    return `...${fragment}`;
  };
  const body = wanted.map((one) => selection(field(one))).join(`${space()} `);
  const head = declared.length ? `Name(${declared.join(', ')})` : pick(2) ? 'Name' : '';
  const operation = `mutation ${head}${space()}{${space()}${body}}`;
  const all = pick(2) ? [operation, ...fragments] : [...fragments, operation];
  return { query: `${space()}${all.join(space() || ' ')}`, variables };
}

/** The ways to send it. */
function send({ query, variables }: Document, how: number): GraphqlCall {
  const texts = { query, variables: JSON.stringify(variables) };
  const params = new URLSearchParams(texts).toString();
  const text = JSON.stringify({ query, variables });
  if (how === 0) return post([{ variables, query }]);
  if (how === 1) return call(null, `/graphql?${params}`);
  if (how === 2) return call({ type: 'application/x-www-form-urlencoded', text: params });
  if (how === 3) return call({ type: 'text/plain', text });
  if (how === 4)
    return {
      ...post({ variables }),
      path: `/graphql?${new URLSearchParams({ query }).toString()}`,
    };
  if (how === 5) return call({ type: 'application/json', text: escaped(text) });
  return post({ query, variables, operationName: null });
}

/** Every character of every string as an escape. */
function escaped(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, (token) => {
    const units = (JSON.parse(token) as string).split('');
    return `"${units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
  });
}

it('reads the same from every way to write and send a mutation', () => {
  fc.assert(
    fc.property(fields, choices, fc.nat(6), (wanted, stream, how) => {
      const document = rewrite(wanted, stream[Symbol.iterator]());
      const expected = wanted.map((one) => `mutation ${one.name} ${JSON.stringify(one.arguments)}`);
      expect(shown(readGraphql(send(document, how)))).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});
