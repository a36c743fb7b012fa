import type { PromptContent } from './prompt-content.ts';
import { keysFor, type PromptKey } from './prompt-keys.ts';
import type { PromptState } from './prompt-layout.ts';
import { steady } from './steady-text.ts';
import type { Sign } from './types.ts';
import { cut, textWidth } from './wrap.ts';

export interface Heading {
  /** The first line: guard's name, and the user's sign or why there is none. */
  bar: string;
  /** The words as they stand in it. */
  sign: string;
}

export interface Footer {
  /** What else waits, or what the last key did not do; null where it has no line. */
  note: string | null;
  keys: readonly PromptKey[];
  /** Columns between two keys. */
  gap: number;
  clock: string;
}

const TITLES = ['guard asks', 'guard'];
/** From here on keys stand further apart. */
const ROOMY = 60;

export function heading(sign: Sign, columns: number): Heading {
  const text = signText(sign);
  const [long = '', short = ''] = TITLES;
  const label = 'words' in sign ? 'your sign: ' : '';
  for (const [title, words] of [
    [long, label + text],
    [long, text],
    [short, text],
  ] as const)
    if (title.length + textWidth(words) + 4 <= columns) return barOf(` ${title}`, words, columns);
  // The sign before guard's own name: it is what nobody else can show.
  return barOf('', cut(text, columns - 2), columns);
}

function barOf(title: string, sign: string, columns: number): Heading {
  const gap = Math.max(0, columns - title.length - textWidth(sign) - 1);
  return { bar: `${title}${' '.repeat(gap)}${sign} `, sign };
}

export function footer(
  state: PromptState,
  content: PromptContent,
  columns: number,
  scrolls: boolean,
  hasNote: boolean,
): Footer {
  const clock = clockText(state.secondsLeft, columns);
  const gap = columns < ROOMY ? 2 : 3;
  const room = columns - clock.length - gap;
  const idle = !state.readToEnd || (content.tier !== 'confirm' && content.measuring);
  const keys = state.armed ? keysFor(content, idle, { room, gap, scrolls }) : [];
  const note = state.note || state.waiting;
  if (hasNote) return { note: cut(note, columns - 2), keys, gap, clock };
  // On a low screen a key that did nothing says so in place of the clock.
  return {
    note: null,
    keys,
    gap,
    clock: state.note ? (state.readToEnd ? 'not yet' : '↓ first') : clock,
  };
}

/** The sign as it stands in a heading, or that there is none. */
export function signText(sign: Sign): string {
  return 'words' in sign ? sign.words : `no sign: ${steady(sign.missing, 120)}`;
}

/** `1:05`, and what it is where there is room. */
function clockText(seconds: number, columns: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const time = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
  return columns >= 60 ? `${time} left` : time;
}
