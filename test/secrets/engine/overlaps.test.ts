import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Tier } from '../../../src/secrets/engine/detector.ts';
import type { Finding } from '../../../src/secrets/engine/finding.ts';
import { resolveOverlaps } from '../../../src/secrets/engine/overlaps.ts';

const TIERS: readonly Tier[] = ['certain', 'likely', 'weak'];
const finding = (rule: string, tier: Tier, start: number, end: number, rank = 0): Finding => ({
  rule,
  tier,
  start,
  end,
  rank,
});
const resolved = (...findings: Finding[]): string[] =>
  resolveOverlaps(findings).map(({ rule, tier, start, end }) => `${rule} ${tier} ${start}-${end}`);

it('names what is one secret by who knows most of it', () => {
  expect(resolved(finding('a', 'likely', 0, 20, 0), finding('b', 'likely', 5, 15, 2))).toEqual([
    'b likely 0-20',
  ]);
  expect(resolved(finding('a', 'likely', 0, 9, 1), finding('b', 'likely', 5, 25, 1))).toEqual([
    'b likely 0-25',
  ]);
  expect(resolved(finding('b', 'weak', 0, 9), finding('a', 'weak', 0, 9))).toEqual(['a weak 0-9']);
});

it('leaves what touches apart', () => {
  expect(resolved(finding('b', 'likely', 9, 20), finding('a', 'likely', 0, 9))).toEqual([
    'a likely 0-9',
    'b likely 9-20',
  ]);
});

it('keeps the rest of what a surer one overlaps, to be hidden only', () => {
  expect(
    resolved(finding('whole', 'likely', 0, 40), finding('part', 'certain', 10, 20, 2)),
  ).toEqual(['whole weak 0-10', 'part certain 10-20', 'whole weak 20-40']);
  expect(
    resolved(finding('whole', 'likely', 7, 23), finding('part', 'certain', 10, 20, 2)),
  ).toEqual(['part certain 10-20']);
});

const FINDINGS = fc.array(
  fc
    .record({
      rule: fc.constantFrom('a', 'b', 'c'),
      tier: fc.constantFrom(...TIERS),
      start: fc.nat({ max: 60 }),
      length: fc.integer({ min: 1, max: 30 }),
      rank: fc.nat({ max: 3 }),
    })
    .map(({ rule, tier, start, length, rank }) => finding(rule, tier, start, start + length, rank)),
  { maxLength: 14 },
);

it('covers what was found, each place by the surest, whatever the order', () => {
  fc.assert(
    fc.property(FINDINGS, fc.integer(), (findings, seed) => {
      const spans = resolveOverlaps(findings);
      let before = 0;
      for (const { start, end } of spans) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThan(start);
        before = end;
      }
      for (let at = 0; at < 100; at++) {
        const here = findings.filter(({ start, end }) => start <= at && at < end);
        const certain = here.some(({ tier }) => tier === 'certain');
        const span = spans.find(({ start, end }) => start <= at && at < end);
        if (certain) expect(span?.tier).toBe('certain');
        else if (span) expect(span.tier).not.toBe('certain');
        if (here.length === 0) expect(span).toBeUndefined();
        // Only the shortest pieces beside a surer one are left.
        if (here.length > 0 && !span)
          expect(spans.some(({ start, end }) => start <= at + 4 && at - 4 < end)).toBe(true);
      }
      const shuffled = [...findings].sort(
        (a, b) => Math.sin(seed + a.start) - Math.sin(seed + b.end),
      );
      expect(resolveOverlaps(shuffled)).toEqual(spans);
    }),
    { numRuns: 1000 },
  );
});

it('gives its own result back', () => {
  fc.assert(
    fc.property(FINDINGS, (findings) => {
      const spans = resolveOverlaps(findings);
      expect(resolveOverlaps(spans)).toEqual(spans);
    }),
  );
});
