import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactArgv } from '../../src/session/redact-argv.ts';
import { createRedactor } from '../../src/session/redactor.ts';

const TOKEN = 'r@il/way+tok en=8731';
const secrets = fc
  .array(fc.string({ minLength: 4, maxLength: 30, unit: 'binary' }), { minLength: 1, maxLength: 8 })
  .map((values) => values.filter((value) => !'[redacted]'.includes(value)));

describe('known values', () => {
  it('never survive, alone, next to each other or overlapping', () => {
    fc.assert(
      fc.property(secrets, fc.array(fc.string()), fc.nat(5), (values, between, overlap) => {
        const redact = createRedactor(values);
        let text = '';
        for (const [index, value] of values.entries())
          text += value.slice(overlap % 3) + (between[index] ?? '') + value;
        const left = redact(text).split('[redacted]');
        for (const value of values) for (const piece of left) expect(piece).not.toContain(value);
      }),
    );
  });

  it('leave no half where two overlap', () => {
    expect(createRedactor(['abcdef', 'defghi'])('x abcdefghi y')).toBe('x [redacted] y');
    expect(createRedactor(['abcd', 'abcdefgh'])('x abcdefgh y')).toBe('x [redacted] y');
  });

  it.each([
    ['as it is', TOKEN],
    ['URL-encoded', encodeURIComponent(TOKEN)],
    ['form-encoded', new URLSearchParams({ v: TOKEN }).toString().slice(2)],
    ['JSON', JSON.stringify(`say "${TOKEN}"`)],
    ['base64', Buffer.from(TOKEN).toString('base64')],
    ['base64url', Buffer.from(TOKEN).toString('base64url')],
    ['hex', Buffer.from(TOKEN).toString('hex')],
  ])('are found %s', (_, text) => {
    const redacted = createRedactor([TOKEN])(`before ${text} after`);
    expect(redacted).toMatch(/^before .*\[redacted\].* after$/);
    expect(redacted.length).toBeLessThan(`before ${text} after`.length);
  });

  it('are found in base64 behind anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (user) => {
        const header = Buffer.from(`${user}:${TOKEN}:x`).toString('base64');
        expect(createRedactor([TOKEN])(header)).toContain('[redacted]');
      }),
    );
  });

  it('are found line by line when they are long', () => {
    const key =
      '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSjAgEAAo\n-----END KEY-----\n';
    const redact = createRedactor([key]);
    expect(redact('MIIEvQIBADANBgkqhkiG9w0')).toBe('[redacted]');
    expect(redact('-----BEGIN KEY-----')).toBe('-----BEGIN KEY-----');
  });

  it('of fewer than four characters are words', () => {
    expect(createRedactor(['abc', ''])('abc abc')).toBe('abc abc');
  });
});

describe('shapes', () => {
  const redact = createRedactor([]);
  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [redacted]'],
    ['curl -H "authorization: token ghx_1"', 'curl -H "authorization: token [redacted]"'],
    ['https://me:hunter2@host/x', 'https://me:[redacted]@host/x'],
    ['https://0123456789abcdef0123@host/x', 'https://[redacted]@host/x'],
    ['ssh://git@host/x', 'ssh://git@host/x'],
    ['PGPASSWORD=abc psql', 'PGPASSWORD=[redacted] psql'],
    ['GET /?access_token=abc&x=1', 'GET /?access_token=[redacted]&x=1'],
    ['mysql --password hunter2 db', 'mysql --password [redacted] db'],
    ['--db-password=hunter2', '--db-password=[redacted]'],
    ['{"password": "a b c"}', '{"password": [redacted]}'],
    ['X-Api-Key: abcdefgh123', 'X-Api-Key: [redacted]'],
    ['git commit -m "tokens: none"', 'git commit -m "tokens: none"'],
    ['src/auth/token.ts', 'src/auth/token.ts'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  it('are the same when redacted again', () => {
    const word = fc.constantFrom(
      'password',
      '=',
      'token',
      ':',
      ' ',
      '"',
      '://',
      'a',
      '@',
      '--',
      'bearer',
      'x1234567890123456789',
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const once = redact(words.join(''));
        expect(redact(once)).toBe(once);
      }),
    );
  });

  it('cover the argument behind an option', () => {
    const argv = ['curl', '--token', 'abc', '-u', 'me:hunter2', '--password', '-v', 'https://x'];
    const item = redactArgv(argv, redact);
    expect(argv.map(item)).toEqual([
      'curl',
      '--token',
      '[redacted]',
      '-u',
      'me:[redacted]',
      '--password',
      '-v',
      'https://x',
    ]);
  });
});

it('takes a megabyte of near misses and a thousand secrets', () => {
  const many = Array.from({ length: 1000 }, (_, index) => `ghp_${index}${'z'.repeat(30)}`);
  const text = 'ghp_'.repeat(250_000);
  expect(createRedactor(many)(text)).toBe(text);
});
