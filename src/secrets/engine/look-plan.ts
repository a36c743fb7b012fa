import type { Detector } from './detector.ts';

/** Detectors that look at a word in the same way: one piece of text serves them all. */
export interface Looks {
  before: number;
  after: number;
  boundedBefore: boolean;
  boundedAfter: boolean;
  detectors: readonly Detector[];
}

/** Which detectors each word calls, by numbers alone, so that a file can hold it. */
export interface LookNumbers {
  /** The farthest that any detector looks, in bytes from where its word begins. */
  before: number;
  after: number;
  /** By word, as the table has them. */
  lengths: Uint16Array;
  /** 1 for words behind which a text is escaped. */
  escapes: Uint8Array;
  /** The ways in which word `w` is looked at: rows `waysAt[w]` up to, not including, `waysAt[w + 1]`, of `ways`. */
  waysAt: Uint32Array;
  /** Rows of {@link WAY} numbers: before, after, {@link BOUNDED_BEFORE} and the like, the first of its `detectors`. */
  ways: Uint32Array;
  /** Indices; those of a way end where the next one's begin. */
  detectors: Uint16Array;
}

const WAY = 4;
const BOUNDED_BEFORE = 1;
const BOUNDED_AFTER = 2;

const SHORTEST_WORD = 3;

/** What each word calls. Detectors are asked for when one of their words is first met: a file meets few of thousands. */
export class LookPlan {
  readonly before: number;
  readonly after: number;
  readonly lengths: Uint16Array;
  readonly escapes: Uint8Array;
  readonly #numbers: LookNumbers;
  readonly #detectorAt: (index: number) => Detector;
  readonly #looks: (readonly Looks[] | undefined)[] = [];

  constructor(numbers: LookNumbers, detectorAt: (index: number) => Detector) {
    ({
      before: this.before,
      after: this.after,
      lengths: this.lengths,
      escapes: this.escapes,
    } = numbers);
    this.#numbers = numbers;
    this.#detectorAt = detectorAt;
  }

  looksAt(word: number): readonly Looks[] {
    return (this.#looks[word] ??= this.#madeFor(word));
  }

  #madeFor(word: number): Looks[] {
    const { waysAt, ways, detectors } = this.#numbers;
    const made: Looks[] = [];
    for (let row = waysAt[word] as number; row < (waysAt[word + 1] as number); row++) {
      const [before = 0, after = 0, bounds = 0, from = 0] = ways.subarray(row * WAY);
      const to = ways[(row + 2) * WAY - 1];
      made.push({
        before,
        after,
        boundedBefore: (bounds & BOUNDED_BEFORE) !== 0,
        boundedAfter: (bounds & BOUNDED_AFTER) !== 0,
        detectors: Array.from(detectors.subarray(from, to), this.#detectorAt),
      });
    }
    return made;
  }
}

/**
 * @param escapes words behind which a text is escaped
 * @returns the words, in lower case, each once, and what they call
 */
export function planLooks(
  detectors: readonly Detector[],
  escapes: readonly string[],
): { words: string[]; numbers: LookNumbers } {
  const indices = new Map<string, number>();
  const looks: Map<string, Way>[] = [];
  const indexOf = (word: string): number => {
    const lower = word.toLowerCase();
    const known = indices.get(lower);
    if (known !== undefined) return known;
    indices.set(lower, looks.length);
    return looks.push(new Map()) - 1;
  };
  for (const [index, { id, reach, bounded, words }] of detectors.entries()) {
    const bounds = (bounded?.before ? BOUNDED_BEFORE : 0) | (bounded?.after ? BOUNDED_AFTER : 0);
    const numbers = [reach.before, reach.after, bounds] as const;
    for (const word of words) {
      if (word.length < SHORTEST_WORD) throw new Error(`${id}: the word "${word}" is too short`);
      const ways = looks[indexOf(word)] as Map<string, Way>;
      const same = ways.get(numbers.join(' '));
      if (!same) ways.set(numbers.join(' '), { numbers, detectors: [index] });
      else if (same.detectors.at(-1) !== index) same.detectors.push(index);
    }
  }
  const escaped = new Set(escapes.map(indexOf));
  const words = [...indices.keys()];
  return {
    words,
    numbers: {
      before: detectors.reduce((most, { reach }) => Math.max(most, reach.before), 0),
      after: detectors.reduce((most, { reach }) => Math.max(most, reach.after), 0),
      lengths: Uint16Array.from(words, (word) => word.length),
      escapes: Uint8Array.from(words, (_, index) => +escaped.has(index)),
      ...inRows(looks.map((ways) => [...ways.values()])),
    },
  };
}

interface Way {
  numbers: readonly [before: number, after: number, bounds: number];
  detectors: number[];
}

function inRows(looks: readonly Way[][]): Pick<LookNumbers, 'waysAt' | 'ways' | 'detectors'> {
  const waysAt = [0];
  const ways: number[] = [];
  const detectors: number[] = [];
  for (const list of looks) {
    for (const way of list) {
      ways.push(...way.numbers, detectors.length);
      detectors.push(...way.detectors);
    }
    waysAt.push(ways.length / WAY);
  }
  // A row that says where the last one's detectors end.
  ways.push(0, 0, 0, detectors.length);
  return {
    waysAt: Uint32Array.from(waysAt),
    ways: Uint32Array.from(ways),
    detectors: Uint16Array.from(detectors),
  };
}
