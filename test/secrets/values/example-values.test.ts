import { describe, expect, it } from 'vitest';
import { exampleKind, isExampleValue } from '../../../src/secrets/values/example-values.ts';
import { drawnAtRandom } from '../../../src/secrets/values/value-strength.ts';
import { Draws } from './find.ts';

const PLACEHOLDERS = [
  'changeme',
  'your-api-key-here',
  'YOUR_API_KEY',
  'mySecretPassword',
  'xxxxxxxx',
  'sk-xxxxxxxxxxxxxxxx',
  '********',
  '<token>',
  '${VAR}',
  '$VAR',
  '$db_pass',
  '{{ x }}',
  '%s',
  '%(password)s',
  '%ENV%',
  'process.env.X',
  'os.environ["A"]',
  'env("X")',
  'vault:secret/data/x#y',
  'op://vault/item/field',
  'arn:aws:secretsmanager:eu-west-1:1:secret:x',
  '!vault |',
  'ENC[AES256_GCM,data:x]',
  'password',
  'secret',
  'test',
  'example',
  'dummy',
  'todo',
  'foobar',
  'qwerty',
  'aaaaaa',
  'abcdef0123456789',
  '1234567890abcdefghijklmnopqrstuvwxyzAB',
  'deadbeefdeadbeefdeadbeef',
  '00000000-0000-0000-0000-000000000000',
  '12345678-1234-1234-1234-123456789012',
  'AKIAIOSFODNN7EXAMPLE',
  'auth.login.password',
  'string',
  'None',
  'getPassword()',
  'config.db.password[0]',
];
const COMMON = ['Password123!', 'admin', 'admin123', 'postgres', 'test1234', 'secret1', '12345678'];
const NEITHER = [
  'Summer2024!',
  'hunter2',
  'P@ssw0rd1',
  'letmein99',
  '$ummer2024',
  'coffee2010',
  'b@n@n@?1987X',
  'correcthorsebatterystaple',
  'blue-Falcon-88',
  's3cr3t',
  'Welcome2024',
  'test_9f8d7a6b5c',
];

describe('placeholder values', () => {
  it.each(PLACEHOLDERS)('%s is one', (value) => {
    expect(exampleKind(value)).toBe('placeholder');
  });
  it.each(COMMON)('%s is common to everybody', (value) => {
    expect(exampleKind(value)).toBe('common');
  });
  it.each(NEITHER)('%s may be a password', (value) => {
    expect(isExampleValue(value)).toBe(false);
  });

  it('takes nothing drawn at random for one', () => {
    const draws = new Draws(11);
    const taken = Array.from({ length: 20_000 }, (_, i) =>
      i % 2 ? draws.token(16 + (i % 40)) : draws.hex(16 + (i % 48)),
    ).filter(isExampleValue);
    expect(taken.length).toBeLessThan(10);
  });
});

describe('values drawn at random', () => {
  it('are told from names and words', () => {
    const draws = new Draws(12);
    const missed = Array.from({ length: 5000 }, () => draws.token(24)).filter(
      (v) => !drawnAtRandom(v),
    );
    expect(missed.length).toBeLessThan(50);
    const names =
      'getUserPasswordHash2 application/json2 AbstractBeanFactory2Proxy utf8EncodedStringValue node_modules v2ApiClientFactory sha256WithRSAEncryption en-US2 createHash512Stream kubernetes.io/service-account';
    expect(names.split(' ').filter(drawnAtRandom)).toEqual([]);
  });
});
