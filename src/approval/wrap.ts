/** From here on a character may take two columns (East Asian Width, Unicode TR11); too many wrap early, never late. */
const WIDE = 0x1100;
/** The two ranges above it that are common and narrow: punctuation, arrows, boxes, and Latin additions. */
const NARROW: readonly (readonly [number, number])[] = [
  [0x1e00, 0x1fff],
  [0x2010, 0x2027],
  [0x2190, 0x21ff],
  [0x2500, 0x25ff],
];

/** Columns that escaped text takes at most. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Escaped text as lines of at most `width` columns, broken anywhere: no character is dropped or added. */
export function wrap(text: string, width: number): string[] {
  const room = Math.max(2, width);
  const lines: string[] = [];
  let [line, used] = ['', 0];
  for (const character of text) {
    const wide = characterWidth(character);
    if (used + wide > room) {
      lines.push(line);
      [line, used] = ['', 0];
    }
    line += character;
    used += wide;
  }
  return [...lines, line];
}

/** Prose as lines of at most `width` columns, broken between words where that is possible. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = wrap(word, width);
    line = pieces.pop() ?? '';
    lines.push(...pieces);
  }
  return [...lines, line];
}

/** Escaped text, cut to a width with a mark at the cut. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  return `${wrap(text, width - 1)[0] ?? ''}…`;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < WIDE) return 1;
  return NARROW.some(([first, last]) => code >= first && code <= last) ? 1 : 2;
}
