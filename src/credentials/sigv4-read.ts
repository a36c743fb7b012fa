import type { CallHead } from '../operations/types.ts';
import { splitTarget } from './query.ts';

/** A request signed with AWS Signature Version 4 ("AWS Signature Version 4 for API requests", IAM user guide). */
export interface SignedCall {
  /** Where the signature is. */
  in: 'header' | 'query';
  keyId: string;
  /** `20150830/us-east-1/iam/aws4_request`. */
  scope: string;
  service: string;
  signedHeaders: string[];
  /** The session token that was sent along, or null. */
  session: string | null;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';
const SCOPE = /^([^/]{1,256})\/(\d{8}\/[\w-]{1,64}\/([\w-]{1,64})\/aws4_request)$/;

/** Null where it is not signed so, or not so that it can be read without doubt. */
export function readSigV4(call: CallHead): SignedCall | null {
  const authorization = call.headers.filter(([name]) => name === 'authorization');
  const inHeader = authorization.length === 1 ? readHeader(authorization[0]?.[1] ?? '') : null;
  if (inHeader) {
    const tokens = call.headers.filter(([name]) => name === 'x-amz-security-token');
    return tokens.length > 1 ? null : { ...inHeader, session: tokens[0]?.[1] ?? null };
  }
  return authorization.length === 0 ? readQuery(call.path) : null;
}

type Unfinished = Omit<SignedCall, 'session'>;

function readHeader(value: string): Unfinished | null {
  if (!value.startsWith(`${ALGORITHM} `)) return null;
  const fields = new Map<string, string>();
  for (const part of value.slice(ALGORITHM.length).split(',')) {
    const [, name = '', field = ''] = /^\s*(\w+)=(\S*)\s*$/.exec(part) ?? [];
    if (name === '' || fields.has(name)) return null;
    fields.set(name, field);
  }
  return fields.size === 3 && fields.has('Signature')
    ? signed('header', fields.get('Credential') ?? '', fields.get('SignedHeaders') ?? '')
    : null;
}

function readQuery(target: string): SignedCall | null {
  const { pieces } = splitTarget(target);
  const one = (name: string): string | null => {
    const found = pieces?.filter((piece) => piece.name === name) ?? [];
    return found.length === 1 ? (found[0]?.value ?? null) : null;
  };
  const tokens = pieces?.filter(({ name }) => name === 'X-Amz-Security-Token') ?? [];
  if (one('X-Amz-Algorithm') !== ALGORITHM || one('X-Amz-Signature') === null) return null;
  if (tokens.length > 1) return null;
  const call = signed('query', one('X-Amz-Credential') ?? '', one('X-Amz-SignedHeaders') ?? '');
  return call && { ...call, session: tokens[0]?.value ?? null };
}

function signed(place: 'header' | 'query', credential: string, headers: string): Unfinished | null {
  const [, keyId, scope, service] = SCOPE.exec(credential) ?? [];
  if (keyId === undefined || scope === undefined || service === undefined) return null;
  const signedHeaders = headers.toLowerCase().split(';').filter(Boolean);
  return { in: place, keyId, scope, service, signedHeaders };
}
