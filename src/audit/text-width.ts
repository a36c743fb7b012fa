import { printable } from '../printable.ts';

/** Two columns in terminals: East Asian Wide and Fullwidth (Unicode TR11), and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const NONE = /[\p{Mn}\p{Me}]/u;
const TAB = 4;

/** Columns that printable text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** Made printable, tabs as the spaces up to the next stop. */
export function withoutTabs(text: string, column: number): string {
  let out = '';
  for (const [index, part] of text.split('\t').entries()) {
    if (index > 0) out += ' '.repeat(TAB - ((column + displayWidth(out)) % TAB));
    out += printable(part, Infinity);
  }
  return out;
}

/** As much of the end as fits. */
export function lastColumns(text: string, columns: number): string {
  const characters = [...text];
  let from = characters.length;
  for (let width = 0; from > 0; from -= 1) {
    width += columnsOf(characters[from - 1] ?? '');
    if (width > columns) break;
  }
  return characters.slice(from).join('');
}

/** As much of the beginning as fits. */
export function firstColumns(text: string, columns: number): string {
  let out = '';
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns) break;
    out += character;
  }
  return out;
}

function columnsOf(character: string): number {
  if (character < '\u0300') return 1;
  return NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}
