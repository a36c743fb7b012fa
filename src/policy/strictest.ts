import { ACTIONS, TIERS, type Action, type Tier, type Verdict } from './types.ts';

/** Positive when `a` is stricter than `b`. */
export function compareActions(a: Action, b: Action): number {
  return ACTIONS.indexOf(a) - ACTIONS.indexOf(b);
}

/** Positive when `a` is stricter than `b`: of two that ask, the one that is harder to confirm. */
export function compareVerdicts<T extends { action: Action; tier?: Tier }>(a: T, b: T): number {
  const hardness = ({ tier = 'confirm' }: T) => TIERS.indexOf(tier);
  const differ = compareActions(a.action, b.action);
  return differ !== 0 || a.action !== 'ask' ? differ : hardness(a) - hardness(b);
}

/** The strictest; of equals the first. */
export function strictest<T extends { action: Action; tier?: Tier }>(first: T, ...others: T[]): T {
  return others.reduce(
    (worst, other) => (compareVerdicts(other, worst) > 0 ? other : worst),
    first,
  );
}

/** A person wrote that this command may run: what it starts elsewhere is part of what they allowed. */
export function isAllowedByName({ action, source }: Pick<Verdict, 'action' | 'source'>): boolean {
  return action === 'allow' && source.layer !== 'default';
}
