import type { Detector, Match, Tier } from '../engine/detector.ts';
import { exampleKind } from './example-values.ts';
import { tierAt } from './paths.ts';
import { tierNear } from './real-values.ts';
import { drawnAtRandom } from './value-strength.ts';

/** RFC 7617: `Basic` and the base64 of `user:password`. */
const BASIC = /[ \t]{1,4}([A-Za-z0-9+/]{6,400}={0,2})(?![\w+/=])/y;
/** RFC 6750. */
const BEARER = /[ \t]{1,4}([\w.~+/-]{12,2000}={0,2})/y;

export const HTTP_BASIC: Detector = {
  id: 'http.basic',
  tier: 'likely',
  words: ['basic ', 'basic\t'],
  bounded: { before: true },
  reach: { before: 256, after: 700 },
  rank: 0,
  look({ text, end, path }) {
    BASIC.lastIndex = end - 1;
    const coded = BASIC.exec(text)?.[1];
    const tier = coded === undefined ? undefined : basicTier(coded);
    if (coded === undefined || !tier) return [];
    const start = BASIC.lastIndex - coded.length;
    const value = Buffer.from(coded, 'base64')
      .toString('latin1')
      .replace(/^[^:]*:/, '');
    const known = tierNear({ text, path }, tier, { value, at: start });
    return known ? [{ start, end: start + coded.length, tier: known }] : [];
  },
};

/** The tier of base64 that is to hold `user:password`. */
export function basicTier(coded: string): Tier | undefined {
  const decoded = Buffer.from(coded, 'base64').toString('latin1');
  const colon = decoded.indexOf(':');
  if (colon < 0 || decoded.length < 3 || !/^[\x20-\x7e\xa0-\xff]+$/.test(decoded)) return undefined;
  // A word of a sentence may decode by chance.
  if (/^[a-z]+$|^[A-Z]?[a-z]+$/.test(coded) || /[^\x20-\x7e]/.test(decoded)) return undefined;
  const password = decoded.slice(colon + 1);
  const user = decoded.slice(0, colon);
  if (exampleKind(coded)) return undefined;
  if (password === '' || /^(?:x-oauth-basic|x)$/.test(password))
    return drawnAtRandom(user) ? 'likely' : undefined;
  const kind = exampleKind(password);
  if (kind === 'placeholder') return undefined;
  return kind === 'common' || password.length < 4 || password === user ? 'weak' : 'likely';
}

