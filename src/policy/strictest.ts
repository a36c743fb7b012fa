import { ACTIONS, type Action } from './types.ts';

/** Positive when `a` is stricter than `b`. */
export function compareActions(a: Action, b: Action): number {
  return ACTIONS.indexOf(a) - ACTIONS.indexOf(b);
}

/** The strictest; of equals the first. */
export function strictest<T extends { action: Action }>(first: T, ...others: T[]): T {
  return others.reduce(
    (worst, other) => (compareActions(other.action, worst.action) > 0 ? other : worst),
    first,
  );
}
