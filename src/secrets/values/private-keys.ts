import type { Detector, Hit, Match } from '../engine/detector.ts';
import { isTypedRun } from './character-runs.ts';
import { drawnAtRandom } from './value-strength.ts';

/** RFC 7468, RFC 1421 (headers in the text), RFC 9580 (armour of PGP). */
const BEGIN = /-----BEGIN[ ]((?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?)-----/y;
/** RFC 1421 and PGP: `Proc-Type: 4,ENCRYPTED`, `Version: …`, before the key itself. */
const HEADERS = /(?:(?:\s|\\{1,2}[nr]|["'+]){1,40}[A-Z][A-Za-z-]{2,20}: [^\r\n\\"']{1,120}){1,6}/y;
/** Bytes. An RSA key of 16,384 bits in PEM is 12.6 kB; indentation and escapes add to it. */
const LONGEST = 24_000;
/** Fewer characters of base64 hold no key: Ed25519 in PKCS #8 has 64. */
const SHORTEST = 40;

export const PEM_KEY: Detector = {
  id: 'key.pem',
  tier: 'certain',
  words: ['-----begin'],
  reach: { before: 0, after: LONGEST },
  rank: 1,
  look: lookAtPem,
};

function lookAtPem({ text, at }: Hit): readonly Match[] {
  BEGIN.lastIndex = at;
  const begin = BEGIN.exec(text);
  if (!begin) return [];
  const label = begin[1] as string;
  HEADERS.lastIndex = at + begin[0].length;
  const from = HEADERS.test(text) ? HEADERS.lastIndex : at + begin[0].length;
  const closing = text.indexOf(`-----END ${label}-----`, from);
  const next = text.indexOf('-----BEGIN', from);
  const closed = closing >= 0 && (next < 0 || closing < next);
  const limit = closed ? closing : next >= 0 ? next : text.length;
  const body = bodyOf(text, from, limit, closed);
  if (!body) return [];
  const key = text.slice(body.start, body.end).replace(/\\+[nrt]|[^A-Za-z0-9+/=]/g, '');
  return isKeyBody(key) ? [body] : [];
}

/** Lines of base64 with what the place puts between them: indentation, `\n`, quotes and signs of concatenation, comments. */
const FILLING = /(?:[A-Za-z0-9+/=]{1,128}(?:\\{1,3}[nr]|[\s"'+,.;*#>|\\-]){0,40})*/y;

function bodyOf(text: string, from: number, limit: number, closed: boolean): Match | undefined {
  let start = from;
  while (start < limit && !/[A-Za-z0-9+/]/.test(text[start] as string)) start++;
  // `\n` as two signs, once or twice escaped.
  while (/^\\+[nrt]/.test(text.slice(start - 1, start + 2)) && start < limit) {
    start++;
    while (start < limit && !/[A-Za-z0-9+/]/.test(text[start] as string)) start++;
  }
  let end = limit;
  if (!closed) {
    FILLING.lastIndex = start;
    end = start + (FILLING.exec(text)?.[0].length ?? 0);
    end = Math.min(end, limit);
  }
  while (end > start && !/[A-Za-z0-9+/=]/.test(text[end - 1] as string)) end--;
  if (end - start > 2 && /^\\[nrt]$/.test(text.slice(end - 2, end))) {
    end -= 2;
    while (end > start && !/[A-Za-z0-9+/=]/.test(text[end - 1] as string)) end--;
  }
  return end > start ? { start, end } : undefined;
}

function isKeyBody(key: string): boolean {
  if (key.length < SHORTEST) return false;
  const sample = key.slice(0, 2048);
  if (
    /^(?:\w*(?:example|yourprivatekey|privatekeyhere|placeholder|redacted|insert)\w*)/i.test(
      sample.slice(0, 96),
    )
  )
    return false;
  if (isTypedRun(sample.slice(-200)) || new Set(sample).size < 16) return false;
  return (
    drawnAtRandom(key.slice(-48).replace(/=+$/, '')) ||
    drawnAtRandom(key.slice(0, 64)) ||
    /^MII|^MC4|^b3Bl|^MH|^Proc/.test(key)
  );
}

/** PuTTY's key files: `Private-Lines: N` and as many lines of base64. */
const PUTTY = /private-lines:[ \t]{0,4}\d{1,4}\r?\n((?:[A-Za-z0-9+/=]{1,80}(?:\r?\n|$)){1,400})/iy;

export const PUTTY_KEY: Detector = {
  id: 'key.putty',
  tier: 'certain',
  words: ['private-lines:'],
  reach: { before: 0, after: LONGEST },
  rank: 1,
  look({ text, at }) {
    PUTTY.lastIndex = at;
    const body = PUTTY.exec(text)?.[1];
    if (body === undefined) return [];
    const end = PUTTY.lastIndex;
    return [{ start: end - body.length, end: end - (body.length - body.trimEnd().length) }];
  },
};

/** age, and its post-quantum kind: Bech32 of 32 bytes. */
const AGE = /AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{58,80}/y;

export const AGE_KEY: Detector = {
  id: 'key.age',
  tier: 'certain',
  words: ['age-secret-key-'],
  reach: { before: 0, after: 128 },
  rank: 1,
  look({ text, at }) {
    AGE.lastIndex = at;
    const key = AGE.exec(text)?.[0];
    return key === undefined || /X{8}/.test(key) ? [] : [{ start: at, end: at + key.length }];
  },
};

/** RFC 7517 and 7518: a key with `d` (RSA, EC, OKP), or `k` of an octet key. */
const JWK_PART =
  /\\{0,3}"(d|k|p|q|dp|dq|qi)\\{0,3}"\s{0,8}:\s{0,8}\\{0,3}"([A-Za-z0-9_-]{20,1400}={0,2})\\{0,3}"/g;

export const JWK_KEY: Detector = {
  id: 'key.jwk',
  tier: 'likely',
  words: ['"kty"', '\\"kty\\"'],
  reach: { before: 3000, after: 4000 },
  rank: 1,
  look({ text, at, end }) {
    // The object that the word stands in: values of keys hold no braces.
    const open = text.lastIndexOf('{', at);
    const close = text.indexOf('}', end);
    if (open < 0) return [];
    const object = text.slice(open, close < 0 ? text.length : close);
    const octets = /"kty\\{0,3}"\s{0,8}:\s{0,8}\\{0,3}"oct/.test(object);
    const matches: Match[] = [];
    for (const part of object.matchAll(JWK_PART)) {
      if (part[1] === 'k' && !octets) continue;
      const value = part[2] as string;
      const start = open + part.index + part[0].lastIndexOf(value);
      matches.push({ start, end: start + value.length });
    }
    return matches;
  },
};

export const KEY_DETECTORS: readonly Detector[] = [PEM_KEY, PUTTY_KEY, AGE_KEY, JWK_KEY];
