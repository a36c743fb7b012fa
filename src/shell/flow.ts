import type { PipelineNode } from 'unbash';
import { UNRESOLVED } from '../policy/types.ts';
import type { Environment } from './environment.ts';

/** `exit`, `return`, `die …` at its end: what follows is never met on this way. */
export function leaves(node: PipelineNode): boolean {
  if (node.type === 'Command')
    return /^(?:exit|return|continue|break|die|fail|abort|usage)$/.test(node.name?.value ?? '');
  if (node.type !== 'BraceGroup') return false;
  const last = node.body.commands.at(-1)?.command;
  return last !== undefined && last.type !== 'AndOr' && leaves(last);
}

/** What stands behind `&&` may not have run: a value that it has replaced is not known any more. */
export function forgetReplaced(
  before: ReadonlyMap<string, string>,
  { variables }: Environment,
): void {
  for (const [name, value] of before)
    if (variables.get(name) !== value && name !== 'PWD' && name !== 'OLDPWD')
      variables.set(name, UNRESOLVED);
}
