import { mergeRanges, withoutRanges, type Range } from '../range.ts';
import type { Tier } from './detector.ts';
import type { Finding } from './finding.ts';

const TIERS: readonly Tier[] = ['certain', 'likely', 'weak'];
/** What is left of a finding beside a surer one: shorter pieces say nothing. */
const SHORTEST_LEFT = 4;

/**
 * Spans in order and apart. Findings of one tier that overlap are one secret, named by the one of the highest rank, then
 * the longest. Of one that a surer one overlaps only the rest stays, as `weak`: it is still hidden, and the same secret is
 * not reported twice.
 */
export function resolveOverlaps(findings: readonly Finding[]): Finding[] {
  const spans: Finding[] = [];
  let rest: Finding[] = [];
  for (const tier of TIERS) {
    const holes = mergeRanges(spans);
    const own = [...findings.filter((finding) => finding.tier === tier), ...rest];
    const { apart, covered } = parted(own, holes);
    rest = joined(covered).flatMap((finding) => remainder(finding, holes));
    spans.push(...joined(tier === 'weak' ? [...apart, ...rest] : apart));
  }
  return spans.sort(byStart);
}

/** Those that none of `holes` touches, and the others. */
function parted(
  findings: Finding[],
  holes: readonly Range[],
): { apart: Finding[]; covered: Finding[] } {
  const apart: Finding[] = [];
  const covered: Finding[] = [];
  for (const finding of findings)
    if ((holes[firstBehind(holes, finding.start)]?.start ?? Infinity) < finding.end)
      covered.push(finding);
    else apart.push(finding);
  return { apart, covered };
}

/** The first of `holes` that ends behind `at`. */
function firstBehind(holes: readonly Range[], at: number): number {
  let low = 0;
  let high = holes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((holes[middle] as Range).end <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function remainder(finding: Finding, holes: readonly Range[]): Finding[] {
  const first = firstBehind(holes, finding.start);
  let last = first;
  while (last < holes.length && (holes[last] as Range).start < finding.end) last++;
  return withoutRanges(finding, holes.slice(first, last))
    .filter(({ start, end }) => end - start >= SHORTEST_LEFT)
    .map((piece) => ({ ...finding, ...piece, tier: 'weak' }));
}

/** Overlapping ones made one. */
function joined(findings: Finding[]): Finding[] {
  const out: Finding[] = [];
  let best: Finding | undefined;
  for (const finding of findings.sort(byStart)) {
    const last = out.at(-1);
    if (!last || !best || finding.start >= last.end) {
      out.push({ ...finding });
      best = finding;
      continue;
    }
    const end = Math.max(last.end, finding.end);
    if (isBetter(finding, best)) best = finding;
    out[out.length - 1] = { ...best, start: last.start, end };
  }
  return out;
}

/** The one that says most about a text as a whole. */
export function surest(findings: readonly Finding[]): Finding | undefined {
  let best: Finding | undefined;
  for (const finding of findings) {
    const tier = best ? TIERS.indexOf(best.tier) - TIERS.indexOf(finding.tier) : 1;
    if (!best || tier > 0 || (tier === 0 && isBetter(finding, best))) best = finding;
  }
  return best;
}

/** The last two lines: whatever order they were found in. */
function isBetter(a: Finding, b: Finding): boolean {
  if (a.rank !== b.rank) return a.rank > b.rank;
  const longer = a.end - a.start - (b.end - b.start);
  if (longer !== 0) return longer > 0;
  if (!a.encoding !== !b.encoding) return !a.encoding;
  return a.rule < b.rule;
}

const byStart = (a: Range, b: Range): number => a.start - b.start || b.end - a.end;
