import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { isFindable } from '../../src/credentials/findable.ts';
import { unusable } from '../../src/credentials/usable-value.ts';

test.each([
  'password',
  'Password1',
  'localhost',
  'true',
  'acme-prod-us-east-1-bucket',
  'mycoolproject2024v2',
  'https://us-central1-my-project-id.cloudfunctions.net/api/v2/webhook',
  '2024-01-15T10:00:00Z',
  '123456789012',
  'me@example.com',
  'Acme Shop v2',
  'someLongNameForThings',
  'SOME_LONG_SETTING_NAME',
  'correct horse battery staple',
  'v1.2.3-beta.4',
  'api-v2-us-east-1-db-01',
  'abc123',
])('%s is not looked for', (value) => {
  expect(isFindable(value)).toBe(false);
});

test('what is random is, but for a few that chance made look like words', () => {
  const found = (make: () => string): number =>
    Array.from({ length: 500 }, make).filter((value) => isFindable(value)).length;
  expect(found(() => randomUUID())).toBe(500);
  expect(found(() => randomBytes(16).toString('hex'))).toBe(500);
  expect(found(() => `ghp_${randomBytes(12).toString('base64url')}`)).toBe(500);
  expect(found(() => randomBytes(18).toString('base64'))).toBeGreaterThan(480);
  expect(found(() => randomBytes(24).toString('base64url'))).toBeGreaterThan(480);
  expect(isFindable('Tr0ub4dor&3')).toBe(true);
});

test('what the user calls a credential is, unless it is a plain word', () => {
  for (const value of ['acme-prod-key-one', 'hunter2hunter', 'correct horse battery staple'])
    expect([value, isFindable(value, true)]).toEqual([value, true]);
  for (const value of ['password', 'Password123', 'postgres', '12345678901', 'localhost'])
    expect([value, isFindable(value, true)]).toEqual([value, false]);
});

test.each([
  ['', /empty/],
  ['abc', /shorter/],
  ['a'.repeat(17000), /longer/],
  ['abcdefgh\nijkl', /line/],
  ['abcdefgh\u0000ijkl', /control/],
  ['abcdefgh ', /white space/],
  ['----------', /letters/],
])('%j is no credential', (value, reason) => {
  expect(unusable(value)).toMatch(reason);
});
