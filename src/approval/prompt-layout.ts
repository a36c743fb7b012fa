import type { Challenge } from './challenge.ts';
import type { CommandLine } from './command-lines.ts';
import { entryLines } from './entry-lines.ts';
import { listWindow, type ListWindow } from './list-window.ts';
import type { PromptContent } from './prompt-content.ts';
import { footer, heading, type Footer, type Heading } from './prompt-edges.ts';
import { layOutFields, type LaidField } from './prompt-fields.ts';
import { cut } from './wrap.ts';

export interface Size {
  columns: number;
  rows: number;
}

/** What a person has done with a prompt so far, and what the clock says. */
export interface PromptState {
  /** First line of the list that is shown. */
  scroll: number;
  /** Keys answer now; before, what to press is not shown. */
  armed: boolean;
  /** Every line has been on the screen. */
  readToEnd: boolean;
  secondsLeft: number;
  /** What else waits. */
  waiting: string;
  /** What the last key did not do, and why. */
  note: string;
  /** What is typed so far, where a name has to be. */
  entry?: { challenge: Challenge; typed: string };
}

/** A line of the list: of a command, of what was measured about it, or what is hidden here. A mark names it for good. */
export type WindowLine =
  | ({ kind: 'command'; gutter: string; mark: string } & CommandLine)
  | { kind: 'fact'; text: string }
  | { kind: 'hidden'; text: string };

/** A prompt as plain data: every text escaped, every line cut to the width. Ink puts it in its places. */
export interface PromptLayout extends Size, Heading, Footer {
  colour: boolean;
  /** Who wants what; null where there is no room for it. */
  lead: string | null;
  window: readonly WindowLine[];
  fields: readonly LaidField[];
  /** What is to be typed and what was; empty where nothing is. */
  entry: readonly string[];
  /** Empty lines between the parts. */
  airy: boolean;
}

export interface LaidOut {
  layout: PromptLayout;
  /** Every line of every command, and how many lines the window takes. */
  list: readonly WindowLine[];
  height: number;
  /** No room for the command beside what is to be typed. */
  cramped: boolean;
}

/** The smallest screen with a prompt on it: a sign, keys, and some lines of the command. */
export const SMALLEST: Size = { columns: 20, rows: 6 };
/** From here on there are empty lines between the parts, and the keys have a line for notes above them. */
const AIRY_ROWS = 18;
const NOTE_ROWS = 8;
/** Of the list, beside a name that is typed. */
const FEWEST_LINES = 2;
/** The command's share before anything else is shown. */
const LINES_FIRST = 4;
const MARGIN = 1;

/** Puts a question on a screen: command and keys always, the rest by importance as far as there is room. Pure. */
export function layOut(
  content: PromptContent,
  state: PromptState,
  size: Size,
  colour: boolean,
): LaidOut {
  const { columns, rows } = size;
  const { entry: typing } = state;
  const entry = typing
    ? entryLines(typing.challenge, typing.typed, content.does, columns - 2 * MARGIN)
    : [];
  const airy = rows >= AIRY_ROWS + entry.length;
  const list = content.lines(listWidth(content, columns));
  const noteRows = rows >= NOTE_ROWS ? 1 : 0;
  // Heading and keys take a line each; air below the heading, below the lead, below the list.
  let room = rows - 2 - noteRows - (airy ? 3 : 0) - entry.length;
  const cramped = room < FEWEST_LINES;
  const lead = room > LINES_FIRST ? cut(content.lead, columns - 2 * MARGIN) : null;
  if (lead !== null) room--;
  const first = Math.min(list.length, LINES_FIRST, room);
  const fields = layOutFields(content.fields, columns - 2 * MARGIN, room - first);
  const height = Math.max(1, room - fields.reduce((sum, { lines }) => sum + lines.length, 0));
  const shown = listWindow(list.length, height, state.scroll);
  return {
    layout: {
      ...size,
      ...heading(content.sign, columns),
      ...footer(state, content, columns, list.length > height, noteRows > 0),
      colour,
      lead,
      window: windowLines(list, shown, columns),
      fields,
      entry,
      airy,
    },
    list,
    height,
    cramped,
  };
}

/** Columns of a list's line: less margins, and the numbers of commands where there are several. */
function listWidth(content: PromptContent, columns: number): number {
  return Math.max(2, columns - 2 * MARGIN - content.gutter);
}

function windowLines(
  list: readonly WindowLine[],
  { start, end, tail, above, below }: ListWindow,
  columns: number,
): WindowLine[] {
  const lines = list.slice(start, end);
  if (above + below > 0) {
    const parts = [
      above ? `↑ ${above} ${columns < 40 ? '' : 'lines '}above` : '',
      below ? `↓ ${below} ${columns < 40 ? '' : 'lines '}more` : '',
    ];
    const text = cut(parts.filter(Boolean).join(columns < 40 ? ' ' : ' · '), columns - 2 * MARGIN);
    const hidden: WindowLine = { kind: 'hidden', text };
    if (below) lines.push(hidden);
    else lines.unshift(hidden);
  }
  const last = list.at(-1);
  if (tail && last) lines.push(last);
  return lines;
}
