import fc from 'fast-check';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { scanDotenv } from '../../src/secrets/dotenv-scan.ts';
import { redactDotenv } from '../../src/secrets/dotenv.ts';
import { isPublicValue } from '../../src/secrets/public-value.ts';
import { mergeRanges } from '../../src/secrets/range.ts';

function redact(text: string): { text: string; secrets: string[] } {
  const content = Buffer.from(text);
  const result = redactDotenv(content);
  if (!result) throw new Error('taken for binary');
  expect(result.redacted.length).toBe(content.length);
  return { text: result.redacted.toString(), secrets: result.secrets };
}

test.each([
  'NODE_ENV=development',
  'PORT=3000',
  'RATIO=0.75',
  'DEBUG=true',
  "DEBUG='False'",
  'export LOG_LEVEL=debug',
  'EMPTY=',
  'EMPTY=""',
  'API_URL=https://api.example.com/v1/things?sslmode=require',
  'CORS=http://localhost:3000,https://app.example.com',
  'DB_HOST=db.internal.example.com',
  'DB=postgres://app@db.example.com:5432/app',
  'HOSTS=localhost,127.0.0.1:8080,[::1]',
  'TZ=Europe/Berlin',
  'LANG=en_US.UTF-8',
  'TTL=30s',
  'DATA_DIR=/var/lib/app',
  'RAILWAY_PROJECT_ID=6468bc74-3978-4eb6-8719-e65e35bfcd68',
  'SOCKET=./run/app.sock',
  'COPY="${OTHER_NAME}"',
  'AUTH_TOKEN_ENABLED=true',
  '# Settings for the app, see https://docs.example.com/getting-started',
  '#PORT=3000',
  '   # NODE_ENV=production  # as on the server',
  'PORT=3000 # what the app listens on',
  'KEY: 3000'.replace('KEY', 'PORT'),
])('leaves %j as it is', (line) => {
  expect(redact(line)).toEqual({ text: line, secrets: [] });
});

