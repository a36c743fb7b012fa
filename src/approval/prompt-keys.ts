import type { PromptContent } from './prompt-content.ts';
import { textWidth } from './wrap.ts';

export interface PromptKey {
  key: string;
  does: string;
  /** It would answer nothing now. */
  idle?: boolean;
}

export interface KeyRoom {
  room: number;
  gap: number;
  /** The list is longer than its window. */
  scrolls: boolean;
}

const ALL = 'deny all such asks from now on';
/** What keys do, from the longest wording to the shortest: the first that fits. `y n d ↑↓` fits everywhere. */
const LETTERS = [
  {
    yes: 'allow once',
    keep: 'allow exactly this from now on',
    n: 'n, Enter',
    no: 'deny',
    all: ALL,
    move: 'scroll',
  },
  { yes: 'allow once', keep: 'always this', n: 'n, Enter', no: 'deny', all: ALL, move: 'scroll' },
  {
    yes: 'allow once',
    keep: 'always this',
    n: 'n, Enter',
    no: 'deny',
    all: 'deny from now on',
    move: 'scroll',
  },
  { yes: 'allow once', keep: 'always this', n: 'n', no: 'deny', all: 'deny from now on', move: '' },
  { yes: 'allow once', keep: 'always this', n: 'n', no: 'deny', all: 'deny all', move: '' },
  { yes: 'allow', keep: 'always', n: 'n', no: 'deny', all: 'deny all', move: '' },
  { yes: '', keep: '', n: 'n', no: '', all: '', move: '' },
] as const;
const ENTER = [
  { key: 'Enter', no: 'refuses', all: ALL, move: 'scroll' },
  { key: 'Enter', no: 'refuses', all: 'deny from now on', move: 'scroll' },
  { key: 'Enter', no: 'refuses', all: 'deny all', move: '' },
  { key: '↵', no: '', all: '', move: '' },
] as const;
const TYPED = [
  { key: 'Enter', no: 'refuses', move: 'scroll' },
  { key: '↵', no: '', move: '' },
] as const;

/** The keys of a prompt as they are named where there is so much room. */
export function keysFor(
  content: Pick<PromptContent, 'tier' | 'does' | 'keeps'>,
  idle: boolean,
  { room, gap, scrolls }: KeyRoom,
): PromptKey[] {
  const options = optionsFor(content, idle).map(({ keys, move }) =>
    scrolls ? [...keys, { key: '↑↓', does: move }] : keys,
  );
  return options.find((keys) => widthOf(keys, gap) <= room) ?? options.at(-1) ?? [];
}

function optionsFor(
  { tier, does: [does], keeps }: Pick<PromptContent, 'tier' | 'does' | 'keeps'>,
  idle: boolean,
): { keys: PromptKey[]; move: string }[] {
  if (tier === 'confirm')
    return LETTERS.map(({ yes, keep, n, no, all, move }) => ({
      keys: [
        { key: 'y', does: yes, idle },
        ...(keeps ? [{ key: 'a', does: keep, idle }] : []),
        { key: n, does: no },
        { key: 'd', does: all },
      ],
      move,
    }));
  const enter = (key: string, no: string): PromptKey => ({ key, does: no && does, idle });
  if (tier === 'review')
    return ENTER.map(({ key, no, all, move }) => ({
      keys: [enter(key, no), { key: 'n', does: no }, { key: 'd', does: all }],
      move,
    }));
  return TYPED.map(({ key, no, move }) => ({
    keys: [enter(key, no), { key: 'Esc', does: no }],
    move,
  }));
}

/** Columns that keys take, with a margin. */
export function widthOf(keys: readonly PromptKey[], gap: number): number {
  return keys.reduce(
    (sum, { key, does }, index) =>
      sum + textWidth(key) + (does ? textWidth(does) + 1 : 0) + (index ? gap : 0),
    1,
  );
}
