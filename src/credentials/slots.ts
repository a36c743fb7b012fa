import type { CredentialPlace, HttpCall } from '../operations/types.ts';
import { percentDecode } from './percent.ts';
import { splitQuery, splitTarget } from './query.ts';
import {
  isCredentialField,
  isCredentialFormField,
  isCredentialHeader,
  isSessionCookie,
} from './usual-places.ts';

/** One value in a request that stands where credentials do. Strings are as on the wire, a character a byte. */
export interface Slot {
  /** For people; holds nothing that the client chose but for names, which are to be shown by `printable`. */
  where: string;
  value: string;
  at:
    | {
        in: 'header';
        index: number;
        name: string;
        scheme: string;
        half: 'user' | 'password' | null;
      }
    | { in: 'query'; index: number; name: string }
    /** Where credentials stand that guard never puts in. */
    | { in: 'other' };
}

/** A form is read this far; its fields of interest come early, and longer ones are uploads. */
const LONGEST_FORM = 64 * 1024;

/** Every value that stands where a credential may: in the places given, and where credentials usually do. */
export function readSlots(
  call: HttpCall,
  places: readonly CredentialPlace[],
  hasProvider: boolean,
): Slot[] {
  const headers = new Set(places.flatMap((place) => (place.in === 'header' ? [place.name] : [])));
  const fields = new Set(places.flatMap((place) => (place.in === 'query' ? [place.name] : [])));
  return [
    ...call.headers.flatMap(([name, value], index) => {
      if (name === 'cookie') return hasProvider ? cookieSlots(value) : [];
      if (name === 'sec-websocket-protocol') return protocolSlots(value);
      const isPlace = headers.has(name) || isCredentialHeader(name);
      return isPlace ? headerSlots(name, value, index) : [];
    }),
    ...(splitTarget(call.path).pieces ?? []).flatMap(({ name, value }, index): Slot[] => {
      if (value === '' || !(fields.has(name) || isCredentialField(name, value))) return [];
      return [{ where: `the query parameter ${name}`, value, at: { in: 'query', index, name } }];
    }),
    ...(hasProvider ? formSlots(call) : []),
  ];
}

/** RFC 9110, section 11.4: a scheme and what belongs to it; a bare value where there is no scheme. */
function headerSlots(name: string, sent: string, index: number): Slot[] {
  const whole = sent.trim();
  if (whole === '') return [];
  const [, scheme = '', rest = whole] = /^([\w!#$%&'*+.^`|~-]+)[ \t]+(\S.*)$/s.exec(whole) ?? [];
  const at = { in: 'header', index, name } as const;
  const where = `the header ${name}`;
  if (scheme.toLowerCase() === 'basic') {
    const halves = basicHalves(rest);
    if (halves)
      return halves.flatMap(([half, value]): Slot[] =>
        value === '' ? [] : [{ where, value, at: { ...at, scheme, half } }],
      );
  }
  return [{ where, value: rest, at: { ...at, scheme, half: null } }];
}

/** RFC 7617, section 2; null for what is no base64. */
export function basicHalves(
  encoded: string,
): readonly (readonly ['user' | 'password', string])[] | null {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(encoded)) return null;
  const pair = Buffer.from(encoded, 'base64').toString('latin1');
  const colon = pair.indexOf(':');
  return [
    ['user', colon < 0 ? pair : pair.slice(0, colon)],
    ['password', colon < 0 ? '' : pair.slice(colon + 1)],
  ];
}

function cookieSlots(header: string): Slot[] {
  return header.split(';').flatMap((piece): Slot[] => {
    const equals = piece.indexOf('=');
    const name = piece.slice(0, Math.max(0, equals)).trim();
    const value = equals < 0 ? '' : piece.slice(equals + 1).trim();
    if (value === '' || !isSessionCookie(name, percentDecode(value))) return [];
    return [{ where: `the cookie ${name}`, value: percentDecode(value), at: { in: 'other' } }];
  });
}

/** Kubernetes takes a bearer token so from browsers: k8s.io/apiserver, "websocket protocol authentication". */
function protocolSlots(header: string): Slot[] {
  return header.split(',').flatMap((piece): Slot[] => {
    const [, value = ''] = /bearer\.authorization\.[^.]*\.?k8s\.io\.(\S+)/.exec(piece) ?? [];
    if (value === '') return [];
    const token = Buffer.from(value, 'base64url').toString('latin1');
    return [{ where: 'the header sec-websocket-protocol', value: token, at: { in: 'other' } }];
  });
}

/** OAuth clients and older APIs send credentials in a form. */
function formSlots({ headers, body }: HttpCall): Slot[] {
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  if (!/^\s*application\/x-www-form-urlencoded\b/i.test(type)) return [];
  const text = body.bytes.subarray(0, LONGEST_FORM).toString('latin1');
  return splitQuery(text).flatMap(({ name, value }): Slot[] =>
    value !== '' && isCredentialFormField(name, value)
      ? [{ where: `the form field ${name}`, value, at: { in: 'other' } }]
      : [],
  );
}
