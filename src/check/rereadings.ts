import { UNRESOLVED } from '../policy/types.ts';

/** Blanks that bash takes for letters, and bytes that it drops or another shell would not. */
const ODD =
  /[\0\uFEFF\u200B-\u200D\u2060\v\f\r\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/;
const DROPPED = /[\0\uFEFF\u200B-\u200D\u2060]/g;
const BLANKS = /[\v\f\u0085\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/g;
const LINES = /\r\n?|[\u2028\u2029]/g;
/** `<dir>`, as documentation writes what a reader is to fill in. */
const PLACEHOLDER = /<[A-Za-z][\w.-]*(?: [\w.-]+){0,4}>(?![>&|(])/g;
/** Where a command's name stands. */
const NAMED = /(?:^|[;&|({\n`])\s*$|\b(?:sudo|env|npx|exec|time|do|then|else)\s+$/;

/** Other ways in which a text may be meant, where it is not plain. */
export function rereadings(text: string): string[] {
  const found: string[] = [];
  if (ODD.test(text))
    found.push(text.replace(DROPPED, '').replace(BLANKS, ' ').replace(LINES, '\n'));
  const filled = text.replace(PLACEHOLDER, (whole, offset: number) =>
    NAMED.test(text.slice(Math.max(0, offset - 40), offset)) ? whole : UNRESOLVED,
  );
  if (filled !== text) found.push(filled);
  return found;
}
