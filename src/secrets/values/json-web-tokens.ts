import type { Detector, Match } from '../engine/detector.ts';
import { exampleKind } from './example-values.ts';
import { tierAt } from './paths.ts';

/** RFC 7519: two or three parts in base64url, five where it is encrypted (RFC 7516). */
const TOKEN = /eyJ[\w-]{10,4000}\.[\w-]{0,8000}(?:\.[\w-]{0,8000}){1,3}/y;
/** Who has no interest in being somebody: the payload of the tokens that are shown in examples. */
const EXAMPLE_CLAIMS =
  /"sub":"1234567890"|John Doe|Jane Doe|example\.(?:com|org)|"foo":"bar"|"some":"payload"|"hello":"world"/;

export const JSON_WEB_TOKEN: Detector = {
  id: 'jwt.token',
  tier: 'likely',
  words: ['eyj'],
  bounded: { before: true },
  reach: { before: 0, after: 9000 },
  rank: 1,
  look({ text, at, path }): readonly Match[] {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return [];
    const [header = '', payload = '', signature = ''] = token.split('.');
    const head = decoded(header);
    if (!/^\{\s*"[\s\S]*\}$/.test(head) || !/"alg"\s*:/.test(head)) return [];
    // Without a signature (`"alg": "none"`) it is like a placeholder: anybody can make one.
    if (EXAMPLE_CLAIMS.test(decoded(payload)) || exampleKind(signature)) return [];
    const tier = tierAt(path, 'likely');
    return tier ? [{ start: at, end: at + token.length, tier }] : [];
  },
};

const decoded = (part: string): string => Buffer.from(part, 'base64url').toString('latin1');
