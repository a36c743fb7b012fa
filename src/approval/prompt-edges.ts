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

export interface PromptKey {
  key: string;
  does: string;
  /** It would answer nothing now. */
  idle?: boolean;
}

export interface Footer {
  /** What else waits, or what the last key did not do; null where it has no line. */
  note: string | null;
  keys: readonly PromptKey[];
  /** Columns between two keys. */
  gap: number;
  clock: string;
}

/** From the longest to the shortest: the first that fits. `y n d ↑↓` fits everywhere. */
const WORDINGS: readonly (readonly [y: string, no: string, n: string, d: string, move: string])[] =
  [
    ['allow once', 'n, Enter', 'deny', 'deny all such asks from now on', 'scroll'],
    ['allow once', 'n, Enter', 'deny', 'deny from now on', 'scroll'],
    ['allow once', 'n', 'deny', 'deny from now on', ''],
    ['allow', 'n', 'deny', 'deny all', ''],
    ['', 'n', '', '', ''],
  ];
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
  columns: number,
  scrolls: boolean,
  hasNote: boolean,
): Footer {
  const clock = clockText(state.secondsLeft, columns);
  const gap = columns < ROOMY ? 2 : 3;
  const room = columns - clock.length - gap;
  const keys = state.armed ? keysFor(room, gap, state.readToEnd, scrolls) : [];
  const note = state.note || state.waiting;
  if (hasNote) return { note: cut(note, columns - 2), keys, gap, clock };
  // On a low screen a key that did nothing says so in place of the clock.
  return { note: null, keys, gap, clock: state.note ? '↓ first' : clock };
}

function keysFor(room: number, gap: number, readToEnd: boolean, scrolls: boolean): PromptKey[] {
  const options = WORDINGS.map(([allow, no, deny, denyAll, move]) => [
    { key: 'y', does: allow, idle: !readToEnd },
    { key: no, does: deny },
    { key: 'd', does: denyAll },
    ...(scrolls ? [{ key: '↑↓', does: move }] : []),
  ]);
  return options.find((keys) => widthOf(keys, gap) <= room) ?? options.at(-1) ?? [];
}

/** Columns that keys take, with a margin. */
export function widthOf(keys: readonly PromptKey[], gap: number): number {
  return keys.reduce(
    (sum, { key, does }, index) =>
      sum + textWidth(key) + (does ? textWidth(does) + 1 : 0) + (index ? gap : 0),
    1,
  );
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
