import { lengthOf } from './command-lines.ts';
import { MOST_MEASURED } from './measure.ts';
import { commandOf } from './shape.ts';
import type { Subject } from './subject.ts';
import { tierOf } from './tiers.ts';
import type { Answer, Question } from './types.ts';

/** Somebody who waits for an answer. */
export interface Asker {
  /** As it is asked now, and as it came: refusals meanwhile raise its tier. */
  question: Question;
  asIs: Question;
  shape: string;
  /** When it asked, and when it is refused. */
  asked: number;
  until: number;
  timer: NodeJS.Timeout;
  settled: boolean;
  resolve(answer: Answer): void;
}

/** Characters of commands that one list holds: more is more than a person reads at once. */
const LIST_LIMIT = 64 * 1024;
/** After one more has joined a list that is shown, it stays as it is for this long, each time twice as long: a flood of asks must not keep a person from answering. Milliseconds. */
const STANDS = 1000;
const STANDS_AT_MOST = 16_000;

/** Askers of one shape that are one prompt: a list that others join and leave while it is shown. */
export class Group {
  readonly shape: string;
  readonly #listed: Asker[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #over = new AbortController();
  #joined = -Infinity;
  #stands = STANDS;

  constructor(shape: string) {
    this.shape = shape;
  }

  get listed(): readonly Asker[] {
    return this.#listed;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Takes as many from the front of `waiting` as the list holds, and returns them. */
  join(waiting: readonly Asker[], now: number): Asker[] {
    let room = LIST_LIMIT - this.#listed.reduce((sum, asker) => sum + sizeOf(asker), 0);
    const joining: Asker[] = [];
    const measured = new Set(this.#listed.map(({ question }) => commandOf(question)));
    for (const asker of waiting) {
      room -= sizeOf(asker);
      if (room < 0 && this.#listed.length + joining.length > 0) break;
      // What takes more than a key is allowed by what was measured of it: of so many and no more.
      const { question } = asker;
      if (tierOf(question) !== 'confirm' && measured.add(commandOf(question)).size > MOST_MEASURED)
        break;
      joining.push(asker);
    }
    if (joining.length === 0) return [];
    this.#listed.push(...joining);
    if (Number.isFinite(this.#joined)) this.#stands = Math.min(STANDS_AT_MOST, this.#stands * 2);
    this.#joined = now;
    this.#changed();
    return joining;
  }

  /** Milliseconds until another may join. */
  standsFor(now: number): number {
    return Math.max(0, this.#joined + this.#stands - now);
  }

  /** Ends the prompt with the last one. */
  leave(asker: Asker): void {
    const place = this.#listed.indexOf(asker);
    if (place < 0) return;
    this.#listed.splice(place, 1);
    if (this.#listed.length === 0) this.#over.abort(new Error('nobody is left to answer'));
    else this.#changed();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function sizeOf({ question: { argv, title } }: Asker): number {
  return lengthOf(argv ?? [title]);
}

/** A group as a prompt sees it. */
export function subjectOf(group: Group, waiting: Subject['waiting'], now: () => number): Subject {
  return {
    listed: () => group.listed.map(({ question }) => question),
    waiting,
    secondsLeft: () => (Math.min(...group.listed.map(({ until }) => until)) - now()) / 1000,
    onChange: (listener) => group.onChange(listener),
    signal: group.signal,
  };
}
