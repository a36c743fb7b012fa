import type { Match, SecretSpan, Tier } from './detector.ts';

/** Before overlaps are resolved. */
export interface Finding extends SecretSpan {
  rank: number;
}

/** Nothing where a match is empty or lies outside the text it was found in, which begins at `base` and has `length`. */
export function findingOf(
  match: Match,
  finder: { id: string; tier: Tier },
  rank: number,
  base: number,
  length: number,
): Finding | null {
  const start = Math.max(0, match.start);
  const end = Math.min(length, match.end);
  if (!(start < end)) return null;
  const { rule = finder.id, tier = finder.tier } = match;
  return { rule, tier, start: base + start, end: base + end, rank };
}
