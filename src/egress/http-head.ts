import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { normaliseName } from './names.ts';

export interface RequestHead {
  ok: true;
  /** Normalised; null when the request names an address or, in HTTP/1.0, nothing. */
  host: string | null;
  /** Origin form (RFC 9112, section 3.2.1) or `*`. */
  path: string;
}

export type ReadHead = RequestHead | { ok: false; reason: string };

/** Headers that belong to one hop (RFC 9110, section 7.6.1), and those that guard answers itself. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const ABSOLUTE = {
  http: /^http:\/\/([^/?#]*)(.*)$/is,
  https: /^https:\/\/([^/?#]*)(.*)$/is,
};
/** What `Connection` may not take away: framing and the name that was judged. */
const NEVER_DROPPED = new Set(['host', 'content-length']);

/** Whose request this is, or why that cannot be said without doubt. */
export function readHead(
  request: IncomingMessage,
  port: number,
  scheme: 'http' | 'https' = 'http',
): ReadHead {
  if (!/^1\.[01]$/.test(request.httpVersion)) {
    return { ok: false, reason: 'it is neither HTTP/1.0 nor HTTP/1.1' };
  }
  const hosts = headerValues(request.rawHeaders, 'host');
  if (hosts.length > 1) return { ok: false, reason: 'it has two Host headers' };
  const codings = headerValues(request.rawHeaders, 'transfer-encoding');
  if (codings.length && (codings.length > 1 || !/^chunked$/i.test(codings[0] ?? ''))) {
    return { ok: false, reason: 'its transfer coding is not chunked alone' };
  }
  if (codings.length && headerValues(request.rawHeaders, 'content-length').length) {
    return { ok: false, reason: 'its body has two lengths' };
  }
  const absolute = ABSOLUTE[scheme].exec(request.url ?? '');
  const path = absolute ? (absolute[2] ?? '') : (request.url ?? '');
  const authority = hosts[0];
  // RFC 9112, section 3.2.2 lets the target override Host; servers differ on it, so they must agree here.
  if (absolute && absolute[1]?.toLowerCase() !== authority?.toLowerCase()) {
    return { ok: false, reason: 'its target and its Host header differ' };
  }
  const origin = absolute && !path.startsWith('/') ? `/${path}` : path;
  if (!origin.startsWith('/') && origin !== '*') {
    return { ok: false, reason: `its target is neither a path nor an ${scheme} URL` };
  }
  if (authority === undefined) {
    return request.httpVersion === '1.0'
      ? { ok: true, host: null, path: origin }
      : { ok: false, reason: 'it has no Host header' };
  }
  return readAuthority(authority, port, origin);
}

/** `Host` or `:authority`, which must name the port that was dialled if any. */
export function readAuthority(authority: string, port: number, path: string): ReadHead {
  const match = /^(\[[\da-f:.]+\]|[^:]*)(?::(\d*))?$/i.exec(authority);
  const [name, given] = [match?.[1] ?? '', match?.[2]];
  const host = normaliseName(name);
  if (!host && !isIPv4(name) && !name.startsWith('[')) {
    return { ok: false, reason: 'its Host header is not a host name' };
  }
  if (given && Number(given) !== port) {
    return { ok: false, reason: 'its Host header names another port' };
  }
  return { ok: true, host, path };
}

/** The header lines to pass on, as `node:http` takes them: name, value, name, value. */
export function forwardedHeaders(rawHeaders: readonly string[], also: string[] = []): string[] {
  const listed = headerValues(rawHeaders, 'connection')
    .flatMap((value) => value.toLowerCase().split(','))
    .map((name) => name.trim())
    .filter((name) => !NEVER_DROPPED.has(name));
  const dropped = new Set([...HOP_BY_HOP, ...listed]);
  const out: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]];
    if (!dropped.has(name.toLowerCase())) out.push(name, value);
  }
  return [...out, ...also];
}

export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}
