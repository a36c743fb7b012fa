import type { Tier } from '../policy/types.ts';
import type { Question } from './types.ts';

/** How a question is answered: a tier that asks. */
export type AskedTier = Exclude<Tier, 'log'>;

const ORDER: readonly AskedTier[] = ['confirm', 'review', 'type'];

export function tierOf({ verdict: { tier } }: Pick<Question, 'verdict'>): AskedTier {
  return tier === undefined || tier === 'log' ? 'confirm' : tier;
}

/** Of a group. */
export function strictestTier(questions: readonly Question[]): AskedTier {
  return ORDER[Math.max(0, ...questions.map((each) => ORDER.indexOf(tierOf(each))))] ?? 'type';
}

/** The tier that many steps above, or null where there are not so many. */
export function raisedTier(tier: AskedTier, steps: number): AskedTier | null {
  return ORDER[ORDER.indexOf(tier) + steps] ?? null;
}

/** Steps from a tier to the top. */
export function stepsToTop(tier: AskedTier): number {
  return ORDER.length - 1 - ORDER.indexOf(tier);
}
