import type { CallBody, HeaderList, HttpCall } from '../operations/types.ts';
import { joinTarget, splitTarget, withValue, type QueryPiece } from './query.ts';
import { ALGORITHM, type SignedCall } from './sigv4-read.ts';
import { sha256, signature } from './sigv4-sign.ts';

export interface AwsKey {
  id: string;
  secret: string;
  session: string | null;
}

/** Headers that may be other ones when the request goes on; AWS wants none of them signed. */
const VOLATILE = new Set(
  `accept-encoding connection content-length expect keep-alive te transfer-encoding upgrade user-agent
  x-amzn-trace-id`.split(/\s+/),
);
const SESSION = 'x-amz-security-token';
const HASH = 'x-amz-content-sha256';

/**
 * Why a request cannot be signed again, or null. Uploads whose chunks are signed one by one (`STREAMING-AWS4-…`) are among
 * them: each chunk's signature stands in the body and rests on the one before. SDKs sign so over plain HTTP or when
 * told; over TLS they send `STREAMING-UNSIGNED-PAYLOAD-TRAILER`, of which the head alone is signed.
 */
export function cannotResign(call: HttpCall, signed: SignedCall): string | null {
  const hash = hashHeader(call);
  if (hash?.startsWith('STREAMING-AWS4'))
    return 'an upload with signed chunks, which guard cannot sign again: turn chunk signing off (payload signing, aws-chunked)';
  if (timeOf(call, signed) === null) return 'a signature without a time';
  if (payloadOf(call, signed) === null)
    return 'a signature over a body that guard has not read whole';
  return null;
}

/** The same request signed with the real key. Headers that AWS requires signed (host, x-amz-*) are, whatever the client did. */
export function resign(
  call: HttpCall,
  signed: SignedCall,
  key: AwsKey,
): { path: string; headers: HeaderList } {
  const time = timeOf(call, signed);
  const payload = payloadOf(call, signed);
  if (time === null || payload === null) throw new Error('this request cannot be signed again');
  const common = { method: call.method, payload, time, scope: signed.scope };
  const { service } = signed;
  return signed.in === 'header'
    ? inHeader(call, signed, key, { ...common, service })
    : inQuery(call, signed, key, { ...common, service });
}

interface Common {
  method: string;
  payload: string;
  time: string;
  scope: string;
  service: string;
}

function inHeader(call: HttpCall, signed: SignedCall, key: AwsKey, common: Common) {
  const kept = call.headers.filter(([name]) => name !== SESSION && name !== 'authorization');
  const headers = key.session === null ? kept : [...kept, [SESSION, key.session] as const];
  const signedHeaders = headersToSign(headers, signed);
  const seal = signature({
    ...common,
    target: call.path,
    headers: withHost(headers, call),
    signedHeaders,
    secret: key.secret,
  });
  const names = signedHeaders.join(';');
  const value = `${ALGORITHM} Credential=${key.id}/${signed.scope}, SignedHeaders=${names}, Signature=${seal}`;
  return { path: call.path, headers: [...headers, ['authorization', value] as const] };
}

function inQuery(call: HttpCall, signed: SignedCall, key: AwsKey, common: Common) {
  const { path, pieces } = splitTarget(call.path);
  const signedHeaders = headersToSign(call.headers, signed);
  const other: Record<string, string> = {
    'X-Amz-Credential': `${key.id}/${signed.scope}`,
    'X-Amz-SignedHeaders': signedHeaders.join(';'),
  };
  const kept: QueryPiece[] = (pieces ?? [])
    .filter(({ name }) => name !== 'X-Amz-Signature' && name !== 'X-Amz-Security-Token')
    .map((piece) => {
      const value = other[piece.name];
      return value === undefined ? piece : { ...piece, raw: withValue(piece, value), value };
    });
  const add = (name: string, value: string): QueryPiece => {
    const bare = { raw: name, name, value };
    return { ...bare, raw: withValue(bare, value) };
  };
  if (key.session !== null) kept.push(add('X-Amz-Security-Token', key.session));
  const seal = signature({
    ...common,
    target: joinTarget(path, kept),
    headers: withHost(call.headers, call),
    signedHeaders,
    secret: key.secret,
  });
  return {
    path: joinTarget(path, [...kept, add('X-Amz-Signature', seal)]),
    headers: call.headers,
  };
}

function headersToSign(headers: HeaderList, { signedHeaders }: SignedCall): string[] {
  const sent = new Set(headers.map(([name]) => name));
  const chosen = signedHeaders.filter((name) => sent.has(name) && !VOLATILE.has(name));
  const required = [...sent].filter((name) => name.startsWith('x-amz-'));
  return [...new Set(['host', ...chosen, ...required])].sort();
}

/** HTTP/2 has the host in `:authority`. */
function withHost(headers: HeaderList, { host, port, scheme }: HttpCall): HeaderList {
  if (headers.some(([name]) => name === 'host')) return headers;
  const usual = port === (scheme === 'https' ? 443 : 80);
  return [...headers, ['host', usual ? host : `${host}:${port}`]];
}

function timeOf(call: HttpCall, signed: SignedCall): string | null {
  const query = splitTarget(call.path).pieces ?? [];
  const given =
    signed.in === 'query'
      ? query.find(({ name }) => name === 'X-Amz-Date')?.value
      : call.headers.find(([name]) => name === 'x-amz-date')?.[1];
  return given !== undefined && /^\d{8}T\d{6}Z$/.test(given) ? given : null;
}

function hashHeader({ headers }: HttpCall): string | undefined {
  return headers.find(([name]) => name === HASH)?.[1].trim();
}

/** Null when it would have to be counted over bytes that guard does not have as they go out. */
function payloadOf(call: HttpCall, signed: SignedCall): string | null {
  const given = hashHeader(call);
  if (given !== undefined) return given;
  if (signed.in === 'query') {
    const query = splitTarget(call.path).pieces ?? [];
    const hash = query.find(({ name }) => name.toLowerCase() === HASH)?.value;
    if (hash !== undefined) return hash;
    if (/^s3(?:-|express$|$)/.test(signed.service)) return 'UNSIGNED-PAYLOAD';
  }
  const coded = call.headers.some(
    ([name, value]) => name === 'content-encoding' && value.trim().toLowerCase() !== 'identity',
  );
  return hashOf(call.body, coded);
}

function hashOf({ state, bytes }: CallBody, coded: boolean): string | null {
  if (state === 'none') return sha256('');
  return state === 'whole' && !coded ? sha256(bytes) : null;
}
