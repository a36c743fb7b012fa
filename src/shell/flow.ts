import type { CompoundList, PipelineNode } from 'unbash';
import { UNRESOLVED } from '../policy/types.ts';
import type { Environment } from './environment.ts';
import { joined, NOTHING_PRINTED } from './streams.ts';
import type { Stream } from './types.ts';

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

/** Each way by itself; what follows knows only what they agree in. */
export function eachWay(
  ways: readonly (CompoundList | undefined)[],
  environment: Environment,
  maybeNone: boolean,
  run: (way: CompoundList, inside: Environment) => Stream,
): Stream {
  let out = NOTHING_PRINTED;
  let met: Environment | null = maybeNone ? environment.copy() : null;
  for (const way of ways) {
    if (!way) continue;
    const inside = environment.copy();
    out = joined(out, run(way, inside));
    const last = way.commands.at(-1)?.command;
    if (last && last.type !== 'AndOr' && leaves(last)) continue;
    if (met) met.meet(met, inside);
    else met = inside;
  }
  if (met) environment.meet(met, met);
  return out;
}
