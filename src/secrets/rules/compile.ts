import type { Detector } from '../engine/detector.ts';
import { checkLinear } from './linear.ts';
import { nearDetector } from './near-detector.ts';
import type { CompactRule, SecretRule } from './rule-format.ts';
import { tokenDetector } from './token-detector.ts';

/** Expressions are compiled when a word of the rule is first met. */
export function compileRule(rule: CompactRule): Detector {
  return rule.by === 'token' ? tokenDetector(rule) : nearDetector(rule);
}

/** What scanning needs of a rule. @throws SetError where its pattern does not hold what patterns must */
export function compactRule(rule: SecretRule, provider: string): CompactRule {
  const { by, words, everyday, pattern, alphabet, length, before, within, needs } = rule;
  const { checksum, entropy, tier } = rule;
  return {
    id: `${provider}.${rule.id}`,
    by,
    words,
    everyday,
    pattern,
    alphabet,
    length,
    before,
    within,
    needs,
    checksum,
    entropy,
    tier,
    longest: longest(rule),
  };
}

function longest({ by, words, pattern, length }: SecretRule): number {
  if (pattern) return checkLinear(pattern).longest;
  const body = length?.[1] ?? 0;
  return by === 'near' ? body : body + Math.max(...words.map((word) => word.length));
}
