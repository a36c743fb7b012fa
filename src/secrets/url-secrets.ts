import type { Range } from './range.ts';
import { nameSaysSecret } from './secret-name.ts';
import { tokenLike } from './token-like.ts';

/** `jdbc:postgresql://` has a colon in its scheme. */
const SCHEME = /^[a-z][a-z0-9+.:-]*:\/\//i;
/** Host names, wildcards, addresses, ports, several of them, and `${NAME}`: nothing in it is a credential. */
const PLAIN_HOSTS =
  /^(\[[0-9a-f:.]+\]|(?:[\w.*\x80-\xff-]|\$\{\w+\})*)(:(\d{0,5}|\$\{\w+\}))?(,[\w.-]+(:\d{1,5})?)*$/i;
const REFERENCE = /^\$\{\w+\}$/;

export function isUrl(value: string): boolean {
  return SCHEME.test(value) && !/\s/.test(value);
}

/**
 * Where a URL holds credentials: the password, a user that is a token, path segments and query values that look like
 * tokens. Scheme, user, host, and path stay. `strict`, for a URL whose name says secret: all but scheme and host.
 */
export function urlSecrets(url: string, strict: boolean): Range[] {
  const scheme = SCHEME.exec(url)?.[0] ?? '';
  const rest = url.slice(scheme.length);
  const user = userinfoLength(scheme, rest);
  const ranges = user > 0 ? userSecrets(rest.slice(0, user - 1)) : [];
  const afterHost = user + firstIndex(rest.slice(user), /[/?#]/);
  if (!PLAIN_HOSTS.test(rest.slice(user, afterHost))) ranges.push({ start: user, end: afterHost });
  // An incoming webhook's path is its credential.
  const hidePath = strict || /^(hooks?|webhooks?)\./i.test(rest.slice(user, afterHost));
  if (strict) ranges.push({ start: 0, end: Math.max(0, user - 1) });
  if (hidePath) ranges.push({ start: Math.min(afterHost + 1, rest.length), end: rest.length });
  else ranges.push(...tailSecrets(rest.slice(afterHost)).map((r) => shift(r, afterHost)));
  return ranges
    .filter(({ start, end }) => end > start && !REFERENCE.test(rest.slice(start, end)))
    .map((r) => shift(r, scheme.length));
}

/** Length of `user:password@`, 0 without one. A password may itself hold `/`, `?`, `:` and `@`: the last `@` counts. */
function userinfoLength(scheme: string, rest: string): number {
  const last = rest.lastIndexOf('@');
  if (last < 0) return 0;
  const authority = rest.slice(0, firstIndex(rest, /[/?#]/));
  const atInPath = !authority.includes('@') && PLAIN_HOSTS.test(authority);
  return atInPath && /^(https?|wss?|file):/i.test(scheme) ? 0 : last + 1;
}

function userSecrets(userinfo: string): Range[] {
  const colon = userinfo.indexOf(':');
  const user = colon < 0 ? userinfo : userinfo.slice(0, colon);
  const password = colon < 0 ? '' : userinfo.slice(colon + 1);
  const ranges: Range[] = [];
  // `https://TOKEN@host`, `https://TOKEN:x-oauth-basic@host`: there the user is the secret.
  const alone = password === '' || password === 'x-oauth-basic';
  if (alone ? !/^[a-z][a-z_.-]{0,15}$/.test(user) : tokenLike(user))
    ranges.push({ start: 0, end: user.length });
  ranges.push({ start: userinfo.length - password.length, end: userinfo.length });
  return ranges;
}

/** Path, query and fragment. */
function tailSecrets(tail: string): Range[] {
  const ranges: Range[] = [];
  const query = firstIndex(tail, /[?#]/);
  for (const { 0: piece, index } of tail.matchAll(/[^/?&#;]+/g)) {
    const end = index + piece.length;
    const equals = piece.indexOf('=');
    const inPath = index < query;
    const valueAt = equals < 0 ? 0 : equals + 1;
    const value = piece.slice(valueAt);
    const named = equals >= 0 && nameSaysSecret(piece.slice(0, equals));
    const plain = (inPath ? /^[^=]*$/ : /^[\w.:,+-]{0,32}$/).test(value) && !tokenLike(value);
    if (named || !plain) ranges.push({ start: index + valueAt, end });
  }
  // A value with a slash in it goes on behind it.
  const secretInQuery = ranges.find((r) => r.start > query);
  if (secretInQuery && tail.slice(secretInQuery.end).startsWith('/'))
    ranges.push({ start: secretInQuery.start, end: tail.length });
  return ranges;
}

function firstIndex(text: string, pattern: RegExp): number {
  const index = text.search(pattern);
  return index < 0 ? text.length : index;
}

function shift({ start, end }: Range, by: number): Range {
  return { start: start + by, end: end + by };
}
