import type { Operation } from './types.ts';

/** An operation and what it acts on, as one text; not escaped. A route by its path names that already. */
export function operationText({ name, target }: Pick<Operation, 'name' | 'target'>): string {
  return target === null || name.endsWith(` ${target}`) ? name : `${name} ${target}`;
}
