import type { Range } from '../range.ts';
import { isExampleValue } from '../values/example-values.ts';
import { SENTRY } from '../values/url-credentials.ts';

/** Shorter ones cannot be told from settings. */
const SHORTEST = 3;
/** Answers to "is there one", and words that ask a program to ask. */
const NO_VALUE =
  /^(?:true|false|yes|no|on|off|null|none|nil|undefined|prompt|ask|default|\d{1,3}|~|\*)$/i;
/** Lines that name where it is, and values that another key opens. */
const ELSEWHERE =
  /^(?:\$\{|\$\(|%[\w.]+%$|@Microsoft\.KeyVault\(|@format|ENC\[|encrypted:|keyring:|\/run\/secrets\/|~\/|\.{1,2}\/|\$ANSIBLE_VAULT)/i;

/** The name of a variable or a constant: `DB_PASSWORD`. */
const CONSTANT = /^[A-Z]{2,}\d?(?:_[A-Z]+\d?)+$/;

/** Is this a secret, and not an example, a reference to one, or a word that says there is none? */
export function isSecretValue(value: string): boolean {
  const bare = value.trim();
  if (bare.length < SHORTEST || NO_VALUE.test(bare) || ELSEWHERE.test(bare)) return false;
  if (CONSTANT.test(bare)) return false;
  if (bare.includes('-----BEGIN')) return true;
  return !isExampleValue(bare);
}

const USERINFO =
  /[a-z][a-z0-9+.-]{1,31}:\/\/([^\s:@/?#"'<>`]{0,256})(?::([^\s/?#"'<>`]{0,512}))?@(?=[\w[$])/gi;
const QUERY = /[?&;]([A-Za-z_-]{1,64})=([^&;\s"'<>]{3,2048})/g;
const QUERY_NAMES =
  /^(?:.*(?:password|passwd|token|secret|api_?key)|pwd|pass|sig|signature|auth|key)$/i;

/**
 * What is secret in each URL of a text: its password; its user where there is no password or a word that stands for none
 * (`TOKEN@`, `TOKEN:x-oauth-basic@`); parameters that are secret by name.
 */
export function urlParts(text: string, at = 0): Range[] {
  const found: Range[] = [];
  for (const match of text.matchAll(USERINFO)) {
    const [whole, user = '', password] = match;
    const userAt = match.index + whole.indexOf('://') + 3;
    const onlyUser = password === undefined || /^(?:|x-oauth-basic|x)$/.test(password);
    const span = onlyUser
      ? { start: userAt, end: userAt + user.length }
      : { start: userAt + user.length + 1, end: userAt + user.length + 1 + password.length };
    const isPublic =
      onlyUser &&
      SENTRY.test(text.slice(match.index + whole.length, match.index + whole.length + 320));
    if (onlyUser ? tokenUser(user) && !isPublic : isSecretValue(decoded(password)))
      found.push(span);
    // The password of `oauth2`, `x-access-token` and the like is a token; a token may also be the user of a password.
    if (!onlyUser && user.length >= 20 && tokenUser(user))
      found.unshift({ start: userAt, end: userAt + user.length });
  }
  if (text.includes('://'))
    for (const match of text.matchAll(QUERY)) {
      const [whole, name = '', value = ''] = match;
      const end = match.index + whole.length;
      if (QUERY_NAMES.test(name) && isSecretValue(value))
        found.push({ start: end - value.length, end });
    }
  return found.map(({ start, end }) => ({ start: start + at, end: end + at }));
}

/** A user that no person has for a name; a mail address is one that a person has. */
function tokenUser(user: string): boolean {
  return !/%40|@/.test(user) && /^(?=.*\d)[\w~.%=-]{16,}$/.test(user) && isSecretValue(user);
}

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

const PAIR =
  /(?<![\w \t])[ \t]{0,32}([A-Za-z][\w -]{0,40}?)[ \t]{0,8}=[ \t]{0,8}("[^"\r\n]{0,2048}"|'[^'\r\n]{0,2048}'|[^;"'\r\n]{0,2048})/g;
const PAIR_NAMES =
  /^(?:password|pwd|user ?password|accountkey|sharedaccesskey|sharedsecret|accesskey|account ?key|sharedaccesssignature|client ?secret|key)$/i;

/** What is secret in a connection string: `Server=…;User Id=…;Password=…`, `AccountName=…;AccountKey=…`. */
export function connectionParts(text: string, at = 0): Range[] {
  const found: Range[] = [];
  for (const match of text.matchAll(PAIR)) {
    const [whole, name = '', quoted = ''] = match;
    if (!PAIR_NAMES.test(name)) continue;
    const inner = /^(["']).*\1$/.test(quoted) ? quoted.slice(1, -1) : quoted.trim();
    const start = match.index + whole.lastIndexOf(quoted) + quoted.indexOf(inner);
    if (isSecretValue(inner)) found.push({ start: start + at, end: start + inner.length + at });
  }
  return found;
}

/** `Server=…;`: more than one pair, or one that no other notation has. */
export function isConnectionString(value: string): boolean {
  return /^[\w .-]{2,40}=[^;]*;[ \t]*[\w .-]{2,40}=/.test(value) && !value.includes('://');
}
