import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { revoke } from '../../src/credentials/revoke.ts';
import { basic, call, entry, REAL, world } from './world.ts';

const RAILWAY = 'backboard.railway.test';

describe('a placeholder in its place', () => {
  const w = world();
  const placeholder = w.of('railway');

  it.each([
    ['authorization', `Bearer ${placeholder}`],
    ['authorization', `bearer   ${placeholder}`],
    ['authorization', `token ${placeholder}`],
    ['project-access-token', placeholder],
  ])('is granted in %s: %s', (name, value) => {
    const examined = w.credentials.examine(call(RAILWAY, { [name]: value }));
    expect(examined.fact).toEqual({ kind: 'granted', name: 'railway' });
    const { headers } = examined.inject();
    expect(headers[0]?.[0]).toBe(name);
    expect(headers[0]?.[1].replace(/^\w+ /, '')).toBe(REAL.railway);
    expect(examined.scrub()).not.toBeNull();
  });

  it('is granted as one half of Basic, with a name as the other', () => {
    const one = w.credentials.examine(
      call('api.github.test', { authorization: basic('x-access-token', w.of('github')) }),
    );
    expect(one.fact).toEqual({ kind: 'granted', name: 'github' });
    expect(one.inject().headers).toEqual([['authorization', basic('x-access-token', REAL.github)]]);
    const two = w.credentials.examine(
      call('api.stripe.test', { authorization: basic(w.of('stripe'), '') }),
    );
    expect(two.inject().headers).toEqual([['authorization', basic(REAL.stripe, '')]]);
  });

  it('is granted in the query, percent-encoded or not', () => {
    const real = 'AIza+9/Qm7xV2kLp=RtYw4 ZbN8cJd';
    const odd = world([entry('maps')], { maps: real });
    const encoded = encodeURIComponent(odd.of('maps'));
    const examined = odd.credentials.examine(
      call('maps.test', {}, { path: `/a?b=c&key=${encoded}&d`, method: 'GET' }),
    );
    expect(examined.fact.kind).toBe('granted');
    expect(examined.inject().path).toBe(`/a?b=c&key=${encodeURIComponent(real)}&d`);
  });

  it('is put into each place of a provider that takes the same key twice', () => {
    const key = w.of('supabase');
    const examined = w.credentials.examine(
      call('x.supabase.test', { apikey: key, authorization: `Bearer ${key}` }),
    );
    expect(examined.fact).toEqual({ kind: 'granted', name: 'supabase' });
    expect(examined.inject().headers).toEqual([
      ['apikey', REAL.supabase],
      ['authorization', `Bearer ${REAL.supabase}`],
    ]);
  });

  it('is granted at a host without provider, in the header the entry names', () => {
    const own = { provider: null, hosts: ['api.own.test:8443'] };
    const one = world([entry('own', own)], { own: REAL.stripe });
    const at = (port: number) =>
      one.credentials.examine(
        call('api.own.test', { authorization: `Bearer ${one.of('own')}` }, { port }),
      ).fact.kind;
    expect([at(8443), at(443)]).toEqual(['granted', 'misplaced']);
    const two = world([entry('own', { ...own, header: 'x-key' })], { own: REAL.stripe });
    const examined = two.credentials.examine(
      call('api.own.test', { 'x-key': two.of('own') }, { port: 8443 }),
    );
    expect(examined.inject().headers).toEqual([['x-key', REAL.stripe]]);
  });

  it('is the value itself, not the secret that only signs', () => {
    const own = entry('own', { provider: null, hosts: ['api.own.test'] });
    const value = { value: REAL.stripe, secret: REAL.github, session: null };
    const one = world([own], { own: value });
    const at = (real: string) =>
      one.credentials.examine(
        call('api.own.test', { authorization: `Bearer ${one.credentials.standInFor(real)}` }),
      ).fact.kind;
    expect([at(REAL.stripe), at(REAL.github)]).toEqual(['granted', 'misplaced']);
  });

  it('counts only at the hosts that the entry narrows it to', () => {
    const narrow = world([entry('github', { hosts: ['api.github.test'] })]);
    const at = (host: string) =>
      narrow.credentials.examine(call(host, { authorization: `Bearer ${narrow.of('github')}` }))
        .fact.kind;
    expect([at('api.github.test'), at('uploads.github.test')]).toEqual(['granted', 'misplaced']);
  });
});

