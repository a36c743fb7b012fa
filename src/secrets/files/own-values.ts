import type { KnownValue } from '../engine/detector.ts';
import { isSecretValue, urlParts } from './secret-part.ts';
import { isCredentialName } from './credential-name.ts';
import { nameSaysSecret } from '../secret-name.ts';
import { tokenLike } from '../token-like.ts';
import { matchesIn, readStoreFile } from './store-files.ts';
import { filesOfStore, type Surroundings } from './store-places.ts';
import { loadStores } from './stores.ts';
import type { CredentialStore } from './stores-format.ts';

/** Shorter ones turn up in ordinary text. */
const SHORTEST = 8;
/** A value of more than this is a document. */
const LONGEST = 16 * 1024;
/** More than a person has; every further one costs a word of the automaton. */
const MOST = 2000;

/**
 * The exact values in the user's own credential files and secret variables: wherever one of them turns up, it is one. Files
 * that cannot be read are passed over, because what guard cannot read as the user an agent cannot either.
 */
export function ownValues(
  around: Surroundings,
  stores: readonly CredentialStore[] = loadStores(),
): KnownValue[] {
  const found = new Map<string, KnownValue>();
  const add = (raw: string, source: string): void => {
    for (const value of formsOf(raw))
      if (found.size < MOST && isDistinct(value) && !found.has(value))
        found.set(value, { value, source });
  };
  for (const [name, value] of Object.entries(around.env))
    if (value) for (const secret of inVariable(name, value)) add(secret, `$${name}`);
  for (const store of stores)
    for (const file of store.reader === undefined ? [] : filesOfStore(store, around)) {
      const text = readStoreFile(file);
      if (text === null) continue;
      for (const { start, end } of matchesIn(store, text, file.path))
        if (end - start < text.length || !/[\0-\x08]/.test(text))
          add(text.slice(start, end), file.shown);
    }
  return [...found.values()];
}

function inVariable(name: string, value: string): string[] {
  const parts = urlParts(value).map(({ start, end }) => value.slice(start, end));
  if (parts.length > 0) return parts;
  const secret = isCredentialName(name) || (nameSaysSecret(name) && tokenLike(value));
  return secret && isSecretValue(value) && !/^[~.]?\/|:\/\//.test(value) ? [value] : [];
}

/**
 * As it stands in the file, as a program reads it, and what its encoding holds. A key of several lines counts from its
 * second line: the first says which kind of key it is, alike for all.
 */
function formsOf(raw: string): string[] {
  const bytes = raw.trim();
  if (/[\r\n]/.test(bytes)) {
    const lines = bytes.split(/\r?\n/).map((line) => line.trim());
    return lines.length > 2 ? [lines.slice(1).join('\n')] : lines.slice(1);
  }
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  const forms = [text];
  if (text.includes('\\')) forms.push(unescaped(text));
  if (text.includes('%')) forms.push(percentDecoded(text));
  const login = /^[A-Za-z0-9+/]{12,}={0,2}$/.test(text)
    ? /^[\x21-\x39\x3b-\x7e]{1,128}:([\x21-\x7e]{8,})$/.exec(
        Buffer.from(text, 'base64').toString('latin1'),
      )
    : null;
  if (login) forms.push(login[1] ?? '');
  return forms;
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    // .pgpass and shells: a backslash stands before what it takes the meaning from.
    return text.replace(/\\(.)/g, '$1');
  }
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Could it stand anywhere by chance: a word, a name, a number, a place? */
function isDistinct(value: string): boolean {
  if (value.length < SHORTEST || value.length > LONGEST || !isSecretValue(value)) return false;
  if (/^(?:[~.]{0,2}\/[\w./-]*|[\w.-]+\.[a-z]{2,6}|[\w.+-]+@[\w.-]+)$/.test(value)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
  const different = new Set(value).size;
  if (value.length >= 24) return different >= 8;
  if (/^[a-z]+[\d!@#$%.*?-]{0,3}$/i.test(value) || /^\d{1,11}$/.test(value)) return false;
  return different >= 6 && (kinds >= 2 || tokenLike(value));
}
