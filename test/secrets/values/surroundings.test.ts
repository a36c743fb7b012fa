import { generateKeyPairSync, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Draws, find } from './find.ts';

const draws = new Draws(21);
const password = draws.password();
const token = draws.token(32);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Path, text, what is to be found, under which rule. */
const FOUND: readonly [string, string, string, string][] = [
  [
    'a.py',
    `"postgres://app:${encodeURIComponent(password)}@db.prod.acme.io:5432/x"`,
    encodeURIComponent(password),
    'url.credentials',
  ],
  ['a.py', `redis://:${token}@cache:6379/0`, token, 'url.credentials'],
  ['a.yml', `url: amqp://u:${token}@mq/`, token, 'url.credentials'],
  [
    'a.yml',
    `url: mongodb+srv://u:${token}@c0.abcde.mongodb.net/x?retry=true`,
    token,
    'url.credentials',
  ],
  ['a.yml', `jdbc:mysql://u:${token}@db/x`, token, 'url.credentials'],
  ['a.yml', `smtp://mailer%40acme.io:${token}@smtp.acme.io:587`, token, 'url.credentials'],
  ['a.json', `{"u":"ftp:\\/\\/u:${token}@files.acme.io\\/x"}`, token, 'url.credentials'],
  ['.git/config', `url = https://${token}@github.com/a/b`, token, 'url.credentials'],
  ['.git/config', `url = https://u:${token}@git.acme.io/a/b.git`, token, 'url.credentials'],
  ['a.conf', `amqp://u:Ab/cd@${token}@mq:5672/v`, `Ab/cd@${token}`, 'url.credentials'],
  ['a.yml', `url: jdbc:postgresql://db/x?user=a&password=${token}`, token, 'url.parameter'],
  ['a.txt', `https://api.acme.io/x?access_token=${token}&b=1`, token, 'url.parameter'],
  [
    'a.txt',
    `https://x.blob.core.windows.net/c?sv=2020&sig=${token}%3D`,
    `${token}%3D`,
    'url.parameter',
  ],
  ['a.txt', `https://s3.acme.io/k?X-Amz-Signature=${draws.hex(64)}`, '', 'url.parameter'],
  [
    'a.http',
    `Authorization: Basic ${base64(`admin:${password}`)}`,
    base64(`admin:${password}`),
    'http.basic',
  ],
  [
    'a.sh',
    `curl -H 'Authorization: Basic ${base64(`a:${password}`)}' x`,
    base64(`a:${password}`),
    'http.basic',
  ],
  ['a.http', `Authorization: Bearer ${token}`, token, 'http.bearer'],
  ['a.js', `headers: { Authorization: 'Bearer ${token}' }`, token, 'http.bearer'],
  ['a.js', `headers: { "Authorization": "token ${token}" }`, token, 'http.bearer'],
  ['a.http', `X-Api-Key: ${token}`, token, ''],
  ['a.http', `Cookie: theme=dark; session=${token}`, token, 'http.cookie'],
  ['.npmrc', `//registry.acme.io/:_authToken=${token}`, token, ''],
  [
    'a.cs',
    `"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${token}${token}==;EndpointSuffix=core.windows.net"`,
    `${token}${token}==`,
    'connection.password',
  ],
  [
    'keys.txt',
    `AGE-SECRET-KEY-1${draws.text('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58)}`,
    '',
    'key.age',
  ],
  [
    'x.ppk',
    `Encryption: none\nPrivate-Lines: 2\n${token}${token}\n${token}==\nPrivate-MAC: 1`,
    `${token}${token}\n${token}==`,
    'key.putty',
  ],
];

describe('secrets known by what stands around them', () => {
  it.each(FOUND)('%s: %s', (path, text, secret, rule) => {
    const found = find(path, text).filter(({ tier }) => tier !== 'weak');
    expect(found).toHaveLength(1);
    if (secret !== '') expect(found[0]?.text).toBe(secret);
    if (rule !== '') expect(found[0]?.rule).toBe(rule);
  });
});