describe('the end of a grant', () => {
  const request = (placeholder: string) =>
    call(RAILWAY, { authorization: `Bearer ${placeholder}` });

  it('comes with its time, also between question and answer', () => {
    const w = world([entry('railway', { ttl: 60 })]);
    const examined = w.credentials.examine(request(w.of('railway')));
    expect(examined.fact.kind).toBe('granted');
    w.clock.now += 60_000;
    expect(() => examined.inject()).toThrow(/expired/);
    expect(w.credentials.examine(request(w.of('railway'))).fact.kind).toBe('expired');
    expect(w.credentials.meaningOf(w.of('railway'))?.state).toBe('expired');
  });

  it('comes with revoke', () => {
    const w = world();
    const examined = w.credentials.examine(request(w.of('railway')));
    revoke(w.folder, 'railway');
    revoke(w.folder, 'railway');
    expect(() => examined.inject()).toThrow(/revoked/);
    const after = w.credentials.examine(request(w.of('railway')));
    expect(after.fact).toEqual({ kind: 'revoked', name: 'railway' });
    expect(after.inject().headers).toEqual(request(w.of('railway')).headers);
    expect(after.scrub()).toBeNull();
    const other = call('api.github.test', { authorization: `Bearer ${w.of('github')}` });
    expect(w.credentials.examine(other).fact.kind).toBe('granted');
  });

  it.each(['../x', '.', '', 'a/b', '\ud800', 'x'.repeat(300)])(
    'cannot be missed for a credential called %j',
    (name) => {
      const w = world([entry(name, { provider: 'railway' })], { [name]: REAL.railway });
      try {
        revoke(w.folder, name);
      } catch {
        // Then it counts as revoked from the beginning.
      }
      expect(w.credentials.examine(request(w.of(name))).fact.kind).toBe('revoked');
    },
  );

  it('is there from the beginning where --grant leaves it out', () => {
    const grants = [{ name: 'github', allow: null }];
    const w = world(undefined, {}, { grants });
    expect(w.credentials.examine(request(w.of('railway'))).fact.kind).toBe('not-granted');
    const { identity, ...rest } = w.credentials.meaningOf(w.of('github')) ?? {};
    expect(identity).toEqual({ session: 's-1', agent: 'pi', task: 'check staging' });
    expect(rest).toMatchObject({ name: 'github', provider: 'github', state: 'granted' });
  });
});

const w = world();
const p = w.of('railway');
const hex = (text: string) => Buffer.from(text).toString('hex');
const b64 = (text: string) => Buffer.from(text).toString('base64');
const everyCharacter = (text: string) => [...text].map((c) => `%${hex(c)}`).join('');

