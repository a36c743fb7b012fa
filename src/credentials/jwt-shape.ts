import { randomBytes } from 'node:crypto';
import type { Shape } from './shape.ts';

/** RFC 7519 and RFC 7515: header, claims and signature in base64url. */
const JWT = /^(eyJ[\w-]+)\.(eyJ[\w-]+)\.([\w-]{16,})$/;
/** Claims that clients read and that open nothing (RFC 7519, section 4.1; Supabase's `role` and `ref`). */
const KEPT_CLAIMS = new Set(
  'iss aud typ alg role ref scope scp token_use grant_type amr aal'.split(' '),
);
const STRING = /"((?:[^"\\]|\\.)*)"(\s*:)?/g;

/**
 * A JWT with the same header, the same numbers (so a client sees the same lifetime), other words in its claims and a
 * random signature. Null for anything else.
 */
export function shapeJwt(value: string, shape: Shape): string | null {
  const [, header, claims, signature] = JWT.exec(value) ?? [];
  if (header === undefined || claims === undefined || signature === undefined) return null;
  const text = decode(claims);
  if (!isJsonObject(decode(header)) || !isJsonObject(text)) return null;
  return `${header}.${encode(otherWords(text, shape))}.${randomSignature(signature, shape)}`;
}

function otherWords(json: string, shape: Shape): string {
  let name = '';
  return json.replace(STRING, (whole, inner: string, colon: string | undefined) => {
    if (colon !== undefined) {
      name = inner;
      return whole;
    }
    if (KEPT_CLAIMS.has(name)) return whole;
    // An escape stays one.
    const other = inner
      .split(/(\\(?:u[0-9a-fA-F]{4}|.))/)
      .map((part, at) => (at % 2 === 1 ? part : shape.like(part)));
    return `"${other.join('')}"`;
  });
}

function randomSignature(signature: string, shape: Shape): string {
  const bytes = randomBytes(Buffer.from(signature, 'base64url').length);
  shape.bits += bytes.length * 8;
  shape.drawn += signature.length;
  // A length that is no base64url's is kept all the same.
  return bytes.toString('base64url').padEnd(signature.length, 'A').slice(0, signature.length);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

const decode = (part: string): string => Buffer.from(part, 'base64url').toString('latin1');
const encode = (text: string): string => Buffer.from(text, 'latin1').toString('base64url');
