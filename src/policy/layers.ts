import { strictest } from './strictest.ts';
import type { Action, LayerName, Tier } from './types.ts';

/** What one layer says. */
export interface LayerOpinion {
  action: Action;
  tier?: Tier;
  /** False when it speaks of part of the command only: then it may tighten what lies below, not override it. */
  whole: boolean;
}

/**
 * How layers meet. Defaults give way to the user's file, either way. The repository's only tightens until a human
 * trusted that content; then it overrides defaults, never what the user said. The organisation's is compared last, and
 * nothing loosens it.
 */
export function meetLayers<T extends LayerOpinion>(
  opinions: Partial<Record<LayerName, T>>,
  repositoryTrusted: boolean,
): T | undefined {
  const { default: base, user, repository, organisation } = opinions;
  let result = base;
  if (user) result = overrides(user, base);
  if (repository)
    result = repositoryTrusted && !user ? overrides(repository, base) : tighten(result, repository);
  return organisation ? tighten(result, organisation) : result;
}

function overrides<T extends LayerOpinion>(upper: T, lower: T | undefined): T {
  return upper.whole || !lower ? upper : strictest(lower, upper);
}

/** An allow of a layer that may only tighten says nothing. */
function tighten<T extends LayerOpinion>(lower: T | undefined, upper: T): T | undefined {
  if (upper.action === 'allow') return lower;
  return lower ? strictest(lower, upper) : upper;
}
