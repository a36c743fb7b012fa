import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readGraphql } from '../../../src/operations/graphql/read.ts';
import type { GraphqlCall } from '../../../src/operations/graphql/types.ts';
import { call, post, shown } from './requests.ts';

const DELETE = 'mutation { volumeDelete(volumeId: "v-1") }';
const FIELD = 'mutation volumeDelete {"volumeId":"v-1"}';
const QUESTION = 'query me {}';
const multipart = (fields: Record<string, string>): GraphqlCall =>
  call({
    type: 'multipart/form-data; boundary=X',
    text: `${Object.entries(fields)
      .map(
        ([name, value]) =>
          `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      .join('')}--X--\r\n`,
  });
const form = (fields: Record<string, string>): GraphqlCall =>
  call({
    type: 'application/x-www-form-urlencoded',
    text: new URLSearchParams(fields).toString(),
  });
const get = (fields: Record<string, string>): GraphqlCall =>
  call(null, `/graphql/v2?${new URLSearchParams(fields).toString()}`);

const VARIABLE = 'mutation ($id: String!) { volumeDelete(volumeId: $id) }';
const TWO = `query A { me } mutation B { volumeDelete(volumeId: "v-1") }`;

describe('the deletion is read, and nothing else', () => {
  it.each<[string, GraphqlCall]>([
    ['as it was sent', post({ query: DELETE })],
    ['aliased', post({ query: 'mutation { me: volumeDelete(volumeId: "v-1") }' })],
    [
      'in an inline fragment',
      post({ query: 'mutation { ... { ... on Mutation { volumeDelete(volumeId: "v-1") } } }' }),
    ],
    [
      'in fragments',
      post({
        query:
          'mutation { ...a } fragment a on Mutation { ...b } fragment b on Mutation { volumeDelete(volumeId: "v-1") }',
      }),
    ],
    ['behind @skip', post({ query: 'mutation { volumeDelete(volumeId: "v-1") @skip(if: true) }' })],
    ['in a variable', post({ query: VARIABLE, variables: { id: 'v-1' } })],
    [
      'in the default of a variable',
      post({ query: 'mutation ($id: String = "v-1") { volumeDelete(volumeId: $id) }' }),
    ],
    ['in a batch', post([{ query: DELETE }])],
    ['by name', post({ query: TWO, operationName: 'B' })],
    ['by GET', get({ query: DELETE })],
    ['by GET, in a variable', get({ query: VARIABLE, variables: '{"id":"v-1"}' })],
    ['by GET, by name', get({ query: TWO, operationName: 'B' })],
    ['in the URL of a POST', { ...get({ query: DELETE }), method: 'POST' }],
    ['as application/graphql', call({ type: 'application/graphql', text: DELETE })],
    ['as text', call({ type: 'text/plain', text: DELETE })],
    ['without a type', call({ type: null, text: JSON.stringify({ query: DELETE }) })],
    ['as a form', form({ query: VARIABLE, variables: '{"id":"v-1"}' })],
    [
      'as curl -d sends it',
      call({ type: 'application/x-www-form-urlencoded', text: JSON.stringify({ query: DELETE }) }),
    ],
    ['as nested names of a form', form({ query: VARIABLE, 'variables[id]': 'v-1' })],
    ['as a multipart form', multipart({ query: DELETE })],
    ['as an upload', multipart({ operations: JSON.stringify({ query: DELETE }), map: '{}' })],
    [
      'with a type that lies',
      call({ type: 'application/xml', text: JSON.stringify({ query: DELETE }) }),
    ],
    ['in capitals, which some servers take', post({ QUERY: DELETE })],
    [
      'with JSON escapes',
      call({
        type: 'application/json',
        text: `{"q\\u0075ery":"mutation { vol\\u0075meDelete(volumeId: \\"v-1\\") }"}`,
      }),
    ],
    [
      'with GraphQL escapes',
      post({ query: 'mutation { volumeDelete(volumeId: "\\u0076-\\u{31}") }' }),
    ],
    ['in a block string', post({ query: 'mutation { volumeDelete(volumeId: """\n  v-1\n""") }' })],
    [
      'between comments',
      post({ query: '# query { me }\nmutation #{\n{,,volumeDelete#(\n(volumeId:#"x"\n"v-1")}' }),
    ],
    ['after a byte order mark', post({ query: `\ufeff${DELETE}` })],
    [
      'with __typename',
      post({ query: 'mutation { __typename volumeDelete(volumeId: "v-1") { __typename } }' }),
    ],
  ])('%s', (_how, request) => {
    expect(shown(readGraphql(request))).toEqual([FIELD]);
  });
});

describe('the deletion counts, with something in doubt', () => {
  it.each<[string, GraphqlCall]>([
    ['two operations and no name', post({ query: TWO })],
    ['a name that is empty', post({ query: TWO, operationName: '' })],
    ['a name that no operation has', post({ query: TWO, operationName: 'C' })],
    ['a name that two have', post({ query: `query A { me } ${TWO}`, operationName: 'A' })],
    ['a name that is no text', post({ query: TWO, operationName: ['A', 'B'] })],
    [
      'names in URL and body',
      { ...post({ query: TWO, operationName: 'A' }), path: '/graphql?operationName=B' },
    ],
    ['names spelled twice', post({ query: TWO, operationName: 'A', operation_name: 'B' })],
    [
      'names in URL and batch',
      { ...post([{ query: TWO, operationName: 'A' }]), path: '/graphql?operationName=B' },
    ],
    [
      'names in URL and upload',
      {
        ...multipart({ operations: JSON.stringify({ query: TWO, operationName: 'A' }), map: '{}' }),
        path: '/graphql?operationName=B',
      },
    ],
    [
      'a name given twice',
      call({
        type: 'application/json',
        text: `{"query":${JSON.stringify(TWO)},"operationName":"B","operationName":"A"}`,
      }),
    ],
    [
      'a document given twice',
      call({
        type: 'application/json',
        text: `{"query":${JSON.stringify(DELETE)},"query":"{ me }"}`,
      }),
    ],
    [
      'documents in URL and body',
      { ...post({ query: '{ me }' }), path: `/graphql?query=${encodeURIComponent(DELETE)}` },
    ],
    ['documents in the URL', call(null, `/graphql?query={me}&query=${encodeURIComponent(DELETE)}`)],
    ['documents of two spellings', post({ query: '{ me }', Query: DELETE })],
    ['a document by a stored name', post({ query: DELETE, id: 'abc' })],
    [
      'a hash that is not its own',
      post({ query: DELETE, extensions: { persistedQuery: { sha256Hash: 'ab' } } }),
    ],
    [
      'two fragments of one name',
      post({
        query: `mutation { ...a } fragment a on M { me } fragment a on M { volumeDelete(volumeId: "v-1") }`,
      }),
    ],
    ['a type beside it', post({ query: `${DELETE} type A { a: Int }` })],
    [
      'a fragment that contains itself',
      post({ query: 'mutation { ...a } fragment a on M { ...a volumeDelete(volumeId: "v-1") }' }),
    ],
    [
      'a fragment that is not there',
      post({ query: 'mutation { ...a volumeDelete(volumeId: "v-1") }' }),
    ],
  ])('%s', (_what, request) => {
    const read = shown(readGraphql(request));
    expect(read).toContain(FIELD);
    expect(read.filter((line) => line.startsWith('?'))).not.toEqual([]);
  });
});

it('is not read where it does not run', () => {
  expect(
    shown(readGraphql(post({ query: TWO.replace('{ me }', '{ me { id } }'), operationName: 'A' }))),
  ).toEqual([QUESTION]);
  const text = `{ me(note: "mutation { volumeDelete }") # volumeDelete\n }`;
  expect(shown(readGraphql(post({ query: text })))).toEqual([
    'query me {"note":"mutation { volumeDelete }"}',
  ]);
});

