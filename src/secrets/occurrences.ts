import type { Range } from './range.ts';

/** Shorter values are found in too many innocent places. */
export const SHORTEST_FOUND = 4;

/** Every place where one of `values` (of four characters or more) stands in `text`; linear in the text for few values. */
export function occurrences(text: string, values: Iterable<string>): Range[] {
  const byStart = new Map<string, string[]>();
  for (const value of new Set(values)) {
    if (value.length < SHORTEST_FOUND) continue;
    const start = value.slice(0, SHORTEST_FOUND);
    const list = byStart.get(start);
    if (list) list.push(value);
    else byStart.set(start, [value]);
  }
  const ranges: Range[] = [];
  for (let at = 0; at + SHORTEST_FOUND <= text.length; at++) {
    const list = byStart.get(text.slice(at, at + SHORTEST_FOUND));
    for (const value of list ?? [])
      if (text.startsWith(value, at)) ranges.push({ start: at, end: at + value.length });
  }
  return ranges;
}
