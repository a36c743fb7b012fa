import type { Waiting } from './prompt-content.ts';
import type { AskedTier } from './tiers.ts';
import type { PromptScreen, Question, Sign } from './types.ts';

/** What a prompt is about, as it is now: questions of one shape, which come and go while it is shown. */
export interface Subject {
  /** Those a yes would allow; at least one, until `signal` aborts. */
  listed(): readonly Question[];
  waiting(): Waiting;
  /** Until the first of them is refused because nobody answered. */
  secondsLeft(): number;
  /** Calls `listener` when the list is another one, until the returned function is called. */
  onChange(listener: () => void): () => void;
  /** Aborts when there is nobody left to answer. */
  signal: AbortSignal;
}

/** How a prompt ended. `listed`: what was on the list that was answered, by their ids. */
export interface Pressed {
  key: 'yes' | 'keep' | 'no' | 'deny-all' | 'hang-up';
  listed: readonly number[];
}

export interface Prompter {
  screen: PromptScreen;
  subject: Subject;
  sign: Sign;
}

/** What is shown stands this long without a key typed before a key can answer it. Milliseconds. */
const SETTLE = 250;
/** And this long where a command has joined those a person may have read already. Milliseconds. */
const SETTLE_JOINED = 1000;
/** What Enter runs stands longer: it is what ends any text a person may be writing. Milliseconds. */
const SETTLE_REVIEW = 1000;

export function settleFor(tier: AskedTier, joined: boolean): number {
  if (tier === 'review') return SETTLE_REVIEW;
  return joined ? SETTLE_JOINED : SETTLE;
}

export const BELL = '\x07';

/** Questions are never empty while a prompt is open; when the last one goes, its signal aborts. */
export function listedOf(subject: Subject): [Question, ...Question[]] {
  const [first, ...rest] = subject.listed();
  if (!first) throw new Error('nobody is left to answer');
  return [first, ...rest];
}

/** A signal that aborts when the subject's does, or when `changed` is called. */
export function attemptOf(subject: Subject): {
  signal: AbortSignal;
  changed: () => void;
  end: () => void;
} {
  const attempt = new AbortController();
  const changed = (): void => attempt.abort(new Error('the question changed'));
  const stop = (): void => attempt.abort(subject.signal.reason);
  if (subject.signal.aborted) stop();
  subject.signal.addEventListener('abort', stop);
  return {
    signal: attempt.signal,
    changed,
    end: () => subject.signal.removeEventListener('abort', stop),
  };
}
