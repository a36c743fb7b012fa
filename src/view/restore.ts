import type { Range } from '../secrets/range.ts';

/** What stands in a stand-in for what is in the file, as bytes. Both are as long as each other. */
export interface Pair {
  real: Buffer;
  placeholder: Buffer;
}

export interface Restored {
  bytes: Buffer;
  /** Where in it a real value was put back, in order. */
  at: Range[];
}

/**
 * Puts the real value back wherever one of the placeholders stands, however often. Where two could be meant the longer one
 * is; everything else stays as it is, byte for byte.
 */
export function restore(bytes: Buffer, pairs: readonly Pair[]): Restored {
  const out = Buffer.from(bytes);
  const at: Range[] = [];
  let end = 0;
  for (const { start, pair } of found(bytes, pairs)) {
    if (start < end) continue;
    pair.real.copy(out, start);
    end = start + pair.real.length;
    at.push({ start, end });
  }
  return { bytes: out, at };
}

/** Every place of every placeholder, by start, the longer first. */
function found(bytes: Buffer, pairs: readonly Pair[]): { start: number; pair: Pair }[] {
  const hits: { start: number; pair: Pair }[] = [];
  for (const pair of pairs) {
    if (pair.placeholder.length === 0) continue;
    for (let start = bytes.indexOf(pair.placeholder); start >= 0;) {
      hits.push({ start, pair });
      start = bytes.indexOf(pair.placeholder, start + 1);
    }
  }
  return hits.sort((a, b) => a.start - b.start || b.pair.real.length - a.pair.real.length);
}
