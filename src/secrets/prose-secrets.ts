import type { Range } from './range.ts';
import { nameSaysSecret } from './secret-name.ts';
import { tokenLike } from './token-like.ts';
import { urlSecrets } from './url-secrets.ts';
import { valueSecrets } from './value-secrets.ts';

/** Each begins at the start of a word only, which keeps the search linear in the length of the text. */
const URL_IN_TEXT = /(?<![a-z0-9+.:-])[a-z][a-z0-9+.:-]{0,31}:\/\/[^\s"'`<>]+/gi;
const ASSIGNMENT = /(?<![\w.-])([A-Za-z_][\w.-]{0,127})=("[^"]*"?|'[^']*'?|\S+)/g;
/** `password: x`, `the token is x`, `key = x`. */
const TOLD = /(?<![\w-])([A-Za-z][\w-]{0,127})["'`]?\s*(?::(?!\/\/)|=|\bis\b)\s*(\S+)/g;
const WORD = /[^\s"'`,;()<>[\]{}]+/g;

/** Secrets that someone wrote into a comment: a URL with a password, `NAME=value`, `password: value`, a bare token. */
export function proseSecrets(text: string): Range[] {
  const ranges: Range[] = [];
  const add = (start: number, found: readonly Range[]) => {
    for (const r of found) ranges.push({ start: r.start + start, end: r.end + start });
  };
  for (const { 0: url, index } of text.matchAll(URL_IN_TEXT)) add(index, urlSecrets(url, false));
  for (const match of text.matchAll(ASSIGNMENT)) {
    const [whole, name = '', quoted = ''] = match;
    const value = quoted.replace(/^["']|["']$/g, '');
    add(match.index + whole.indexOf(value, name.length + 1), valueSecrets(name, value));
  }
  for (const match of text.matchAll(TOLD)) {
    const [whole, name = '', value = ''] = match;
    if (nameSaysSecret(name)) add(match.index + whole.length - value.length, [span(value)]);
  }
  for (const { 0: word, index } of text.matchAll(WORD))
    if (!word.includes('://') && word.split(/[=:]/).some(tokenLike)) add(index, [span(word)]);
  return ranges;
}

function span(text: string): Range {
  return { start: 0, end: text.length };
}
