import { expect, it } from 'vitest';
import { codeFields } from '../../../src/secrets/files/code-fields.ts';
import { isCredentialName } from '../../../src/secrets/files/credential-name.ts';
import type { Field } from '../../../src/secrets/files/field.ts';
import { iniFields } from '../../../src/secrets/files/ini-fields.ts';
import { jsonFields } from '../../../src/secrets/files/json-fields.ts';
import { pemBodies } from '../../../src/secrets/files/formats/pem.ts';
import {
  connectionParts,
  isSecretValue,
  urlParts,
} from '../../../src/secrets/files/secret-part.ts';
import { xmlFields } from '../../../src/secrets/files/xml-fields.ts';
import { yamlFields } from '../../../src/secrets/files/yaml-fields.ts';

/** `above/name=value`, and that a value stands where it says. */
const shown = (text: string, fields: readonly Field[]): string[] =>
  fields.map(({ above, name, value, start, end }) => {
    expect(text.slice(start, end)).toBe(value);
    return `${[...above, name].join('/')}=${value}`;
  });

it.each([
  ['{"a":{"b":"c"},"d":[{"e":"f"},{"g":1}]}', ['a/b=c', 'd/e=f', 'd/g=1']],
  ['{"a":[["x"],"y"],"b":"z"}', ['a/a=x', 'a/a=y', 'b=z']],
  [String.raw`{"a":"say \"b\" \\","c":"d"}`, [String.raw`a=say \"b\" \\`, 'c=d']],
  ['{/* "a":"b" */ "c":"d", // "e":"f"\n}', ['c=d']],
  ['{"a":"open\n"b":"c"}', ['a=open', 'b=c']],
])('JSON %s', (text, expected) => {
  expect(shown(text, jsonFields(text))).toEqual(expected);
});

it.each([
  ['a:\n  b: c # d\n  e: "f # g"\nh: i', ['a/b=c', 'a/e=f # g', 'h=i']],
  ['- a: b\n  c: d\n- a: e\n', ['a=b', 'c=d', 'a=e']],
  ['a:\n- b\n- c\n', ['a=b', 'a=c']],
  ['a: |\n  b\n\n  c\nd: e\n', ['a=b\n\n  c', 'd=e']],
  ['a: {b: c, "d": "e"}\n', ['a/b=c', 'a/d=e']],
  ['a: !vault |\n  $ANSIBLE\n  3132\nb: !!str c\n', ['b=c']],
  ["'a b': 'c'\nhttps://d.e: f\n", ['a b=c', 'https://d.e=f']],
  ['a: "b\n  c"\nd: e', ['a=b\n  c', 'd=e']],
])('YAML %j', (text, expected) => {
  expect(shown(text, yamlFields(text))).toEqual(expected);
});

it.each([
  ['<a b="c"><d>e</d> f </a>', ['a/b=c', 'a/d=e']],
  ['<a><!-- <b>c</b> --><d><![CDATA[e]]></d></a>', ['a/d=e']],
  [
    '<a><add key="k" value="v"/><p name="n">t</p></a>',
    ['a/add/key=k', 'a/add/k=v', 'a/p/name=n', 'a/n=t'],
  ],
  ['<a b=\'c\' d=e f="g">h</a>', ['a/b=c', 'a/f=g', 'a=h']],
])('XML %s', (text, expected) => {
  expect(shown(text, xmlFields(text))).toEqual(expected);
});

it.each([
  ["$a['password'] = 'b'; $c->d = \"e\";", ['password=b', 'd=e']],
  ["define('A', 'b'); x('A', 'b', 'c');", ['A=b', 'A=b']],
  ["'password' => ['key' => 'v', 'w' => \"x\"]", ['key=v', 'w=x']],
  ["a = {'b': 'c'}  # it isn't 'd'\ne = 'f'", ['b=c', 'e=f']],
  ['a = "b\\"c"\nd = """e\nf"""', ['a=b\\"c', 'd=e\nf']],
  ['token: "password": "b"', ['password=b']],
])('programs: %j', (text, expected) => {
  expect(shown(text, codeFields(text)).filter((field) => !field.startsWith('='))).toEqual(expected);
});

