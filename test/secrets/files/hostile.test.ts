import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_READ } from '../../../src/secrets/engine/detector.ts';
import { FILE_READERS, FORMATS } from '../../../src/secrets/files/readers.ts';

/** A path that a reader takes: its first place, with something for each star. */
const placeOf = (at: readonly string[]): string => (at[0] ?? '').replaceAll('*', 'x');
const READERS = FORMATS.map((format, index) => {
  const reader = FILE_READERS[index];
  if (!reader) throw new Error('a format without a reader');
  return { id: format.id, path: placeOf(format.at), reader };
});

function expectApart(matches: readonly { start: number; end: number }[], length: number): void {
  let before = 0;
  for (const { start, end } of matches) {
    expect(start).toBeGreaterThanOrEqual(before);
    expect(end).toBeGreaterThan(start);
    before = end;
  }
  expect(before).toBeLessThanOrEqual(length);
}

/** Pieces of all the notations that readers know, and of what upsets them. */
const PIECES = [
  ...[
    '\n',
    '\r\n',
    '\r',
    ' ',
    '\t',
    '  ',
    '"',
    "'",
    '`',
    '\\',
    '\\"',
    '"""',
    "'''",
    '\0',
    '\xef\xbb\xbf',
    '\xff',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '</',
    '/>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?php',
    '#',
    '//',
    '/*',
    ';',
  ],
  ...[
    ':',
    '=',
    '=>',
    ': ',
    ' = ',
    '- ',
    '|',
    '|-',
    '>',
    '&a ',
    '*a',
    '!vault ',
    '---',
    ',',
    '%',
    '$',
    '${',
    '{{',
    '@',
    '://',
  ],
  ...[
    'password',
    'token',
    'secret',
    'auth',
    '_authToken',
    'machine',
    'login',
    'data',
    'kind: Secret',
    'users',
    'private_key',
  ],
  ...[
    '"password": "',
    'password=',
    'password: ',
    '<password>',
    'name="password" value="',
    "'password' => '",
    'define("X", "',
  ],
  ...[
    'https://user:',
    'pass@host',
    'Server=a;Password=',
    '-----BEGIN PRIVATE KEY-----',
    '-----END PRIVATE KEY-----',
  ],
  ...[
    'mysql -u root -p',
    'curl -u a:',
    'AUTH ',
    "IDENTIFIED BY '",
    'K 8\npassword\nV 9\n',
    '<key>',
    '</key>',
    '<auth-user-pass>',
  ],
  ...[
    'q9W8e7R6t5',
    'hunter',
    'AAAA',
    '0123456789abcdef',
    '[Interface]',
    'PrivateKey = ',
    'psk="',
    'set imap_pass=',
    'SQLite format 3\0',
  ],
];

describe.each(READERS.map((one) => [`${one.id} (${one.path})`, one] as const))('%s', (_, one) => {
  it('is asked for its own place', () => {
    expect(one.reader.takes(one.path)).toBe(true);
    expect(one.reader.takes(`below/${one.path}`)).toBe(true);
    expect(one.reader.takes(`${one.path}.html`)).toBe(
      one.path.endsWith('.') || one.reader.takes(`${one.path}.html`),
    );
  });

  it('finds nothing in nothing', () => {
    for (const text of ['', '\n', '\r\n', '\xef\xbb\xbf', '{}', '[]', '<a/>', '---\n', '\0'])
      expect(one.reader.read(text, one.path)).toEqual([]);
  });

  it('keeps its findings within the text, apart and in order', () => {
    const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 });
    fc.assert(
      fc.property(pieces, (list) => {
        const text = list.join('');
        expectApart(one.reader.read(text, one.path), text.length);
      }),
      { numRuns: 20, seed: 7 },
    );
  });
});

/** Long enough that a run which is not linear outlasts the test's time. */
const LONG = 256 * 1024;
const repeated = (piece: string): string =>
  piece.repeat(Math.ceil(LONG / piece.length)).slice(0, LONG);
const NESTED = ['{"a":', '[', '<a>', '- ', '{a: ', 'a:\n '].map(repeated);
/** One of each notation and of each reader that looks for itself. */
const KINDS = new Set([
  ...[
    'file.dotenv',
    'file.netrc',
    'file.pgpass',
    'file.htpasswd',
    'file.git-config',
    'file.npmrc',
    'file.yarnrc',
  ],
  ...[
    'file.pip',
    'file.maven',
    'file.docker',
    'file.kubeconfig',
    'file.kubernetes-secret',
    'file.tfstate',
    'file.tfvars',
  ],
  ...[
    'file.mongorc',
    'file.dotnet',
    'file.fetchmail',
    'file.openvpn',
    'file.curlrc',
    'file.history',
    'file.subversion',
  ],
  ...[
    'key.private',
    'key.putty',
    'key.age',
    'key.jwk',
    'file.cookies',
    'file.lein',
    'file.bundle',
    'file.wordpress',
  ],
]);
const HOSTILE = [
  ...NESTED,
  ...PIECES.map(repeated),
  ...[
    'a',
    ' ',
    '\t',
    'a ',
    'a=',
    'a="',
    "a='",
    'a: "',
    "a: '\n",
    'a.b',
    '-p ',
    'a:',
    '-a-',
    '_',
    'A1',
    '$(',
    'mysql ',
  ].map(repeated),
  Array.from({ length: 1400 }, (_, n) => `${' '.repeat(n)}a${n}:`).join('\n'),
  `password${repeated(' ')}`,
  `a: |\n${repeated(' x\n')}`,
  `"password": "${repeated('\\')}`,
  `-----BEGIN PRIVATE KEY-----\n${repeated('AbC9/+xy')}`,
];

describe('much of anything', () => {
  const each = READERS.filter(({ id }) => KINDS.has(id));

  it.each(each.map((one) => [one.id, one.path, one] as const))('%s %s', (_, path, one) => {
    for (const text of HOSTILE) expectApart(one.reader.read(text, path), text.length);
  });

  it('reads no more than the longest settings file', () => {
    const beyond = `${'# \n'.repeat(LONGEST_READ / 3 + 1)}machine a login b password q9W8e7R6t5\n`;
    expect(beyond.length).toBeGreaterThan(LONGEST_READ);
    const netrc = READERS.find(({ id }) => id === 'file.netrc');
    expect(netrc?.reader.read(beyond, '.netrc')).toEqual([]);
  });
});
