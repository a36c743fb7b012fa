import type { Range } from '../secrets/range.ts';

/** What stands in a stand-in for what is in the file, as bytes. Both are as long as each other. */
export interface Pair {
  real: Buffer;
  placeholder: Buffer;
}

/** Bytes that are gone through, all pairs taken together. */
export const MOST_WORK = 4 * 1024 ** 3;
/** Nobody writes so many; each takes some hundred bytes while it is dealt with. */
export const MOST_PLACES = 500_000;

export interface Restored {
  bytes: Buffer;
  /** Where in it a real value was put back, in order. */
  at: Range[];
}

/**
 * Puts the real value back wherever one of the placeholders stands, however often. Where two could be meant the longer one
 * is; everything else stays as it is, byte for byte. Null where that would take too long or too much memory.
 */
export function restore(bytes: Buffer, pairs: readonly Pair[]): Restored | null {
  if (pairs.length * bytes.length > MOST_WORK) return null;
  const hits = found(bytes, pairs);
  if (!hits) return null;
  const out = Buffer.from(bytes);
  const at: Range[] = [];
  let end = 0;
  for (const { start, pair } of hits) {
    if (start < end) continue;
    pair.real.copy(out, start);
    end = start + pair.real.length;
    at.push({ start, end });
  }
  return { bytes: out, at };
}

/** Every place of every placeholder, by start, the longer first; null where there are too many. */
function found(bytes: Buffer, pairs: readonly Pair[]): { start: number; pair: Pair }[] | null {
  const hits: { start: number; pair: Pair }[] = [];
  for (const pair of pairs) {
    if (pair.placeholder.length === 0) continue;
    for (let start = bytes.indexOf(pair.placeholder); start >= 0;) {
      if (hits.push({ start, pair }) > MOST_PLACES) return null;
      start = bytes.indexOf(pair.placeholder, start + 1);
    }
  }
  return hits.sort((a, b) => a.start - b.start || b.pair.real.length - a.pair.real.length);
}