test.each([
  ['another host', call('evil.test', { authorization: `Bearer ${p}` })],
  ["another provider's host", call('api.github.test', { authorization: `Bearer ${p}` })],
  ['another header', call(RAILWAY, { 'x-note': p })],
  ['part of a header', call(RAILWAY, { authorization: `Bearer ${p}x` })],
  ['another scheme', call(RAILWAY, { authorization: `Digest ${p}` })],
  ['no scheme', call(RAILWAY, { authorization: p })],
  ['Basic where none is taken', call(RAILWAY, { authorization: basic('x', p) })],
  ['the name of a header', call(RAILWAY, { [`x-${p}`]: '1' })],
  ['the path', call(RAILWAY, {}, { path: `/a/${p}` })],
  ['the path, all encoded', call(RAILWAY, {}, { path: `/a/${everyCharacter(p)}` })],
  [
    'the path, encoded twice',
    call(RAILWAY, {}, { path: `/a/${everyCharacter(everyCharacter(p))}` }),
  ],
  ['the query', call(RAILWAY, {}, { path: `/?token=${p}` })],
  ['the method', call(RAILWAY, {}, { method: p })],
  ['the host name', call(`${p}.evil.test`)],
  ['a cookie', call(RAILWAY, { cookie: `a=b; token=${p}` })],
  ['the body', call(RAILWAY, {}, { body: `{"query":"${p}"}` })],
  ['the body, in upper case', call(RAILWAY, {}, { body: p.toUpperCase() })],
  ['the body, in base64', call(RAILWAY, {}, { body: b64(`user:${p}!`) })],
  ['the body, in hex', call(RAILWAY, {}, { body: hex(p) })],
  ['the body, escaped', call(RAILWAY, {}, { body: [...p].map((c) => `\\u00${hex(c)}`).join('') })],
  [
    'a form',
    call(
      RAILWAY,
      { 'content-type': 'application/x-www-form-urlencoded' },
      { body: `a=${everyCharacter(p)}` },
    ),
  ],
  [
    'the place and the body',
    call(RAILWAY, { authorization: `Bearer ${p}` }, { body: `{"q":"${p}"}` }),
  ],
  [
    'the place twice',
    call(RAILWAY, [
      ['authorization', `Bearer ${p}`],
      ['authorization', `Bearer ${p}`],
    ]),
  ],
  [
    'a request with another credential',
    call(RAILWAY, {
      authorization: `Bearer ${p}`,
      'project-access-token': w.of('github'),
    }),
  ],
])('a placeholder is out of place in %s', (_, request) => {
  const examined = w.credentials.examine(request);
  expect(examined.fact.kind).toBe('misplaced');
  expect(JSON.stringify(examined.inject())).not.toContain(REAL.railway);
  expect(examined.scrub()).toBeNull();
  if ('where' in examined.fact) expect(examined.fact.where).not.toContain(p);
});

test.each([
  ['Bearer', call(RAILWAY, { authorization: 'Bearer 4b7e1a90-1111-4222-8333-9d0c1a527b3e' })],
  ['any scheme', call(RAILWAY, { authorization: 'Digest username=x' })],
  ['no scheme', call(RAILWAY, { authorization: 'x' })],
  ['Basic', call('api.github.test', { authorization: basic('me', 'password') })],
  ['project-access-token', call(RAILWAY, { 'project-access-token': 'abc' })],
  ['a usual header', call(RAILWAY, { 'x-api-key': 'abc' })],
  ['private-token', call('git.test', { 'private-token': 'glpat-abcdefghijklmnopqrst' })],
  ['a usual parameter', call(RAILWAY, {}, { path: '/?access_token=x' })],
  ['a signed URL', call('b.amazonaws.test', {}, { path: '/?X-Amz-Signature=00' })],
  ['a session cookie', call(RAILWAY, { cookie: 'rw.session=eyJhbGciOiJIUzI1NiJ9' })],
  [
    'a websocket protocol',
    call('k.test', { 'sec-websocket-protocol': 'base64url.bearer.authorization.k8s.io.YWJj' }),
  ],
  [
    'a form',
    call(
      'api.github.test',
      { 'content-type': 'application/x-www-form-urlencoded' },
      { body: 'client_secret=abc' },
    ),
  ],
  ['one beside a placeholder', call(RAILWAY, { authorization: `Bearer ${p}`, 'x-api-key': 'abc' })],
  [
    'a token as the name beside a placeholder',
    call('api.github.test', {
      authorization: basic('ghp_abcdefghijklmnopqrstuvwxyz0123456789', w.of('github')),
    }),
  ],
])('a credential that is not of guard is foreign: %s', (_, request) => {
  const examined = w.credentials.examine(request);
  expect(examined.fact.kind).toBe('foreign');
  expect(JSON.stringify(examined.inject())).not.toContain(REAL.railway);
});

test.each([
  call(RAILWAY),
  call(RAILWAY, { 'x-csrf-token': 'abc', 'idempotency-key': 'k3J9xQ2mLwPz8RtY' }),
  call(RAILWAY, { cookie: '__cf_bm=k3J9xQ2mLwPz8RtYvB4nC7dF; _cfuvid=k3J9xQ2mLwPz8RtYvB4n' }),
  call(RAILWAY, { authorization: basic('', '') }),
  call('api.github.test', {}, { path: '/search?q=key&page=2&key=name' }),
  call('other.test', { cookie: 'session=abc' }),
])('an ordinary request shows no credential', (request) => {
  expect(w.credentials.examine(request).fact).toEqual({ kind: 'none' });
});

