import type { HeaderList } from '../../operations/types.ts';
import { HOP_BY_HOP } from '../http-head.ts';

/** Header lines between HTTP/1, HTTP/2 and the list that a judge sees. Names in lists are lower case. */

/** What `Connection` may not take away: framing, and the name that was judged. */
const NEVER_DROPPED = new Set(['host', 'content-length']);
/** Those of which node:http2 sends one at most (its "single value headers"), as the RFCs of each have it. */
const SINGLE = new Set(
  (
    'access-control-allow-credentials access-control-max-age access-control-request-method age authorization ' +
    'content-encoding content-language content-length content-location content-md5 content-range content-type date dnt ' +
    'etag expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location ' +
    'max-forwards proxy-authorization range referer retry-after tk upgrade-insecure-requests user-agent ' +
    'x-content-type-options'
  ).split(' '),
);

/** `name, value, name, value` as Node has it raw. */
export function fromRaw(raw: readonly (string | Buffer)[]): [name: string, value: string][] {
  const list: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    list.push([String(raw[at]).toLowerCase(), String(raw[at + 1])]);
  }
  return list;
}

export function toRaw(list: HeaderList): string[] {
  return list.flatMap(([name, value]) => [name, value]);
}

export function valuesOf(list: HeaderList, name: string): string[] {
  return list.filter(([given]) => given === name).map(([, value]) => value);
}

/** Without pseudo-headers, and with the one Cookie that HTTP/2 may have cut into many (RFC 9113, section 8.2.3). */
export function fromH2(list: HeaderList): [name: string, value: string][] {
  const cookies = valuesOf(list, 'cookie');
  let joined = false;
  return list
    .filter(([name]) => !name.startsWith(':'))
    .flatMap(([name, value]): [string, string][] => {
      if (name !== 'cookie' || cookies.length < 2) return [[name, value]];
      if (joined) return [];
      joined = true;
      return [[name, cookies.join('; ')]];
    });
}

/**
 * What belongs to one hop only, taken out, but for `kept`. Done before a request is judged: a header that `Connection` takes
 * away must not be what it was judged by.
 */
export function endToEnd(list: HeaderList, ...kept: string[]): [name: string, value: string][] {
  const listed = valuesOf(list, 'connection')
    .flatMap((value) => value.toLowerCase().split(','))
    .map((name) => name.trim())
    .filter((name) => !NEVER_DROPPED.has(name));
  const dropped = new Set([...HOP_BY_HOP, ...listed]);
  for (const name of kept) dropped.delete(name);
  return list.filter(([name]) => !dropped.has(name)).map(([name, value]) => [name, value]);
}

/** A name that may stand only once, and stands twice; null when there is none. */
export function repeated(list: HeaderList): string | null {
  const seen = new Set<string>();
  for (const [name] of list) {
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return null;
}

/** As node:http2 takes them. Of what may stand only once the first counts, as for most clients. */
export function toH2(list: HeaderList): Record<string, string | string[]> {
  // Names are the other side's: `__proto__` must be a name like any other.
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of list) {
    const known = headers[name];
    if (known === undefined) headers[name] = value;
    else if (!SINGLE.has(name))
      headers[name] = [...(Array.isArray(known) ? known : [known]), value];
  }
  return headers;
}

/** A header object of node:http2, pseudo-headers left out. */
export function fromH2Object(
  headers: Readonly<Record<string, string | number | string[] | undefined>>,
): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    if (name.startsWith(':') || value === undefined) return [];
    return Array.isArray(value)
      ? value.map((each): [string, string] => [name, each])
      : [[name, String(value)]];
  });
}
