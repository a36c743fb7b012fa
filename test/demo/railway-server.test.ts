import { afterEach, beforeEach, expect, it } from 'vitest';
import { startRailwayServer, type RailwayServer } from '../../src/demo/railway-server.ts';

const TOKEN = '0f8fad5b-d9cb-469f-a165-70867728950e';
const VOLUME = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

let server: RailwayServer;
beforeEach(async () => {
  server = await startRailwayServer(TOKEN, VOLUME);
});
afterEach(() => server.close());

async function post(body: unknown, token = TOKEN, path = '/graphql/v2') {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const inline = { query: `mutation { volumeDelete(volumeId: "${VOLUME}") }` };

it.each([
  ['inline', inline, 'volumeDelete'],
  [
    'with a variable',
    {
      query: 'mutation Tidy($id: String!) { volumeDelete(volumeId: $id) }',
      variables: { id: VOLUME },
    },
    'volumeDelete',
  ],
  [
    'under an alias',
    {
      query: `mutation { __typename done: volumeDelete(volumeId: """${VOLUME}""") @include(if: true) }`,
    },
    'done',
  ],
  [
    'as one operation of two',
    {
      query: `query Look { volume(id: "x") { name } } mutation Go { volumeDelete(volumeId: "${VOLUME}") }`,
      operationName: 'Go',
    },
    'volumeDelete',
  ],
])('deletes the volume and says so: %s', async (_, body, key) => {
  const answer = await post(body);
  expect(answer).toMatchObject({ status: 200, body: { data: { [key]: true } } });
  expect(server.deletedAt).not.toBeNull();
  expect(server.requests.map(({ deleted }) => deleted)).toEqual([true]);
});

it.each([
  ['another token', () => post(inline, '0f8fad5b-d9cb-469f-a165-70867728950f'), 401],
  ['no token', () => post(inline, ''), 401],
  ['another volume', () => post({ query: 'mutation { volumeDelete(volumeId: "x") }' }), 400],
  ['a query', () => post({ query: `{ volumeDelete(volumeId: "${VOLUME}") }` }), 400],
  ['the name in a string', () => post({ query: '{ volume(id: "volumeDelete") { name } }' }), 200],
  [
    'the name in a comment',
    () => post({ query: `# volumeDelete\n{ volume(id: "x") { name } }` }),
    200,
  ],
  ['two operations, none named', () => post({ query: `${inline.query} query { volume }` }), 400],
  ['an unknown field', () => post({ query: 'mutation { projectDelete(id: "x") }' }), 400],
  ['no JSON', () => post('mutation'), 400],
  ['JSON null', () => post('null'), 400],
  ['an open bracket', () => post({ query: 'mutation { volumeDelete(volumeId: "' }), 400],
  ['endless nesting', () => post({ query: `{ a(x: ${'['.repeat(5000)}` }), 400],
  ['too much', () => post({ query: `#${'x'.repeat(70_000)}\n${inline.query}` }), 413],
  ['another path', () => post(inline, TOKEN, '/graphql'), 404],
])('keeps the volume: %s', async (_, request, status) => {
  expect((await request()).status).toBe(status);
  expect(server.deletedAt).toBeNull();
  expect(server.requests).toEqual([expect.objectContaining({ status, deleted: false })]);
});

it('shows the volume with its backups, and not once it is deleted', async () => {
  const look = { query: `{ volume(id: "${VOLUME}") { name backups } }` };
  expect((await post(look)).body).toEqual({
    data: { volume: { name: 'postgres-production', backups: ['daily', 'weekly'] } },
  });
  await post(inline);
  expect((await post(look)).body).toEqual({ data: { volume: null } });
  expect((await post(inline)).status).toBe(400);
});
