import type { Detector } from './detector.ts';

/** Detectors that look at a word in the same way: one piece of text serves them all. */
export interface Looks {
  before: number;
  after: number;
  boundedBefore: boolean;
  boundedAfter: boolean;
  detectors: Detector[];
}

export interface LookPlan {
  /** As the table has them. */
  words: string[];
  /** By index in `words`. */
  lengths: number[];
  looks: Looks[][];
  escapes: boolean[];
  /** The farthest that any detector looks, in bytes from where its word begins. */
  before: number;
  after: number;
}

const SHORTEST_WORD = 3;

/** @param escapes words behind which a text is escaped */
export function planLooks(detectors: readonly Detector[], escapes: readonly string[]): LookPlan {
  const indices = new Map<string, number>();
  const looks: Map<string, Looks>[] = [];
  const indexOf = (word: string): number => {
    const lower = word.toLowerCase();
    const known = indices.get(lower);
    if (known !== undefined) return known;
    indices.set(lower, looks.length);
    return looks.push(new Map()) - 1;
  };
  let before = 0;
  let after = 0;
  for (const detector of detectors) {
    const { id, reach, bounded, words } = detector;
    const { before: boundedBefore = false, after: boundedAfter = false } = bounded ?? {};
    const way = `${reach.before} ${reach.after} ${boundedBefore} ${boundedAfter}`;
    before = Math.max(before, reach.before);
    after = Math.max(after, reach.after);
    for (const word of words) {
      if (word.length < SHORTEST_WORD) throw new Error(`${id}: the word "${word}" is too short`);
      const ways = looks[indexOf(word)] as Map<string, Looks>;
      const same = ways.get(way);
      if (!same) ways.set(way, { ...reach, boundedBefore, boundedAfter, detectors: [detector] });
      else if (same.detectors.at(-1) !== detector) same.detectors.push(detector);
    }
  }
  const escaped = new Set(escapes.map(indexOf));
  const words = [...indices.keys()];
  return {
    words,
    lengths: words.map((word) => word.length),
    looks: looks.map((ways) => [...ways.values()]),
    escapes: words.map((_, index) => escaped.has(index)),
    before,
    after,
  };
}