describe('private keys', () => {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const body = privateKey.split('\n').slice(1, -2);

  it.each([
    ['id.pem', privateKey],
    ['id.pem', privateKey.replaceAll('\n', '\r\n')],
    ['a.json', JSON.stringify({ private_key: privateKey })],
    ['a.ipynb', JSON.stringify([JSON.stringify({ key: privateKey })])],
    ['a.yml', `key: |\n${privateKey.replaceAll(/^/gm, '    ')}`],
    ['.env', `KEY="${privateKey.replaceAll('\n', '\\n')}"`],
    [
      'a.py',
      privateKey
        .split('\n')
        .map((line) => `    "${line}\\n"`)
        .join('\n'),
    ],
    ['a.pem', privateKey.replace(/-----END[^]*/, '')],
    [
      'a.pem',
      `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n${body.join('\n')}\n-----END RSA PRIVATE KEY-----`,
    ],
  ])('%s holds one: its body is the span', (path, text) => {
    const [found, ...more] = find(path, text).filter(({ rule }) => rule === 'key.pem');
    expect(more).toEqual([]);
    expect(found?.tier).toBe('certain');
    const first = body[0] as string;
    const last = body.at(-1) as string;
    expect(found?.text.startsWith(first)).toBe(true);
    expect(found?.text.endsWith(last)).toBe(true);
  });

  it('are found as JWK, and their public half is not', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const secret = pair.privateKey.export({ format: 'jwk' });
    expect(find('a.json', JSON.stringify(secret)).map(({ text }) => text)).toEqual([secret.d]);
    expect(find('a.json', JSON.stringify(pair.publicKey.export({ format: 'jwk' })))).toEqual([]);
  });
});

describe('JSON web tokens', () => {
  const part = (claims: object): string =>
    Buffer.from(JSON.stringify(claims)).toString('base64url');
  const signed = (head: object, claims: object): string => {
    const text = `${part(head)}.${part(claims)}`;
    return `${text}.${createHmac('sha256', token).update(text).digest('base64url')}`;
  };
  it('are found by their header, wherever they stand', () => {
    const jwt = signed({ alg: 'HS256', typ: 'JWT' }, { sub: 'u1', exp: 1 });
    for (const text of [jwt, `x = "${jwt}"`, `Authorization: Bearer ${jwt}`, `?t=${jwt}&b`])
      expect(find('a.txt', text).map((found) => [found.tier, found.text])).toEqual([
        ['likely', jwt],
      ]);
  });
  it('are none without a signature, or where everybody knows them', () => {
    expect(find('a.txt', `${part({ alg: 'none' })}.${part({ sub: 'u1' })}.`)).toEqual([]);
    expect(
      find('a.txt', signed({ alg: 'HS256' }, { sub: '1234567890', name: 'John Doe' })),
    ).toEqual([]);
    expect(find('a.txt', `${base64('{"a":1}')}.${token}.${token}`)).toEqual([]);
  });
});

describe('a Kubernetes Secret', () => {
  it('gives its values, whatever they are called', () => {
    const text = [
      'apiVersion: v1',
      'kind: ConfigMap',
      'data:',
      '  plain: aGVsbG8gd29ybGQh',
      '---',
      'apiVersion: v1',
      'kind: Secret',
      'metadata:',
      '  name: x',
      'type: Opaque',
      'data:',
      `  blob: ${base64(password)}`,
      'stringData:',
      `  other: "${token}"`,
      '  host: db.acme.io',
    ].join('\n');
    const found = find('k8s/app.yaml', text).filter(({ tier }) => tier === 'likely');
    expect(found.map((one) => one.text)).toEqual([base64(password), token]);
  });
});

describe('where the file is one of tests or documentation', () => {
  it.each([
    'test/db.js',
    'docs/setup.md',
    'README.md',
    '.env.example',
    'node_modules/x/a.js',
    'src/a.spec.ts',
  ])('%s: a password is weak', (path) => {
    expect(find(path, `password = "${password}"`).map(({ tier }) => tier)).toEqual(['weak']);
  });
  it.each(['package-lock.json', 'locales/de.json', 'messages_de.properties'])(
    '%s: none',
    (path) => {
      expect(find(path, `password = "${password}"`)).toEqual([]);
    },
  );
  it.each(['src/latest.js', 'contest/a.py', 'config/default.yml', 'src/documents/a.ts'])(
    '%s: likely',
    (path) => {
      expect(find(path, `password = "${password}"`).map(({ tier }) => tier)).toEqual(['likely']);
    },
  );
});
