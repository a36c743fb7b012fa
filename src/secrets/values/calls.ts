import type { Detector, Hit, Match } from '../engine/detector.ts';
import { argumentTier } from './commands.ts';
import { quotedAt } from './literals.ts';
import { tierNear } from './real-values.ts';

/** A function that takes a name and a password: which of its arguments, counted from the first, is the password. */
const CALLS: Record<string, number> = {
  'mysqli_connect(': 2,
  'mysql_connect(': 2,
  'mysql_pconnect(': 2,
  'mysqli(': 2,
  'pdo(': 2,
  'ftp_login(': 2,
  'ssh2_auth_password(': 2,
  'oci_connect(': 1,
  'httpbasicauth(': 1,
  'httpdigestauth(': 1,
  'basicauth(': 1,
  'setbasicauth(': 1,
  'basic_auth(': 1,
  'basicauthentication(': 1,
  'auth=(': 1,
  'networkcredential(': 1,
  'usernamepasswordcredentials(': 1,
  'usernamepasswordcredential(': 1,
  'passwordauthentication(': 1,
  'usernamepasswordauthenticationtoken(': 1,
  'plainauth(': 2,
  'getconnection(': 2,
  '.login(': 1,
  'plaintextauthprovider(': 1,
  'plainsaslserver(': 1,
  'setcredentials(': 1,
  'withcredentials(': 1,
  '.authenticate(': 1,
  'basiccredentials(': 1,
  'plaincredentials(': 1,
  'cookieparser(': 0,
};
/** The last of one or two arguments: `auth("password")`, `auth("user", "password")`; Redis, HTTP clients, mail. */
const AUTH = /(?:->|[.:])auth\($/i;
/** LDAP's bind: a distinguished name, an address or a domain's user, then the password. */
const BIND = /(?:->|[.:])(?:simple_?)?bind(?:_s|sync)?\($/i;
const BOUND = /^(?:(?:cn|uid|ou|dc|mail|samaccountname)=|[\w.-]+@|\w+\\)/i;
/** express-session: `session({ secret: '…' })`. */
const SESSION =
  /\s{0,20}\{[^{}'"`]{0,300}(?:(?:'[^'\r\n]{0,80}'|"[^"\r\n]{0,80}")[^{}'"`]{0,200}){0,4}\bsecret['"]?\s{0,4}:\s{0,8}(?:process\.env\.\w{1,64}\s{0,4}(?:\|\||\?\?)\s{0,4})?(?=["'`])/y;
/** PowerShell's `ConvertTo-SecureString "…" -AsPlainText`. */
const SECURE_STRING = /[ \t]{1,8}(?:-String[ \t]{1,8})?(?=["'])/iy;
const SEPARATOR = /\s{0,20},\s{0,40}/y;
/** An argument that is no literal: names, calls without arguments, members, constants of characters. */
const OTHER_ARGUMENT = /[\w.$:>[\]'"-]{1,80}(?:\(\))?/y;

/** `HTTPBasicAuth('user', 'password')` and its kin. */
export const CALL_PASSWORD: Detector = {
  id: 'call.password',
  tier: 'likely',
  words: [
    ...Object.keys(CALLS),
    'to-securestring',
    'auth(',
    'bind(',
    'bind_s(',
    'bindsync(',
    'session(',
  ],
  reach: { before: 240, after: 700 },
  rank: 0,
  look: lookAtCall,
};

function lookAtCall({ text, at, end, path }: Hit): readonly Match[] {
  const word = text.slice(at, end).toLowerCase();
  const index = CALLS[word];
  if (word === 'auth(' || word.startsWith('bind')) return lookAtLogin(text, end, path);
  if (word === 'session(') {
    SESSION.lastIndex = end;
    return SESSION.test(text) ? passwordAt(text, SESSION.lastIndex, path) : [];
  }
  if (index === undefined) {
    SECURE_STRING.lastIndex = end;
    return SECURE_STRING.test(text) ? passwordAt(text, SECURE_STRING.lastIndex, path) : [];
  }
  let position = skipSpace(text, end);
  for (let i = 0; i < index; i++) {
    const literal = quotedAt(text, position);
    OTHER_ARGUMENT.lastIndex = position;
    if (!literal && !OTHER_ARGUMENT.test(text)) return [];
    SEPARATOR.lastIndex = literal ? closing(text, literal.end) : OTHER_ARGUMENT.lastIndex;
    if (!SEPARATOR.test(text)) return [];
    position = SEPARATOR.lastIndex;
  }
  return passwordAt(text, position, path, /^\s{0,20}[),.]/);
}

function lookAtLogin(text: string, end: number, path: string): readonly Match[] {
  const callee = text.slice(Math.max(0, end - 24), end);
  const auth = AUTH.test(callee);
  if (!auth && !BIND.test(callee)) return [];
  const position = skipSpace(text, end);
  const first = quotedAt(text, position);
  OTHER_ARGUMENT.lastIndex = position;
  if (!first && !OTHER_ARGUMENT.test(text)) return [];
  SEPARATOR.lastIndex = first ? closing(text, first.end) : OTHER_ARGUMENT.lastIndex;
  if (SEPARATOR.test(text)) {
    if (!auth && !(first && BOUND.test(text.slice(first.start, first.end)))) return [];
    return passwordAt(text, SEPARATOR.lastIndex, path, /^\s{0,20}[),]/);
  }
  return auth && first && /\d/.test(text.slice(first.start, first.end))
    ? passwordAt(text, position, path, /^\s{0,20}\)/)
    : [];
}

export function passwordAt(text: string, at: number, path: string, behind = /^/): Match[] {
  const password = quotedAt(text, at);
  if (!password) return [];
  const after = closing(text, password.end);
  if (!behind.test(text.slice(after, after + 24))) return [];
  const value = text.slice(password.start, password.end);
  const tier = /\s/.test(value) ? undefined : argumentTier(value);
  const known = tier && tierNear({ text, path }, tier, { value, at: password.start });
  return known ? [{ start: password.start, end: password.end, tier: known }] : [];
}

export function closing(text: string, at: number): number {
  let end = at;
  while (text[end] === '\\') end++;
  return end + 1;
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (next < at + 60 && /\s/.test(text[next] ?? '')) next++;
  return next;
}

/** `IDENTIFIED BY '…'`, `PASSWORD '…'`, `PASSWORD('…')`, `WITH PASSWORD = '…'` of SQL. */
const SQL =
  /identified\s{1,8}(?:with\s{1,8}["'`]?\w{1,40}["'`]?\s{1,8})?(?:by|as|using)\s{1,8}(?:password\s{1,8})?(?=\\?["'])/iy;
/** Oracle takes the password without quotes; one without digits would be a word of a sentence. */
const SQL_BARE = /identified\s{1,8}by\s{1,8}([A-Za-z][\w$#]{3,60})(?=[\s;"'])/iy;

export const SQL_PASSWORD: Detector = {
  id: 'sql.password',
  tier: 'likely',
  words: ['identified '],
  reach: { before: 160, after: 300 },
  rank: 0,
  look({ text, at, path }: Hit): readonly Match[] {
    SQL.lastIndex = at;
    SQL_BARE.lastIndex = at;
    const quoted = SQL.test(text) ? quotedAt(text, SQL.lastIndex) : undefined;
    const bare = quoted ? undefined : SQL_BARE.exec(text)?.[1];
    const start = quoted?.start ?? SQL_BARE.lastIndex - (bare?.length ?? 0);
    const value = quoted ? text.slice(quoted.start, quoted.end) : bare;
    if (value === undefined || /^\*[0-9A-F]{40}$|\s/.test(value)) return [];
    if (
      bare !== undefined &&
      !(/\d/.test(bare) && /\b(?:user|role|grant|alter)\b/i.test(text.slice(0, at)))
    )
      return [];
    const tier = argumentTier(value);
    const known = tier && tierNear({ text, path }, tier, { value, at: start });
    return known ? [{ start, end: start + value.length, tier: known }] : [];
  },
};
