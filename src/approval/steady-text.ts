import { printable, printableArgv } from '../printable.ts';

/** Text in which no character joins another: nothing to look at more closely. Latin letters and general punctuation without its controls. */
const SIMPLE = /^[\u0020-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u25ff]*$/u;
/** What has no width of its own, or one that terminals disagree on: marks, formatting, what is ignored by default. */
const WIDTHLESS =
  /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Regional_Indicator}\p{Emoji_Modifier}]/gu;

const SPACES = /\p{Zs}{3,}/gu;

/** Made when it is first needed: a session that asks nothing does without. */
let segmenter: Intl.Segmenter | undefined;

/**
 * `printable`, and besides it every character written out that would join the one before it (Unicode TR29): an accent of
 * its own, a skin colour, the second half of a flag. Then a character is one cell or two everywhere.
 */
export function steady(text: string, limit?: number): string {
  return alone(printable(text, limit));
}

/** One argument, quoted where it could be taken for two, with runs of spaces written out: they could push text into a column of guard's own. */
export function steadyArgument(argument: string, limit: number): string {
  return alone(printableArgv([argument], limit)).replace(SPACES, (run) => `\\x20{${run.length}}`);
}

/** A title, the same way: parts of it are the other side's. */
export function steadyTitle(title: string, limit: number): string {
  return steady(title, limit).replace(SPACES, (run) => `\\x20{${run.length}}`);
}

function alone(text: string): string {
  if (SIMPLE.test(text)) return text;
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  let out = '';
  for (const { segment } of segmenter.segment(text.replace(WIDTHLESS, escaped))) {
    const [first = '', ...joined] = segment;
    out += first + joined.map(escaped).join('');
  }
  return out;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