test.each([
  ['NAME=hunter2x', 'hunter2x'],
  ['PASSWORD=development', 'development'],
  ['DB_PASS=12345', '12345'],
  ['PIN=1234', '1234'],
  ['SESSION_ID=6468bc74-3978-4eb6-8719-e65e35bfcd68', '6468bc74-3978-4eb6-8719-e65e35bfcd68'],
  ['PHONE=49151123456', '49151123456'],
  ['PASSWORD=true', 'true'],
  ['apiKey=localhost', 'localhost'],
  ['X="two words"', 'two words'],
  ["X='it is'", 'it is'],
  ['X=`back tick`', 'back tick'],
  ['X="esc\\"aped"', 'esc\\"aped'],
  ['X=pass#word', 'pass#word'],
  ['X=#word', '#word'],
  ['X=word # a comment', 'word'],
  ['X: yamlish', 'yamlish'],
  ['export X=exported', 'exported'],
  ['\texport  X =  spaced out  ', 'spaced out'],
  ['#OLD_TOKEN=abcdef', 'abcdef'],
  ['# export OLD="quoted value"', 'quoted value'],
  ['# password: swordfish', 'swordfish'],
  ['# the token is swordfish', 'swordfish'],
  ['# try FOO=swordfish first', 'swordfish'],
  ['# ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
  ['PORT=3000 # was ghp_abcdefghijklmnopqrstuvwx', 'ghp_abcdefghijklmnopqrstuvwx'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
  ['QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
  ['machine x login y', 'machine x login y'],
  ['X="open', '"open'],
  ['X="a" trailing', 'trailing'],
  ['DB=postgres://user:s3cr3t@host/db', 's3cr3t'],
  ['DB=postgres://user:p@ss/w?rd@host/db', 'p@ss/w?rd'],
  ['DB=redis://:s3cr3t@host:6379/0', 's3cr3t'],
  ['DB=jdbc:postgresql://host:5432/db?user=app&password=s3cr3t', 's3cr3t'],
  ['GIT=https://ghp_abcdefghijklmnopqrst@github.com/a/b', 'ghp_abcdefghijklmnopqrst'],
  ['URL=https://example.com/x?token=swordfish', 'swordfish'],
  ['URL=https://example.com/x?sig=ab/cd', 'ab/cd'],
  ['SLACK=https://hooks.slack.com/services/T000/B000/abc', 'services/T000/B000/abc'],
  ['API_KEY_URL=https://example.com/swordfish', 'swordfish'],
  ['# db: mysql://root:toor@localhost/x', 'toor'],
  ['X=häßlich', 'häßlich'],
  ['X="b # not a comment"', 'b # not a comment'],
  ['X=a\\\nswordfish', 'swordfish'],
])('replaces the secret in %j', (line, secret) => {
  const result = redact(line);
  expect(result.text).not.toContain(secret);
  expect(result.secrets).toContain(secret);
});

test('a key in several lines is replaced, quoted or not, its frame stays', () => {
  const key = [
    '-----BEGIN PRIVATE KEY-----',
    'MIIEvQIBADANBg',
    'abc=',
    '-----END PRIVATE KEY-----',
  ];
  for (const text of [
    `K="${key.join('\n')}"\nPORT=1`,
    `K=${key.join('\n')}\nPORT=1`,
    key.join('\r\n'),
  ]) {
    const out = redact(text).text;
    expect(out).not.toMatch(/MIIEvQ|abc=/);
    expect(out).toContain('-----BEGIN PRIVATE KEY-----');
    expect(out).toContain('-----END PRIVATE KEY-----');
    if (text.endsWith('PORT=1')) expect(out).toMatch(/\nPORT=1$/);
  }
  expect(redact(`#${key.join('\n#')}`).text).not.toMatch(/MIIEvQ|abc=/);
  expect(redact(`#K="${key.join('\n#')}"`).text).not.toMatch(/MIIEvQ|abc=/);
});

test('layout, byte order mark, CRLF, duplicate names and a missing last line break stay', () => {
  const text = '\ufeffA=secretone\r\n\r\n  # note\r\nA="secrettwo"\r\nPORT=1';
  const out = redact(text).text;
  expect(out).toMatch(/^\ufeffA=[a-z]{9}\r\n\r\n {2}# note\r\nA="[a-z]{9}"\r\nPORT=1$/);
  expect(out).not.toMatch(/secretone|secrettwo/);
});

test('a secret repeated in a comment or a harmless-looking value is replaced there too', () => {
  const out = redact(
    'PASSWORD=swordfish\n# as in swordfish!\nDB_HOST=swordfish\nswordfish_x=1',
  ).text;
  expect(out.replace(/^swordfish_x/m, '')).not.toContain('swordfish');
});

test('content that is no text is not redacted but refused', () => {
  expect(redactDotenv(Buffer.from([0x41, 0x3d, 0x00]))).toBeNull();
  expect(redactDotenv(Buffer.from([0x41, 0x3d, 0xff, 0xfe]))).toBeNull();
  expect(redactDotenv(Buffer.from('A=secret', 'utf16le'))).toBeNull();
  expect(redactDotenv(Buffer.alloc(0))?.secrets).toEqual([]);
});

test('neither the environment nor DEBUG changes, and nothing is printed', () => {
  const before = { ...process.env };
  redact('SOME_NEW_NAME=3000\nOTHER_NEW_NAME=true\nA=1,2,3');
  expect(process.env).toEqual(before);
});

const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,12}$/);
const value = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_!%^*+~,.:/@-]{1,40}$/),
  fc.stringMatching(/^\d{1,20}$/),
  fc.constantFrom('true', '3000', 'development', 'https://u:pw@h/p', 'a#b', 'ÄÖ€'),
);
const line = fc.oneof(
  fc.tuple(fc.constantFrom('', 'export '), name, value).map(([e, n, v]) => `${e}${n}=${v}`),
  fc.tuple(name, value, fc.constantFrom('"', "'", '`')).map(([n, v, q]) => `${n}=${q}${v}${q}`),
  fc.tuple(name, value, value).map(([n, v, w]) => `${n}="${v}\n${w}"`),
  fc.tuple(name, value).map(([n, v]) => `#${n}=${v}`),
  fc.constantFrom('', '# a comment', '  '),
  fc.stringMatching(/^[a-z ]{1,20}$/),
);
const file = fc.tuple(
  fc.array(line, { maxLength: 12 }),
  fc.constantFrom('\n', '\r\n'),
  fc.boolean(),
);

/** Node's parser takes a line without `=` for the start of the next name. */
function names(text: string): string[] {
  return Object.keys(parseEnv(text))
    .map((key) => key.slice(key.lastIndexOf('\n') + 1))
    .sort();
}

const ranges = (text: string) =>
  mergeRanges(scanDotenv(Buffer.from(text).toString('latin1')).secrets);

test('length, lines and names stay; no secret remains; the copy holds the same secrets', () => {
  fc.assert(
    fc.property(file, ([lines, end, last]) => {
      const text = lines.join(end) + (last ? end : '');
      const result = redact(text);
      expect(result.text.split('\n').length).toBe(text.split('\n').length);
      expect(names(result.text)).toEqual(names(text));
      const withoutNames = result.text.replace(/[A-Z_][A-Z0-9_]*=/g, '=');
      for (const secret of result.secrets)
        if (secret.length >= 4 && !isPublicValue('', secret))
          expect(withoutNames).not.toContain(secret);
      const again = ranges(result.text);
      for (const { start, end } of ranges(text))
        expect(again.some((r) => r.start <= start && r.end >= end)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('no input breaks it: any text keeps its length and its line breaks', () => {
  const noise = fc.array(
    fc.constantFrom(
      'A',
      'a',
      '1',
      '=',
      '"',
      "'",
      '`',
      '#',
      '\\',
      '\n',
      '\r',
      ' ',
      ':',
      '$',
      '-',
      '@',
      '/',
      '€',
      'KEY=',
      '-----BEGIN X-----',
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(noise, (parts) => {
      const text = parts.join('');
      const out = redact(text).text;
      expect(out.replace(/[^\r\n]/gu, '').length).toBe(text.replace(/[^\r\n]/gu, '').length);
    }),
    { numRuns: 1000 },
  );
});
