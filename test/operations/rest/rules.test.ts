import { describe, expect, it } from 'vitest';
import { bodyNeeded } from '../../../src/operations/providers/body-needed.ts';
import { classify } from '../../../src/operations/providers/classify.ts';
import { call, provider } from '../providers/support.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const service = provider(`
rest:
  rules:
    - { class: access, routes: ['PATCH /repos/{name}'], when: [{ body: visibility, is: public }], target: '{name}' }
    - { class: read, routes: ['POST /search/{x*}'] }
    - { class: read, routes: ['POST /plan'], when: [{ body: dry_run, is: true }] }
    - { class: destroy, routes: ['POST /forced'], when: [{ all: [{ query: force, is: 'true' }, { header: x-confirm, present: true }] }] }
    - { class: destroy, routes: ['POST /chat.delete'], target: '{body.channel} {body.ts}' }
batch:
  - { route: POST /batch, requests: requests, method: method, path: url, body: body }
  - { route: POST /v2/$batch, parts: http }
sql:
  - { route: 'POST /db/{name}/query', body: query, dialect: postgres, target: '{name}' }
`);
const read = (...given: Parameters<typeof call>) => classify(service, call(...given)).operations;
const classes = (...given: Parameters<typeof call>) => read(...given).map((one) => one.class);

describe('conditions', () => {
  const patch = (body: string, headers = JSON_TYPE) => classes('PATCH /repos/r', { headers, body });

  it.each([
    ['{"visibility":"public"}', 'access'],
    ['{"Visibility":"PUBLIC"}', 'access'],
    ['{"visibility":"private","visibility":"public"}', 'access'],
    ['{"visibility":"public","visibility":"private"}', 'access'],
    ['{"visibility":"private"}', 'change'],
    ['{"visibility":', 'unknown'],
  ])('%s is %s', (body, expected) => expect(patch(body)).toEqual([expected]));

  it('hold for a form, and for JSON that says it is something else', () => {
    expect(
      patch('visibility=public', { 'content-type': 'application/x-www-form-urlencoded' }),
    ).toEqual(['access']);
    expect(patch('{"visibility":"public"}', { 'content-type': 'image/png' })).toEqual(['access']);
  });

  it('are asked about when the body cannot be read', () => {
    for (const state of ['too-large', 'undecodable'] as const)
      expect(read('PATCH /repos/r', { headers: JSON_TYPE, body: '{', state })).toMatchObject([
        { class: 'unknown', name: 'PATCH /repos/{name}' },
      ]);
  });

  it('that make a rule milder have to be seen', () => {
    const plan = (body: string) => classes('POST /plan', { headers: JSON_TYPE, body });
    expect(plan('{"dry_run":true}')).toEqual(['read']);
    expect(plan('{"dry_run":"TRUE"}')).toEqual(['change']);
    expect(plan('{"dry_run":1}')).toEqual(['change']);
    expect(plan('{"dry_run":true,"dry_run":false}')).toEqual(['unknown']);
    expect(plan('{}')).toEqual(['change']);
  });

  it('say which value it was, and no other', () => {
    expect(
      read('PATCH /repos/r', { headers: JSON_TYPE, body: '{"visibility":"public"}' }),
    ).toMatchObject([{ because: 'visibility is public' }]);
  });

  it('count together where all are needed', () => {
    const headers = { 'x-confirm': 'yes' };
    expect(classes('POST /forced?force=true', { headers })).toEqual(['destroy']);
    expect(classes('POST /forced?force=false&force=true', { headers })).toEqual(['destroy']);
    expect(classes('POST /forced?force=true')).toEqual(['change']);
    expect(classes('POST /forced?a=1;force=true', { headers })).toEqual(['unknown']);
  });
});

describe('rules', () => {
  it('that are milder count only as they are written', () => {
    expect(classes('POST /search/x')).toEqual(['read']);
    expect(classes('POST /SEARCH/x')).toEqual(['change']);
    expect(new Set(classes('DELETE /search/../repos/r'))).toEqual(new Set(['destroy']));
    expect(new Set(classes('POST /search/../repos'))).toEqual(new Set(['change']));
    expect(new Set(classes('POST /search/%2e%2e/repos'))).toEqual(new Set(['change']));
  });

  it('take the target from the body', () => {
    const body = '{"channel":"C1","ts":"1.2"}';
    expect(read('POST /chat.delete', { headers: JSON_TYPE, body })).toMatchObject([
      { target: 'C1 1.2' },
    ]);
  });

  it('cut what is long', () => {
    const [operation] = read(`DELETE /${'a'.repeat(3000)}`);
    expect(operation?.name.length).toBeLessThanOrEqual(256);
    expect(operation?.target?.length).toBeLessThanOrEqual(256);
  });
});

describe('requests in a request', () => {
  const batch = (requests: unknown) =>
    classify(
      service,
      call('POST /batch', { headers: JSON_TYPE, body: JSON.stringify({ requests }) }),
    ).operations;

  it('are all there is to it', () => {
    expect(batch([{ method: 'GET', url: '/a' }])).toMatchObject([
      { class: 'read', name: 'GET /a' },
    ]);
    expect(
      batch([
        { method: 'GET', url: '/a' },
        { method: 'DELETE', url: 'https://api.example/repos/r' },
      ]),
    ).toMatchObject([{ class: 'read' }, { class: 'destroy', name: 'DELETE /repos/r' }]);
    expect(
      batch([{ method: 'PATCH', url: '/repos/r', body: { visibility: 'public' } }]),
    ).toMatchObject([{ class: 'access', target: 'r' }]);
  });

  it('are unknown where they cannot be read', () => {
    for (const requests of [[{ url: '/a' }], 'x', [], [{ method: 'GET' }], [7]])
      expect(batch(requests)).toMatchObject([{ class: 'unknown' }]);
    expect(batch(Array.from({ length: 300 }, () => ({ method: 'GET', url: '/a' })))).toMatchObject([
      { class: 'unknown' },
    ]);
  });

  it('do not nest without end', () => {
    let inner: unknown = { method: 'DELETE', url: '/a' };
    for (let depth = 0; depth < 6; depth += 1)
      inner = { method: 'POST', url: '/batch', body: { requests: [inner] } };
    expect(batch([inner])).toMatchObject([{ class: 'unknown' }]);
  });

  it('are found in the parts of a body', () => {
    const body =
      '--b\r\ncontent-type: application/http\r\n\r\nDELETE /repos/r HTTP/1.1\r\nhost: x\r\n\r\n\r\n--b--\r\n';
    expect(
      read('POST /v2/$batch', { headers: { 'content-type': 'multipart/mixed; boundary=b' }, body }),
    ).toMatchObject([{ class: 'destroy', target: '/v2/repos/r' }]);
  });
});

describe('statements', () => {
  it('are the operations of a place for them', () => {
    const sql = (query: unknown) =>
      read('POST /db/main/query', { headers: JSON_TYPE, body: JSON.stringify({ query }) });
    expect(sql('SELECT 1')).toMatchObject([{ class: 'read', name: 'sql SELECT' }]);
    expect(sql('SELECT 1; DROP TABLE users')).toMatchObject([
      { class: 'read' },
      { class: 'destroy', target: 'main/users' },
    ]);
    expect(sql(7)).toMatchObject([{ class: 'unknown' }]);
  });
});

describe('the body', () => {
  it.each([
    ['PATCH /repos/r', JSON_TYPE, 'whole'],
    ['PATCH /Repos//r', {}, 'whole'],
    ['PUT /repos/r', JSON_TYPE, 'none'],
    ['POST /anything', JSON_TYPE, 'whole'],
    ['POST /anything', { 'content-type': 'application/octet-stream' }, 'none'],
    ['POST /anything', { 'content-type': 'multipart/form-data; boundary=b' }, 'until'],
    ['POST /repos/r', { 'x-http-method-override': 'PATCH', 'content-type': 'image/png' }, 'whole'],
    ['GET /repos/r', {}, 'none'],
  ])('of %s is read when it says more', (line, headers: Record<string, string>, kind) => {
    expect(bodyNeeded(service, call(line, { headers })).kind).toBe(kind);
  });
});
