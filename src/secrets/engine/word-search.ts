import type { WordTable } from './word-table.ts';

/** Pairs of the place behind a word and the state that says which words end there. */
export interface Places {
  list: Uint32Array;
  /** Entries in use: twice the pairs. */
  length: number;
}

/**
 * Looks for words in `bytes` from `start` to `end` until `places` is full. Returns where it stopped: `end`, or the place to
 * go on from in the returned state.
 */
export function searchWords(
  table: WordTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  state: number,
  places: Places,
): { at: number; state: number } {
  const { columns, shift, next, firstHit } = table;
  const { list } = places;
  const room = list.length;
  let used = 0;
  let at = start;
  for (; at < end && used < room; at++) {
    state = next[(state << shift) | (columns[bytes[at] as number] as number)] as number;
    if (state >= firstHit) {
      list[used] = at + 1;
      list[used + 1] = state;
      used += 2;
    }
  }
  places.length = used;
  return { at, state };
}