it.each([
  ['[a]\nb = c\n; d = e\n[[f]]\n"g=h" = "i"\n', ['a/b=c', 'f/g=h=i']],
  ['a=\'b\'\nc: d\ne\nf = """\ng\n"""\n', ['a=b', 'c=d', 'f=g']],
])('INI %j', (text, expected) => {
  expect(shown(text, iniFields(text))).toEqual(expected);
});

it('a key that is cut off does not go on into the next', () => {
  const body = 'AbCdEfGh1234567890+/'.repeat(3);
  const text = `-----BEGIN RSA PRIVATE KEY-----\n${body}\nfree text\n-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----\n`;
  const spans = pemBodies(text).map(({ start, end }) => text.slice(start, end));
  expect(spans).toHaveLength(2);
  expect(spans[1]).toBe(body);
  expect(spans[0]).not.toContain('BEGIN');
});

it.each([
  'password',
  'DB_PASSWORD',
  'dbPassword',
  'spring.datasource.password',
  'client-secret',
  'apiKey',
  'API_KEY_PROD',
  'accessToken',
  'secret_key_base',
  'smtp_pass',
  'wifi.psk',
  'AccountKey',
  'ConnectionString',
  'admin_password',
  'token2',
])('%s is the name of a credential', (name) => {
  expect(isCredentialName(name)).toBe(true);
});

it.each([
  'user',
  'password_file',
  'tokenType',
  'max_tokens',
  'csrf_token',
  'key',
  'primaryKey',
  'compass',
  'bypass',
  'secretName',
  'token_url',
  'use_password',
  'public_key',
  'passwordPolicy',
  'nextToken',
  'keyboard',
  'sort_key',
])('%s is not', (name) => {
  expect(isCredentialName(name)).toBe(false);
});

it.each([
  '',
  'no',
  'true',
  '42',
  '${env.X}',
  '$(pass show x)',
  '%DB_PASS%',
  '{{ vault.x }}',
  '<your-token>',
  'changeme',
  'DB_PASSWORD',
  'STRIPE_RK',
  '/run/secrets/db',
  './key.pem',
  'prompt',
  '@Microsoft.KeyVault(SecretUri=x)',
  '$ANSIBLE_VAULT;1.1',
])('%j is no secret', (value) => {
  expect(isSecretValue(value)).toBe(false);
});

it.each([
  ['postgres://u:q9W8e7@h/d', ['q9W8e7']],
  ['https://u:p%40q9W@h', ['p%40q9W']],
  ['postgres://u:a@q9W8@h/d', ['a@q9W8']],
  ['https://a1B2c3D4e5F6g7H8@h/', ['a1B2c3D4e5F6g7H8']],
  ['https://bob@h/ ssh://git@h', []],
  ['https://h/p?token=q9W8e7R6&x=y#a', ['q9W8e7R6']],
  ['redis://:q9W8e7@h:1/0', ['q9W8e7']],
  ['https://u:${PASSWORD}@h', []],
])('URLs: %s', (text, expected) => {
  expect(urlParts(text).map(({ start, end }) => text.slice(start, end))).toEqual(expected);
});

it.each([
  ['Server=a;User Id=b;Password=q9W8e7;Encrypt=True', ['q9W8e7']],
  ["Host=a;Password='q9;W8e7';Port=1", ['q9;W8e7']],
  ['AccountName=a;AccountKey=q9W8e7R6t5==;EndpointSuffix=b', ['q9W8e7R6t5==']],
  ['Server=a;Integrated Security=True', []],
])('connection strings: %s', (text, expected) => {
  expect(connectionParts(text).map(({ start, end }) => text.slice(start, end))).toEqual(expected);
});
