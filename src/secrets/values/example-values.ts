import { isTypedRun } from './character-runs.ts';
import { holdsMark, isCommonPassword, onlyFillers } from './placeholder-words.ts';
import { isReference } from './references.ts';

/** `placeholder`: nobody's secret, something is to be put there. `common`: a password, but everybody's. */
export type ExampleKind = 'placeholder' | 'common';

/** Types and constants of languages and configuration files. */
const CONSTANTS = new Set(
  `string str text varchar char bytes bytearray buffer number integer int long float double bool boolean object any unknown
  void never undefined null nil none nan true false yes no on off optional required secretstr securestring array list map
  dict tuple symbol function callable self this super empty default auto inherit disabled enabled n/a na -`.split(
    /\s+/,
  ),
);

/** Values that standards, emulators and the pages of tools show to everybody. Beginnings, so that none stands here whole. */
const PUBLISHED = [
  'wJalrXUtnFEMI/K7MDENG', // AWS's documentation
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6', // Azurite
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM', // Cosmos DB emulator
  'QWxhZGRpbjpvcGVu', // RFC 7617: Aladdin
  'dXNlcm5hbWU6cGFzc3dvcmQ', // username:password
  'dXNlcjpwYXNz', // user:pass
  'Zm9vOmJhcg', // foo:bar
  'mF_9.B5f-4.1JqM', // RFC 6750
  '2YotnFZFEjr1zCsicMWpAA', // RFC 6749
  'tGzv3JOkF0XG5Qx2TlKWIA', // RFC 6749
  'czZCaGRSa3F0MzpnWDFmQmF0M2JW', // RFC 6749
  'gX1fBat3bV', // RFC 6749
  'SplxlOBeZQQYbYS6WxSbIA', // RFC 6749
  'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', // RFC 7515
  'SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c', // jwt.io
  'JBSWY3DPEHPK3PXP', // Google Authenticator's key URIs
  'x3wXsBkj', // Go's oauth2 pages
  '123e4567-e89b-12d3-a456-426', // UUID pages
  '550e8400-e29b-41d4-a716-446655440000', // RFC 4122 pages
  '9bdf3a06-e0a9-4b1b-8a79', // UUID pages
  // The first accounts that Hardhat, Foundry's Anvil and Ganache make up, the same for all.
  'ac0974bec39a17e3',
  '59c6995e998f97a5',
  '5de4111afa1a4b94',
  '7c852118294e51e6',
  '47e179ec19748859',
  '8b3a350cf5c34c91',
  '92db14e403b83dfe',
  '4bbbf85ce3377467',
  'dbda1821b80551c9',
  '2a871d0798f97d79',
  '4f3edf983ac636a6',
];

/** `auth.login.password`, `errors:invalid_token`: the key of a translation or a setting. */
const KEY_PATH = /^[a-z][A-Za-z_-]*(?:[.:][a-z][A-Za-z_-]*)+$/;
/** `getPassword()`, `crypto.randomBytes(32)`, `config.db.password`, `Settings::get('x')`, `tokens[0]`. */
const CODE =
  /^(?:await |new |typeof |return |lambda |function |async |\()|^[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)*!?(?:\(.*\)?|\[[\w'"]*\]?)[;,)]*$|^[A-Za-z_]\w*(?:->|::)\w/;

/** Characters that are looked at; some shapes take the square of it. */
const LONGEST = 256;

/** Is this what people write where a secret belongs, rather than one? `kind` says how. */
export function exampleKind(value: string): ExampleKind | undefined {
  const bare = value.slice(0, LONGEST).trim();
  if (bare === '' || CONSTANTS.has(bare.toLowerCase())) return 'placeholder';
  if (isReference(bare) || CODE.test(bare)) return 'placeholder';
  if (PUBLISHED.some((start) => bare.startsWith(start))) return 'placeholder';
  if (/x{4}|X{4}|0{10}/.test(bare) || holdsMark(bare)) return 'placeholder';
  if (bare.length <= 96 && KEY_PATH.test(bare) && !isTypedRun(bare)) return 'placeholder';
  if (isTypedRun(bare)) return /^\d{4,}$/.test(bare) ? 'common' : 'placeholder';
  return wordsKind(bare);
}

/** Is this a placeholder or everybody's password? */
export function isExampleValue(value: string): boolean {
  return exampleKind(value) !== undefined;
}

/** `your_password_here` is to be replaced; `Password123!`, `admin1` satisfies somebody's rule for passwords. */
function wordsKind(value: string): ExampleKind | undefined {
  const [, words = value, digits = '', signs = ''] =
    /^(.*?[A-Za-z_ -])[_-]?(\d{0,10})([!@#$%.*?]{0,2})$/.exec(value) ?? [];
  if (!/^(?:\d?|12|01|0+\d?)$/.test(digits) && !(digits.length > 2 && isTypedRun(digits)))
    return undefined;
  if (isCommonPassword(words)) return 'common';
  if (!onlyFillers(words) || /\d/.test(words)) return undefined;
  return digits + signs === '' ? 'placeholder' : 'common';
}