describe('a real value', () => {
  it.each([
    ['in its own place', call(RAILWAY, { authorization: `Bearer ${REAL.railway}` })],
    ['in the body', call('evil.test', {}, { body: `x${REAL.github}y` })],
    ['in base64', call('evil.test', { 'x-a': b64(`a${REAL.stripe}`) })],
    ['URL-encoded', call('evil.test', {}, { path: `/${encodeURIComponent(REAL.awsSecret)}` })],
    ['as the password of Basic', call(RAILWAY, { authorization: basic('u', REAL.github) })],
    ['beside a placeholder', call(RAILWAY, { authorization: `Bearer ${p}`, 'x-a': REAL.stripe })],
    ['beside one out of place', call('evil.test', { 'x-b': p, 'x-a': REAL.stripe })],
    ['in the name of a header', call('evil.test', { [REAL.railway]: '1' })],
  ])('is a leak %s', (_, request) => {
    const { fact } = w.credentials.examine(request);
    expect(fact.kind).toBe('leak');
    expect(JSON.stringify(fact)).not.toContain(REAL.railway);
  });

  it('is looked for as soon as it is known, unless it is an ordinary word', () => {
    const own = world();
    own.credentials.addKnown([
      ['n3w-S3cret-0f-A-F1le', 'x8y-Z1abcd-2g-B-K7mn'],
      ['acme-prod-us-east-1-bucket', 'q'],
      ['localhost', 'abcdefghi'],
      ['-----BEGIN KEY-----\n  "type": "service_account",\nMIIEvQIBADANBgkqhkiG9w0BAQEF\n', null],
    ]);
    const sent = (body: string) => own.credentials.examine(call('a.test', {}, { body })).fact.kind;
    expect(sent('n3w-S3cret-0f-A-F1le')).toBe('leak');
    expect(sent('xMIIEvQIBADANBgkqhkiG9w0BAQEFx')).toBe('leak');
    expect(sent('acme-prod-us-east-1-bucket localhost "type": "service_account",')).toBe('none');
    const { fact } = own.credentials.examine(
      call('a.test', { authorization: 'Bearer x8y-Z1abcd-2g-B-K7mn' }),
    );
    expect(fact.kind).toBe('stand-in');
  });

  it('does not make the placeholder that a covered file shows a stand-in', () => {
    const own = world();
    own.credentials.addKnown([[REAL.railway, own.of('railway')]]);
    const request = call(RAILWAY, { authorization: `Bearer ${own.of('railway')}` });
    expect(own.credentials.examine(request).fact.kind).toBe('granted');
  });
});

test('no head and no body makes it throw, and none but its own gets a real value', () => {
  const bytes = fc.uint8Array({ maxLength: 60 }).map((b) => Buffer.from(b).toString('latin1'));
  const word = fc.oneof(
    bytes,
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      p,
      `Bearer ${p}`,
      '%',
      '%zz',
      'Basic ',
      'Basic ====',
      basic(p, p),
      '?',
      '&=',
      ...[
        'AWS4-HMAC-SHA256 Credential=',
        `AWS4-HMAC-SHA256 Credential=${w.of('aws')}/20150830/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0`,
        'AWS4-ECDSA-P256-SHA256 x',
      ],
    ),
  );
  const name = fc.oneof(
    word,
    fc.constantFrom(
      'authorization',
      'cookie',
      'host',
      'x-amz-date',
      'x-amz-security-token',
      'content-type',
      'sec-websocket-protocol',
    ),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(RAILWAY, 'evil.test', 'iam.amazonaws.test', ''),
      fc.array(fc.tuple(name, word), { maxLength: 6 }),
      word,
      word,
      (host, headers, path, body) => {
        const examined = w.credentials.examine(call(host, headers, { path, body }));
        const out = JSON.stringify(examined.inject());
        if (examined.fact.kind !== 'granted' || host === 'evil.test')
          for (const real of Object.values(REAL)) expect(out).not.toContain(real);
        expect(JSON.stringify(examined.fact)).not.toContain(p);
      },
    ),
    { numRuns: 500 },
  );
});
