import { glob } from './glob.ts';
import type { Action } from './types.ts';

/**
 * Of several targets in one (`a, b`) an allow needs all of them, a refusal one. Services differ about case, so a refusal does
 * not look at it; and what was cut off at the end may be what it names.
 */
export function compileTarget(pattern: string, action: Action): (target: string) => boolean {
  if (action === 'allow') {
    const is = glob(pattern);
    return (target) => !target.endsWith('…') && target.split(', ').every(is);
  }
  const is = glob(pattern.toLowerCase());
  return (target) => {
    const folded = target.toLowerCase();
    return is(folded) || target.endsWith('…') || folded.split(', ').some(is);
  };
}
