/** A piece of a text, `start` included, `end` not. */
export interface Range {
  start: number;
  end: number;
}

/** In order, touching and overlapping ones made one, empty ones left out. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const sorted = ranges.filter((r) => r.end > r.start).sort((a, b) => a.start - b.start);
  const out: Range[] = [];
  for (const { start, end } of sorted) {
    const last = out.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else out.push({ start, end });
  }
  return out;
}

/** What is left of `range` after taking away each of `holes`. */
export function withoutRanges(range: Range, holes: readonly Range[]): Range[] {
  const out: Range[] = [];
  let at = range.start;
  for (const hole of holes) {
    if (hole.end <= at || hole.start >= range.end) continue;
    out.push({ start: at, end: hole.start });
    at = hole.end;
  }
  out.push({ start: at, end: range.end });
  return out.filter((r) => r.end > r.start);
}
