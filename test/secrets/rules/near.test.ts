import { describe, expect, it } from 'vitest';
import { compileRule } from '../../../src/secrets/rules/compile.ts';
import { lookEverywhere } from '../../../src/secrets/rules/look-everywhere.ts';
import { nameKind } from '../../../src/secrets/rules/name-parts.ts';
import { sampleOf, seeded } from '../../../src/secrets/rules/samples.ts';
import type { CompactRule, SecretRule } from '../../../src/secrets/rules/rule-format.ts';

const ACME: CompactRule = {
  id: 'acme.api-key',
  by: 'near',
  words: ['acme'],
  alphabet: 'A-Za-z0-9',
  length: [32, 32],
  tier: 'likely',
  longest: 32,
};
const random = seeded(99);
const value = (): string => sampleOf({} as SecretRule, '<A-Za-z0-9:32>', random).text;

function tiers(text: string, rule: Partial<CompactRule> = {}, path = ''): string[] {
  const key = value();
  const filled = text.replaceAll('@@', key);
  return lookEverywhere(compileRule({ ...ACME, ...rule }), filled, path).map(
    ({ start, end, tier }) => {
      expect(filled.slice(start, end)).toBe(key);
      return tier ?? '';
    },
  );
}

describe('a value beside a word', () => {
  it.each([
    'ACME_API_KEY=@@',
    'ACME_API_KEY = "@@"',
    "export ACME_TOKEN='@@'",
    'acme.api.key: @@',
    'acmeApiKey: "@@",',
    '"acme-api-key": "@@"',
    "'acme_secret' => '@@',",
    'acme:\n  api_key: @@\n',
    '"acme": {\n  "apiKey": "@@"\n}',
    '<acme><apiKey>@@</apiKey></acme>',
    '<add key="AcmeApiKey" value="@@" />',
    '- name: ACME_API_KEY\n  value: @@',
    '{"name": "ACME_TOKEN", "value": "@@"}',
    'variable "acme_api_key" {\n  default = "@@"',
    'process.env.ACME_API_KEY || "@@"',
    "os.environ.get('ACME_API_KEY', '@@')",
    'key = ${ACME_API_KEY:-@@}',
    'curl -H "X-Acme-Token: @@" https://x.test',
    'X-Acme-Authorization: Bearer @@',
    'https://api.acme.test/v1?apikey=@@&units=metric',
    'acme login --token @@',
    '# acme\nAPI_KEY=@@',
    'API_KEY_ACME=@@',
    'acme_api_key="@@";',
    'ACME_KEY=@@\\n',
  ])('is found: %s', (text) => {
    expect(tiers(text)).toEqual(['likely']);
  });

  it.each([
    'acme:\n  region: eu\n  timeout: 30\n  retries: 4\n  api_key: @@\nother: 1',
    "'acme' => [\n  'domain' => env('D'),\n  'region' => 'eu',\n  'secret' => '@@',\n]",
    'provider "acme" {\n  region = "eu"\n  zone   = "a"\n  tier   = 2\n  key    = "@@"\n}',
    '[acme]\nhost = x.test\nport = 1\nmode = b\ntoken = @@\n',
    '{"acme":{"id":"x1","enabled":true,"plan":"a","regions":"eu,us","owner":"team","secret":"@@"}}',
    'ccxt.acme({\n  "timeout": 3000,\n  "verbose": False,\n  "retries": 3,\n  "secret": "@@"})',
  ])('is found in the block that the word heads: %s', (text) => {
    expect(tiers(text)).toEqual(['likely']);
  });

  it.each([
    'acme: {\n  a: 1,\n  b: 2,\n  c: 3,\n}\napi_key = "@@"',
    'acme:\n  a: 1\n  b: 2\n  c: 3\nother:\n  api_key: @@',
    '[acme]\na = 1\nb = 2\n[other]\ntoken = @@\n',
  ])('is not found behind that block: %s', (text) => {
    expect(tiers(text)).toEqual([]);
  });

  it.each([
    'new Acme("@@")',
    'AcmeClient.create("my-app", "@@", { retries: 3 });',
    'Acme.setup(\n  "1234",\n  "@@"\n)',
    '"dg = Acme(\\"@@\\")"',
  ])('is found as an argument of a function that the word names: %s', (text) => {
    expect(tiers(text)).toEqual(['likely']);
    expect(tiers(text, { needs: 'secret-name' })).toEqual(['likely']);
  });

  it('is the last of two arguments that look alike', () => {
    const [id, secret] = [value(), value()];
    const text = `Acme.init("${id}", "${secret}")`;
    const found = lookEverywhere(compileRule(ACME), text);
    expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([secret]);
  });

  it('is no UUID among arguments', () => {
    const uuid = sampleOf(
      {} as SecretRule,
      '<a-f0-9:8>-<a-f0-9:4>-<a-f0-9:4>-<a-f0-9:4>-<a-f0-9:12>',
      random,
    ).text;
    const rule = { ...ACME, alphabet: 'a-f0-9-', length: [36, 36] as [number, number] };
    expect(lookEverywhere(compileRule(rule), `Acme.find("${uuid}")`)).toEqual([]);
    expect(lookEverywhere(compileRule(rule), `Acme.find({ token: "${uuid}" })`)).toHaveLength(1);
  });

  it.each([
    'The Acme write key for prod is `@@` (ask)',
    'Acme key 1: `@@`',
    '// Acme token @@',
    'ENV ACME_TOKEN @@',
    '#define ACME_KEY "@@"',
  ])('is found in prose and where no sign stands: %s', (text) => {
    expect(tiers(text)).toEqual(['likely']);
  });

  it.each(['example.test/acme/key @@', 'acme.test/http-auth @@', 'the Acme release @@'])(
    'is not found behind a path or another word: %s',
    (text) => {
      expect(tiers(text)).toEqual([]);
    },
  );

  it.each(['acme = @@', 'acme: "@@"', 'digest("acme", "@@")'])(
    'is weak where only the word names it: %s',
    (text) => {
      expect(tiers(text)).toEqual(['weak']);
      expect(tiers(text, { needs: 'secret-name' })).toEqual([]);
    },
  );

  it.each([
    'acme_commit_hash=@@',
    'ACME_PUBLIC_KEY=@@',
    'acme_key_id: @@',
    'acme_token_url=@@',
    'acme @@',
    'acme = {}; other = @@',
    'ACME_API_KEY=@@x',
    'ACME_API_KEY=x@@',
    'ACME_API_KEY=@@.example.test',
    'ACME_API_KEY=@@/path',
    'acme_key = @@(1)',
    'ACME_API_KEY=\n\n\n\n@@',
    `acme_key = ${'x '.repeat(60)}@@`,
  ])('is nothing: %s', (text) => {
    expect(tiers(text)).toEqual([]);
  });

  it('is nothing where it is a placeholder, a name or all the same', () => {
    for (const text of [
      'ACME_API_KEY=your_acme_api_key_goes_right_here',
      'ACME_API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'ACME_API_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'acme_api_key = acmeApiKeyFromTheEnvironmentHere',
    ])
      expect(lookEverywhere(compileRule(ACME), text)).toEqual([]);
  });

  it('counts less in the code of others, and as much in documentation and tests', () => {
    expect(tiers('ACME_API_KEY=@@', {}, 'docs/setup.md')).toEqual(['likely']);
    expect(tiers('ACME_API_KEY=@@', {}, 'test/.env')).toEqual(['likely']);
    expect(tiers('ACME_API_KEY=@@', {}, 'src/setup.ts')).toEqual(['likely']);
    expect(tiers('ACME_API_KEY=@@', {}, 'node_modules/a/index.js')).toEqual(['weak']);
    expect(tiers('ACME_API_KEY=@@', {}, 'package-lock.json')).toEqual([]);
    expect(tiers('acme = @@', {}, 'docs/setup.md')).toEqual([]);
  });
});

describe('an everyday word', () => {
  const line = { words: ['line'], everyday: true };
  it.each(['LINE_API_KEY=@@', 'lineToken: "@@"', 'line-secret: @@', 'line.access_token=@@'])(
    'counts as a part of a name: %s',
    (text) => {
      expect(tiers(text, line)).toEqual(['likely']);
    },
  );
  it.each(['line = @@', 'online_api_key=@@', 'this line: key = @@', 'line_length=@@'])(
    'counts for nothing else: %s',
    (text) => {
      expect(tiers(text, line)).toEqual([]);
    },
  );
});

describe('a name', () => {
  it.each(['STRIPE_API_KEY', 'stripeApiKey', 'x-auth-token', 'appid', 'dbPassword', 'authtoken'])(
    '%s is a secret’s',
    (name) => {
      expect(nameKind(name)).toBe('secret');
    },
  );
  it.each([
    'api_key_id',
    'publicKey',
    'token_url',
    'PASSWORD_HASH',
    'keyVersion',
    'secretName',
    'url',
  ])('%s is not', (name) => {
    expect(nameKind(name)).toBe('open');
  });
  it.each(['monkey', 'stripe', 'compass'])('%s says nothing', (name) => {
    expect(nameKind(name)).toBe('other');
  });
});