export const HTTP_BEARER: Detector = {
  id: 'http.bearer',
  tier: 'likely',
  words: ['bearer ', 'token ', 'apikey ', 'bot '],
  bounded: { before: true },
  reach: { before: 64, after: 2100 },
  rank: 0,
  look({ text, at, end, path }) {
    BEARER.lastIndex = end - 1;
    const token = BEARER.exec(text)?.[1]?.replace(/[.~]+$/, '');
    if (token === undefined || exampleKind(token)) return [];
    const bearer = text.slice(at, end).toLowerCase() === 'bearer ';
    if (!bearer && !/authorization\\?["']?\s{0,4}[:=,]\s{0,4}\\?["'`]?$/i.test(text.slice(0, at)))
      return [];
    return match(path, tokenTier(token), end, token, text);
  },
};

const tokenTier = (token: string): Tier | undefined => {
  if (!drawnAtRandom(token))
    return token.length >= 20 && /\d/.test(token) && /[A-Z]/.test(token) ? 'weak' : undefined;
  return token.length >= 16 ? 'likely' : 'weak';
};

/** Header fields whose value is a key by itself, and the one of cookies; as fields, in objects, in `curl -H`. */
const FIELD =
  /\\?["']?\]?[ \t]{0,4}(?::|=>|=|,)[ \t]{0,4}(?:\\?["'`])?(?:(?:Token|ApiKey|Key|Bot|OAuth|SSWS|GenieKey|AWS|Bearer|Basic)[ \t]{1,4})?([\w.~+/=%:-]{8,1024})/iy;
const COOKIE =
  /(?:^|[;\s"'])(?:[\w.-]{0,32}(?:sess|sid|token|auth|jwt)[\w.-]{0,32})=([\w.%+/=~|:-]{16,1024})/gi;

export const HTTP_HEADER: Detector = {
  id: 'http.header',
  tier: 'likely',
  words: [
    ...['x-api-key', 'x-auth-token', 'x-access-token', 'x-api-token', 'x-auth-key', 'x-apikey'],
    ...[
      'x-token',
      'x-secret',
      'x-vault-token',
      'x-webhook-secret',
      'x-gitlab-token',
      'x-figma-token',
    ],
    ...['private-token', 'job-token', 'x-functions-key', 'x-amz-security-token', 'x-goog-api-key'],
    ...['x-shopify-access-token', 'x-rapidapi-key', 'ocp-apim-subscription-key', 'dd-api-key'],
    ...['authorization', 'api-key:', 'apikey:'],
  ],
  reach: { before: 1, after: 1200 },
  rank: 0,
  look({ text, at, end, path }) {
    // `contentApiKey:` is a name of its own, which those of assignments judge.
    if (text[end - 1] === ':' && /[A-Za-z0-9_]/.test(text[at - 1] ?? '')) return [];
    FIELD.lastIndex = text[end - 1] === ':' ? end - 1 : end;
    const value = FIELD.exec(text)?.[1];
    if (value === undefined || exampleKind(value) || !drawnAtRandom(value)) return [];
    return match(
      path,
      value.length >= 16 ? 'likely' : 'weak',
      FIELD.lastIndex - value.length,
      value,
    );
  },
};

export const HTTP_COOKIE: Detector = {
  id: 'http.cookie',
  tier: 'likely',
  words: ['cookie:', "cookie':", 'cookie":', 'cookie\\":', 'cookie=', '--cookie'],
  reach: { before: 4, after: 2100 },
  rank: 0,
  look({ text, end, path }) {
    const line = /^[^\r\n]*/.exec(text.slice(end))?.[0] ?? '';
    const matches: Match[] = [];
    for (const found of line.matchAll(COOKIE)) {
      const value = found[1] as string;
      const start = end + found.index + found[0].length - value.length;
      if (!exampleKind(value) && drawnAtRandom(value.replace(/[%|:]/g, '')))
        matches.push(...match(path, 'likely', start, value));
    }
    return matches;
  },
};

/** `.npmrc`: `//registry.npmjs.org/:_authToken=…`, `:_password=`, `_auth=`. */
const NPM = /[ \t]{0,4}=[ \t]{0,4}["']?([\w.~+/=-]{8,512})/y;

export const NPM_AUTH: Detector = {
  id: 'npmrc.auth',
  tier: 'likely',
  words: ['_authtoken', ':_password', '_auth'],
  bounded: { after: true },
  reach: { before: 8, after: 560 },
  rank: 0,
  look({ text, at, end, path }) {
    if (!/[:\s"']/.test(text[at] === ':' ? ':' : (text[at - 1] ?? '\n'))) return [];
    NPM.lastIndex = end;
    const value = NPM.exec(text)?.[1];
    if (value === undefined || exampleKind(value)) return [];
    return match(path, 'likely', NPM.lastIndex - value.length, value);
  },
};

function match(
  path: string,
  tier: Tier | undefined,
  start: number,
  value: string,
  text?: string,
): Match[] {
  const known = tier && tierAt(path, tier);
  if (!known) return [];
  const begin = text === undefined ? start : text.indexOf(value, start);
  return [{ start: begin, end: begin + value.length, tier: known }];
}

export const HTTP_DETECTORS: readonly Detector[] = [
  HTTP_BASIC,
  HTTP_BEARER,
  HTTP_HEADER,
  HTTP_COOKIE,
  NPM_AUTH,
];
