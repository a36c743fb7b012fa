import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FILE_DETECTORS } from '../../../src/secrets/files/content-detectors.ts';
import { readersAt } from '../../../src/secrets/files/readers.ts';
import { draw, found } from './samples/draw.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-files-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const body = 'x'.repeat(64);

it.each([
  ['app.p12', '\x30\x82\x0a\x00\x02\x01\x03' + body],
  ['release.keystore', '\xfe\xed\xfe\xed\0\0\0\x02' + body],
  ['store.jks', '\xce\xce\xce\xce\0\0\0\x02' + body],
  ['vault.kdbx', '\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5' + body],
  ['host.keytab', '\x05\x02' + body],
  ['.mylogin.cnf', '\0\0\0\0' + body],
  ['profile/cookies.sqlite', 'SQLite format 3\0' + body],
  ['.config/gcloud/credentials.db', 'SQLite format 3\0' + body],
  ['.gnupg/private-keys-v1.d/AB.key', '(21:protected-private-key' + body],
  ['.dbeaver/credentials-config.json', '\x12\x9f' + body],
])('takes %s for a secret from end to end', (path, text) => {
  expect(found(path, text)).toEqual([{ start: 0, end: text.length }]);
  expect(readersAt(path).filter(({ whole }) => whole)).toHaveLength(1);
});

it.each([
  ['app.p12', 'not a key store'],
  ['release.keystore', '-----BEGIN CERTIFICATE-----'],
  ['vault.kdbx', 'text'],
  ['cookies.sqlite', 'text'],
  ['slides.key', 'PK\x03\x04' + body],
  ['server.pem', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
  ['public.pem', '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n'],
  [
    '.ssh/known_hosts',
    'github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n',
  ],
  [
    '.ssh/id_ed25519.pub',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me\n',
  ],
  ['.ssh/config', 'Host x\n  IdentityFile ~/.ssh/id_rsa\n'],
  ['nginx.conf', 'server { listen 80; }\n'],
  ['settings.xml', '<map><property name="width" value="3"/></map>'],
  ['config.json', '{"name":"app","version":"1.0.0","maxTokens":4096,"tokenType":"Bearer"}'],
  ['config/routes.yml', 'home:\n  path: /\n  csrf_token: true\n'],
  ['kustomize/secrets.yaml', 'kind: SecretStore\ndata:\n  a: bcdefghij9\n'],
])('finds nothing in %s', (path, text) => {
  expect(found(path, text)).toEqual([]);
});

it('knows keys and stores that the tools themselves make', () => {
  const at = (name: string): string => join(folder, name);
  const quiet = { stdio: 'ignore' as const };
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at('plain')], quiet);
  execFileSync(
    'ssh-keygen',
    ['-q', '-t', 'ecdsa', '-N', 'phrase', '-m', 'PEM', '-f', at('old')],
    quiet,
  );
  execFileSync('openssl', ['genpkey', '-algorithm', 'RSA', '-out', at('rsa.pem')], quiet);
  execFileSync(
    'openssl',
    ['pkey', '-in', at('rsa.pem'), '-outform', 'DER', '-out', at('rsa.der')],
    quiet,
  );
  execFileSync(
    'openssl',
    ['req', '-x509', '-key', at('rsa.pem'), '-subj', '/CN=x', '-out', at('cert.pem')],
    quiet,
  );
  execFileSync(
    'openssl',
    [
      'pkcs12',
      '-export',
      '-inkey',
      at('rsa.pem'),
      '-in',
      at('cert.pem'),
      '-passout',
      'pass:x',
      '-out',
      at('rsa.p12'),
    ],
    quiet,
  );
  const read = (name: string): string => readFileSync(at(name), 'latin1');
  for (const [name, path] of [
    ['plain', '.ssh/id_ed25519'],
    ['old', '.ssh/id_ecdsa'],
    ['rsa.pem', 'rsa.pem'],
  ] as const) {
    const text = read(name);
    const lines = text.trimEnd().split('\n');
    const first = lines.findLastIndex((line) => line === '' || line.startsWith('-----BEGIN')) + 1;
    const start = lines.slice(0, first).join('\n').length + 1;
    expect(found(path, text)).toEqual([{ start, end: text.lastIndexOf('\n-----END') }]);
  }
  expect(found('rsa.der', read('rsa.der'))).toEqual([{ start: 0, end: read('rsa.der').length }]);
  expect(found('rsa.p12', read('rsa.p12'))).toEqual([{ start: 0, end: read('rsa.p12').length }]);
  expect(found('cert.pem', read('cert.pem'))).toEqual([]);
  expect(found('plain.pem', read('plain.pub'))).toEqual([]);
});

it('holds what tests and templates have for less', () => {
  const { text } = draw('machine a login b password {{pw}}\n', 1);
  const tier = (path: string): unknown => {
    const reader = readersAt(path)[0];
    return reader && (reader.read(text, path)[0]?.tier ?? reader.tier);
  };
  expect(tier('.netrc')).toBe('certain');
  expect(tier('tests/data/.netrc')).toBe('likely');
  expect(tier('node_modules/pkg/test/.netrc')).toBe('weak');
});

it('knows credential files of any name by their content', () => {
  const key = `${Buffer.from('-----BEGIN RSA PRIVATE KEY-----').toString('base64').slice(0, 40)}{{b64:80}}`;
  const samples = [
    `users:\n- user:\n    client-key-data: ${key}\n`,
    `echo "machine api.company.com login bob password {{pw}}" > hosts\n`,
    '{ "version": 4, "terraform_version": "1.6.0", "outputs": {}, "resources": [{"instances":[{"attributes":{"password":"{{pw}}"}}]}] }',
  ];
  for (const template of samples) {
    const { text, secrets } = draw(template, 3);
    const matches = FILE_DETECTORS.flatMap((detector) =>
      detector.words.flatMap((word) => {
        const at = text.indexOf(word);
        const hit = { text, at, end: at + word.length, path: 'notes', first: true, last: true };
        return at < 0 ? [] : [...detector.look(hit)];
      }),
    );
    expect(matches).toHaveLength(secrets.length);
    expect(matches.map(({ end }) => end)).toEqual(secrets.map(({ end }) => end));
    expect(matches.every(({ start }, i) => start <= (secrets[i]?.start ?? 0))).toBe(true);
  }
});
