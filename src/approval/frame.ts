import { printable } from '../printable.ts';
import { widthOf } from './prompt-keys.ts';
import type { PromptLayout, WindowLine } from './prompt-layout.ts';
import { textWidth } from './wrap.ts';

/** Select Graphic Rendition (ECMA-48, 8.3.117) with what a prompt uses: bold, faint, reverse, their ends, 16 colours. */
const SGR = /\x1b\[(?:0|1|2|7|22|27|39|49|3[0-7]|9[0-7])?m/g;
/** Characters of a frame for each cell of the screen: more than text and colours ever take. */
const PER_CELL = 20;

/**
 * A frame as lines, or null when anything about it is not as it must be: a control character other than SGR, more than
 * the screen holds, no sign, or any shown line of the command or of what is to be typed missing or changed.
 */
export function readFrame(frame: unknown, layout: PromptLayout): string[] | null {
  const { columns, rows } = layout;
  if (typeof frame !== 'string' || frame.length > columns * rows * PER_CELL) return null;
  const lines = frame.split('\n');
  if (lines.length > rows) return null;
  const plain = lines.map((line) => line.replace(SGR, ''));
  for (const line of plain)
    if (printable(line, line.length) !== line || textWidth(line) > columns) return null;
  if (!plain[0]?.includes(layout.sign)) return null;
  const holds = (wanted: readonly string[]): boolean =>
    plain.some((_, from) =>
      wanted.every((text, index) => plain[from + index]?.trimEnd() === text.trimEnd()),
    );
  const shown = holds(layout.window.map(lineText)) && holds(layout.entry.map((line) => ` ${line}`));
  return shown ? lines : null;
}

/** How a line of the list stands on the screen. */
export function lineText(line: WindowLine): string {
  return line.kind === 'command' ? ` ${line.gutter}${line.text}` : ` ${line.text}`;
}

/** Holds back what a terminal shows until all of it is there, where it can (mode 2026); no wrapping at the right edge. */
const BEGIN = '\x1b[?2026h\x1b[?25l\x1b[?7l\x1b[0m';
const END = '\x1b[?7h';
const SHOWN = '\x1b[?2026l';
const CURSOR = '\x1b[?25h';

/**
 * What draws a frame over the whole screen, whatever was on it. The cursor stands where text is typed, or behind the keys
 * while these answer.
 */
export function drawing(lines: readonly string[], layout: PromptLayout): string {
  const { rows } = layout;
  const drawn = Array.from(
    { length: rows },
    (_, row) => `\x1b[${row + 1};1H\x1b[2K${lines[row] ?? ''}\x1b[0m`,
  );
  const at = cursorAt(layout);
  const cursor = at ? `\x1b[${at.row};${at.column}H${CURSOR}` : '';
  return `${BEGIN}${drawn.join('')}${END}${cursor}${SHOWN}`;
}

function cursorAt({
  rows,
  keys,
  gap,
  entry,
  note,
}: PromptLayout): { row: number; column: number } | null {
  const typed = entry.at(-1);
  // Margin, text, and the column behind it.
  if (typed !== undefined)
    return { row: rows - (note === null ? 1 : 2), column: textWidth(typed) + 2 };
  return keys.length ? { row: rows, column: widthOf(keys, gap) + 2 } : null;
}
