import type { CallHead, HeaderList } from '../../operations/types.ts';
import { readAuthority } from '../http-head.ts';
import { endToEnd, fromH2, repeated, valuesOf } from './headers.ts';

export type H2Head =
  | { ok: true; head: CallHead }
  | { ok: false; what: 'malformed' | 'mismatch' | 'proxy'; reason: string };

const PSEUDO = new Set([':method', ':scheme', ':authority', ':path']);
/** A method that node:http would write in another case must not be judged in this one. */
const METHOD = /^[A-Z][A-Z0-9_-]{0,31}$/;

/** Whose request this is, or why that cannot be said without doubt (RFC 9113, section 8.3). */
export function readH2Head(list: HeaderList, host: string, port: number): H2Head {
  const pseudo = new Map<string, string>();
  for (const [name, value] of list) {
    if (!name.startsWith(':')) continue;
    if (pseudo.has(name)) return malformed(`it has two ${name}`);
    pseudo.set(name, value);
  }
  const method = pseudo.get(':method') ?? '';
  if (method === 'CONNECT') return { ok: false, what: 'proxy', reason: 'guard is no proxy' };
  if ([...pseudo.keys()].some((name) => !PSEUDO.has(name))) {
    return malformed('it has a pseudo-header that no request has');
  }
  if (!METHOD.test(method)) return malformed('its method is not in capital letters');
  if (pseudo.get(':scheme') !== 'https') return malformed('its scheme is not https');
  const path = pseudo.get(':path') ?? '';
  if (path.includes('#') || !(path.startsWith('/') || (path === '*' && method === 'OPTIONS'))) {
    return malformed('its target is no path');
  }
  const twice = repeated(list);
  if (twice) return malformed(`it has two ${twice} headers`);
  const named = [...valuesOf(list, ':authority'), ...valuesOf(list, 'host')];
  if (named.length === 0) return malformed('it names no host');
  for (const authority of named) {
    const read = readAuthority(authority, port, path);
    if (!read.ok) return malformed(read.reason);
    if (read.host !== host) {
      const reason = `the connection was made to ${host} and asks for ${read.host ?? 'an address'}`;
      return { ok: false, what: 'mismatch', reason };
    }
  }
  const plain = fromH2(list);
  const trailers = valuesOf(plain, 'te').some((value) => value.toLowerCase() === 'trailers');
  const headers = trailers ? endToEnd(plain, 'te') : endToEnd(plain);
  return { ok: true, head: { scheme: 'https', version: '2', host, port, method, path, headers } };
}

function malformed(reason: string): H2Head {
  return { ok: false, what: 'malformed', reason: `the request cannot be judged: ${reason}` };
}