it('counts every part of a batch, and says that it is one', () => {
  const read = readGraphql(post([{ query: '{ me }' }, { query: DELETE }, { query: DELETE }, 1]));
  expect(shown(read)).toEqual([QUESTION, FIELD, FIELD, '? a part of the batch has no document']);
  expect(read.batched).toBe(true);
  expect(readGraphql(post({ query: DELETE })).batched).toBe(false);
  const uploads = readGraphql(
    multipart({ operations: JSON.stringify([{ query: DELETE }]), map: '{}' }),
  );
  expect(uploads.batched).toBe(true);
});

it('reads no more than a hundred parts, and says so', () => {
  const read = shown(readGraphql(post(Array(101).fill({ query: DELETE }))));
  expect(read.filter((line) => line === FIELD)).toHaveLength(100);
  expect(read).toContain('? the batch is too long');
});

it('knows the hash of a document that comes with it', () => {
  const sha256Hash = createHash('sha256').update(DELETE).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  expect(shown(readGraphql(post({ query: DELETE, extensions })))).toEqual([FIELD]);
  const stored = '? it names a stored document, whose text is not in the request';
  expect(shown(readGraphql(post({ extensions })))).toEqual([stored]);
  expect(shown(readGraphql(get({ extensions: JSON.stringify(extensions) })))).toEqual([stored]);
  for (const name of ['id', 'documentId', 'doc_id', 'queryId'])
    expect(shown(readGraphql(post({ [name]: 'x', variables: {} })))).toEqual([stored]);
});

describe('what carries no document', () => {
  it.each<[string, GraphqlCall]>([
    ['a POST of nothing', call(null, '/graphql', 'POST')],
    ['JSON without one', post({ a: 1 })],
    ['JSON that is none', call({ type: 'application/json', text: '{"query":' })],
    ['an empty batch', post([])],
    ['a document that does not parse', post({ query: 'mutation { volumeDelete(' })],
    ['an empty document', post({ query: '' })],
    ['no operation', post({ query: 'fragment a on M { b }' })],
    ['a WebSocket', { ...call(null), headers: [['upgrade', 'websocket']] }],
    [
      'a body that was too large',
      { ...post({}), body: { bytes: Buffer.alloc(0), state: 'too-large' } },
    ],
    [
      'a body in an unknown coding',
      { ...post({}), body: { bytes: Buffer.alloc(0), state: 'undecodable' } },
    ],
    ['bytes', call({ type: 'application/octet-stream', text: '\0\u0001' })],
    ['an upload without operations', multipart({ map: '{}' })],
  ])('%s is unknown', (_what, request) => {
    const read = shown(readGraphql(request));
    expect(read).not.toEqual([]);
    expect(read.every((line) => line.startsWith('? '))).toBe(true);
  });

  it('is a page when it asks for nothing', () => {
    const page = { parts: [{ kind: 'query', name: null, fields: [] }], batched: false };
    expect(readGraphql(call(null, '/graphql?a=1'))).toEqual(page);
    expect(readGraphql(call(null, '/graphql', 'OPTIONS'))).toEqual(page);
  });
});
