import type { Tier } from '../engine/detector.ts';
import { pathTraits, tierAt } from '../values/paths.ts';

/** The last answer: a scan asks for one file many times in a row. */
let last: { path: string; foreign: boolean } = { path: '', foreign: false };

/**
 * The tier of a kind of a provider's in such a file. What a program has drawn, and has the shape and the name of that kind, is
 * as likely a real one in a test, a document or a bundle as elsewhere; only in somebody else's code it is somebody else's.
 */
export function tierIn(path: string, tier: Tier, drawn: boolean): Tier | undefined {
  if (!drawn || tier === 'weak' || isForeign(path)) return tierAt(path, tier);
  return tier;
}

function isForeign(path: string): boolean {
  if (last.path !== path) {
    const { dependency, lock, localisation } = pathTraits(path);
    last = { path, foreign: dependency || lock || localisation };
  }
  return last.foreign;
}
