import { isWord, type CharacterSet } from './character-set.ts';

/** Behind a backslash: `\nghp_…` in a string of JSON begins with the token, not with an `n`. */
const ESCAPE_LETTERS = 'nrtfvbae0';
const BACKSLASH = 92;
const DASH = 45;

/** Does a value that begins at `start` begin there, and not in the middle of a longer one? */
export function beginsAt(text: string, start: number, set?: CharacterSet): boolean {
  if (start === 0) return true;
  const code = text.charCodeAt(start - 1);
  if (code === DASH) return set?.[DASH] !== 1;
  return !isWord(code) || isEscaped(text, start);
}

/** Is the character before `start` the end of an escape: `\n`, `%3D`, `\u003d`, `\x3d`? */
function isEscaped(text: string, start: number): boolean {
  if (text.charCodeAt(start - 2) === BACKSLASH && ESCAPE_LETTERS.includes(text[start - 1] ?? ''))
    return true;
  return /(?:%[2-7][0-9A-F]|\\u00[2-7][0-9a-f]|\\x[2-7][0-9a-f])$/i.test(
    text.slice(Math.max(0, start - 6), start),
  );
}

/** Does a value that ends before `end` end there? `set` is its alphabet, by which a longer run is another value. */
export function endsAt(text: string, end: number, set?: CharacterSet): boolean {
  if (end >= text.length) return true;
  const code = text.charCodeAt(end);
  if (isWord(code)) return false;
  if (set?.[code] !== 1) return true;
  // `.` behind a value ends a sentence, `/` a part of a URL; `=` pads what came before.
  return !isWord(text.charCodeAt(end + 1)) && code !== 61;
}

/** Do a `+` or `/` and more letters join it on either side, as in the middle of a picture or a certificate? */
export function isInBase64(text: string, start: number, end: number): boolean {
  return (
    (isJoint(text[start - 1]) && isWord(text.charCodeAt(start - 2))) ||
    (isJoint(text[end]) && isWord(text.charCodeAt(end + 1)))
  );
}

function isJoint(letter: string | undefined): boolean {
  return letter === '+' || letter === '/';
}
