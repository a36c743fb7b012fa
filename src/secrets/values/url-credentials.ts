import type { Detector, Hit, Match, Tier } from '../engine/detector.ts';
import { exampleKind } from './example-values.ts';
import { nameKind } from './names.ts';
import { tierAt } from './paths.ts';
import { tierFor } from './real-values.ts';
import { drawnAtRandom } from './value-strength.ts';

const SCHEME = /(?:^|[^a-z0-9+.:-])((?:jdbc:)?[a-z][a-z0-9+.-]{0,31}(?::[a-z0-9]{1,16})?:)$/i;
/** What ends a URL in any text. Backslashes end it too: `\n` and `\"` of JSON and of strings. */
const URL_END = /[\s"'`<>\\]|\$\(/;
const LONGEST_AUTHORITY = 512;
/** `@` that a password and a path may hold between them. */
const SIGNS = 4;
/** No host: what stands behind `@` there is a user of a social network, a version, a scope of npm. */
const HOST =
  /^(?:\[[0-9a-fA-F:.]+\]|\$\{?\w+\}?|[\w.*-]{1,253}|\{\{?[\w .]{1,60}\}?\})(?::(?:\d{1,5}|\$\{?\w+\}?))?(?=[/?#,;)\]}|&]|$)/;
/** Hosts that stand for any. RFC 2606, RFC 6761. */
const EXAMPLE_HOST =
  /(?:^|\.)(?:example|test|invalid|localhost|host|hostname|server|domain|site|foo|bar|your-?\w*|my-?(?:host|server|domain|site)\w*)(?:\.(?:com|org|net|edu|io|local|test))?$/i;
/** Sentry's DSN without a second key: what it holds is public, in the code of every client. */
export const SENTRY =
  /^(?:[\w-]{1,60}\.){0,4}(?:sentry|glitchtip|bugsink)\.[\w.-]{2,100}(?::\d{1,5})?\/(?:[\w-]{1,40}\/){0,3}\d{1,20}(?!\w)/i;
/** Passwords that only stand for one in a URL. */
const STANDS_FOR =
  /^(?:p|pw|pwd|pass|passwd|password|s3cr3t|p4ssw0rd|x-oauth-basic|x-token-auth|secret|.{1,2}|\d{1,4}|x+|\.+)$/i;

/** `scheme://user:password@host`, `https://token@host`, `redis://:password@host`. */
export const URL_CREDENTIALS: Detector = {
  id: 'url.credentials',
  tier: 'likely',
  words: ['://', '%3a%2f%2f', ':\\/\\/'],
  reach: { before: 48, after: 560 },
  rank: 0,
  look: lookAtUrl,
};

function lookAtUrl(hit: Hit): readonly Match[] {
  const { text, at, end } = hit;
  // Nearly every URL ends without an `@`: the cheap question first.
  const limit = Math.min(text.length, end + LONGEST_AUTHORITY);
  const sign = text.indexOf('@', end);
  if (sign < 0 || sign >= limit) return [];
  const stop = text.slice(end, limit).search(URL_END);
  const url = text.slice(end, stop < 0 ? limit : end + stop);
  const scheme = SCHEME.exec(text.slice(Math.max(0, at - 48), at + 1))?.[1]?.toLowerCase();
  if (!scheme) return [];
  const user = userinfoOf(url, /^(?:https?|wss?|git|file):$/.test(scheme));
  if (user === undefined) return [];
  const secret = secretPart(user);
  if (!secret || (secret.alone && SENTRY.test(url.slice(user.length + 1)))) return [];
  const tier = urlTier(user, secret, url.slice(user.length + 1), hit.path);
  return tier ? [{ start: end + secret.start, end: end + secret.end, tier }] : [];
}

/** Up to the last `@` that has a host behind it. In an HTTP path an `@` is a path's; databases take `/` in passwords. */
function userinfoOf(url: string, web: boolean): string | undefined {
  const pathAt = url.search(/[/?#]/);
  const authority = web && pathAt >= 0 ? url.slice(0, pathAt) : url;
  let at = authority.lastIndexOf('@');
  for (let tries = 0; at > 0 && tries < SIGNS; tries++) {
    const userinfo = authority.slice(0, at);
    if (HOST.test(url.slice(at + 1)) && !pathBehindColon(userinfo)) return userinfo;
    at = authority.lastIndexOf('@', at - 1);
  }
  return undefined;
}

/** `host:80/path@2`: what stands before the `@` is a path. */
function pathBehindColon(userinfo: string): boolean {
  const behind = userinfo.slice(userinfo.indexOf(':') + 1);
  return (
    /[/?#]/.test(behind) && (behind.length === userinfo.length || /^\d{0,5}[/?#]/.test(behind))
  );
}

interface Part {
  start: number;
  end: number;
  /** The name of the user is the secret. */
  alone: boolean;
}

function secretPart(userinfo: string): Part | undefined {
  const colon = userinfo.indexOf(':');
  const user = colon < 0 ? userinfo : userinfo.slice(0, colon);
  const password = colon < 0 ? '' : userinfo.slice(colon + 1);
  if (/[\s,()]/.test(user) || /^\/|\/.*\//.test(user)) return undefined;
  if (password === '' || /^x-(?:oauth-basic|token-auth)$/i.test(password))
    return drawnAtRandom(user) && user.length >= 16
      ? { start: 0, end: user.length, alone: true }
      : undefined;
  return { start: colon + 1, end: userinfo.length, alone: false };
}

function urlTier(userinfo: string, part: Part, host: string, path: string): Tier | undefined {
  const value = userinfo.slice(part.start, part.end);
  const decoded = percentDecoded(value);
  if (STANDS_FOR.test(decoded) || /[{}<>[\]]|\$\w|^\$|%s|\*{3}|^:|\/\/|@.*:.*@/.test(value))
    return undefined;
  const kind = exampleKind(decoded);
  if (kind === 'placeholder') return undefined;
  const user = userinfo.slice(0, part.start).replace(/:$/, '');
  const name = /^[^:/?#]*/.exec(host)?.[0] ?? '';
  let tier: Tier = 'likely';
  const plainWord = /^[a-z]+$|^[A-Z][a-z]+$/.test(decoded) && !drawnAtRandom(decoded);
  if (
    kind === 'common' ||
    plainWord ||
    decoded.length < 5 ||
    user.toLowerCase() === decoded.toLowerCase()
  )
    tier = 'weak';
  if (EXAMPLE_HOST.test(name) && !/^localhost$/i.test(name)) {
    if (tier === 'weak' || !drawnAtRandom(decoded)) return undefined;
    tier = 'weak';
  }
  return tierFor(path, tier, decoded, name);
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Parameters that carry a signature or a key, in the query of a URL: names that say so, and those of the clouds. */
const SIGNATURES = [
  'sig=',
  'x-amz-signature=',
  'x-goog-signature=',
  'x-amz-security-token=',
  'hmac=',
];
const PARAMETER = /[?&;]([\w.%[\]-]{1,48})$/;
const PARAMETER_VALUE = /[^\s"'`<>&#\\,;)\]}|]{1,512}/y;

export const URL_PARAMETER: Detector = {
  id: 'url.parameter',
  tier: 'likely',
  words: [
    ...SIGNATURES,
    ...[
      'token=',
      'key=',
      'secret=',
      'password=',
      'passwd=',
      'pwd=',
      'pass=',
      'signature=',
      'auth=',
      'jwt=',
      'code=',
    ],
  ],
  reach: { before: 64, after: 600 },
  rank: 0,
  look: lookAtParameter,
};

function lookAtParameter({ text, at, end, path }: Hit): readonly Match[] {
  const name = PARAMETER.exec(text.slice(Math.max(0, at - 64), end - 1))?.[1];
  if (name === undefined) return [];
  PARAMETER_VALUE.lastIndex = end;
  const value = PARAMETER_VALUE.exec(text)?.[0];
  if (value === undefined) return [];
  const tier = parameterTier(name, percentDecoded(value));
  const known = tier && tierAt(path, tier);
  return known ? [{ start: end, end: end + value.length, tier: known }] : [];
}

function parameterTier(name: string, value: string): Tier | undefined {
  const kind = exampleKind(value);
  if (kind) return undefined;
  const random =
    drawnAtRandom(value) ||
    (/^[\w+/%-]{20,}=*$/.test(value) && drawnAtRandom(value.replace(/[%+/=]/g, '')));
  if (SIGNATURES.includes(`${name.toLowerCase()}=`))
    return random && value.length >= 16 ? 'likely' : undefined;
  if (/^(?:password|passwd|pwd|pass)$/i.test(name))
    return value.length >= 6 && /\d/.test(value) && /[A-Za-z]/.test(value) ? 'likely' : undefined;
  if (/^(?:page|next|continuation|cursor|sync|csrf)/i.test(name)) return undefined;
  const named = nameKind(name);
  if (named === 'secret') return random && value.length >= 12 ? 'likely' : undefined;
  return (named === 'key' || /^(?:key|code|signature)$/i.test(name)) && random && value.length >= 20
    ? 'weak'
    : undefined;
}
