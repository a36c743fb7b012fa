import type { SecretSpan, Tier } from '../secrets/engine/detector.ts';
import type { Finding } from './scan-record.ts';
import type { FoundSecret } from './walk.ts';

/** Kinds that one file is said to hold; more say nothing further about it. */
const KINDS = 16;
const ORDER: readonly Tier[] = ['certain', 'likely', 'weak'];

/** The surest first, each kind once. */
export function findingsOf(spans: readonly SecretSpan[]): Finding[] {
  const kinds = new Map<string, Finding>();
  for (const { rule, tier } of spans) {
    const known = kinds.get(rule);
    if (!known || ORDER.indexOf(tier) < ORDER.indexOf(known.tier)) kinds.set(rule, { rule, tier });
  }
  return [...kinds.values()]
    .sort((a, b) => ORDER.indexOf(a.tier) - ORDER.indexOf(b.tier))
    .slice(0, KINDS);
}

/** @param findings the surest first */
export function coverOf(path: string, findings: readonly Finding[]): FoundSecret {
  return { path, kind: 'spans', pattern: findings[0]?.rule ?? 'secret' };
}

export function isWeak(findings: readonly Finding[]): boolean {
  return findings.every(({ tier }) => tier === 'weak');
}
