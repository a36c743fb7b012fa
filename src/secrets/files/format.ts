import type { Match, Tier } from '../engine/detector.ts';
import { LONGEST_READ } from '../engine/detector.ts';
import type { Range } from '../range.ts';
import type { Field } from './field.ts';
import { pemBodies } from './formats/pem.ts';
import type { PlacePattern } from './place-index.ts';
import { isCredentialName } from './credential-name.ts';
import { connectionParts, isConnectionString, isSecretValue, urlParts } from './secret-part.ts';

/** A kind of file that holds credentials: where it is, and what is secret in it. */
export interface Format {
  id: string;
  /** `certain` unless told: in a file for credentials, what stands where the credential goes is one. */
  tier?: Tier;
  at: readonly PlacePattern[];
  /** Secret from the first byte to the last, as key stores are: {@link Format.read} only tells whether it is one. */
  whole?: true;
  /** `text` holds one byte a character, and at most {@link LONGEST_READ} of them. */
  read(text: string, path: string): readonly Match[];
}

export type Fields = (text: string) => readonly Field[];

/** Which fields are secret as a whole: those of these names (any case), or those this says. */
export type Secret = readonly string[] | ((field: Field) => boolean);

/** A reader of settings: the values of secret names, and the passwords in URLs and connection strings of the others. */
export function settings(
  fields: Fields,
  secret: Secret = (field) => isCredentialName(field.name),
  worth: (value: string) => boolean = isSecretValue,
): Format['read'] {
  const isSecret = named(secret);
  return (text) => {
    const found: Match[] = [];
    for (const field of fields(bounded(text))) found.push(...fieldMatches(field, isSecret, worth));
    return inOrder(found);
  };
}

/** Those of these names, whatever their case. */
export function named(secret: Secret): (field: Field) => boolean {
  if (typeof secret === 'function') return secret;
  const names = new Set(secret.map((name) => name.toLowerCase()));
  return (field) => names.has(field.name.toLowerCase());
}

export function fieldMatches(
  field: Field,
  isSecret: (field: Field) => boolean,
  worth: (value: string) => boolean = isSecretValue,
): Range[] {
  const { value, start, end } = field;
  const inUrls = value.includes('://') ? urlParts(value, start) : [];
  if (inUrls.length > 0) return inUrls;
  if (isConnectionString(value)) return connectionParts(value, start);
  if (/^[a-z][a-z0-9+.-]{1,31}:\/\/\S*$/i.test(value)) return [];
  if (!isSecret(field) || !worth(value)) return [];
  // Of a key in armour the lines that frame it stay.
  if (!value.includes('-----BEGIN ')) return [{ start, end }];
  return pemBodies(value).map((body) => ({ start: body.start + start, end: body.end + start }));
}

export function bounded(text: string): string {
  return text.length > LONGEST_READ ? text.slice(0, LONGEST_READ) : text;
}

/** In order and apart; the first of two that overlap counts. */
export function inOrder(matches: readonly Match[]): Match[] {
  const sorted = matches.filter((m) => m.end > m.start).sort((a, b) => a.start - b.start);
  const out: Match[] = [];
  for (const match of sorted) if (match.start >= (out.at(-1)?.end ?? 0)) out.push(match);
  return out;
}

/** The same, and `user:password@host` of a URL wherever it stands. */
export function withUrls(read: Format['read']): Format['read'] {
  return (text, path) => inOrder([...read(text, path), ...urlParts(bounded(text))]);
}

/** The whole file, where `is` knows it for what its name says. */
export function wholeFile(is: (text: string) => boolean): Format['read'] {
  return (text) => (text.length > 0 && is(text) ? [{ start: 0, end: text.length }] : []);
}
