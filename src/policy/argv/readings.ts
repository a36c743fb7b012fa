import type { Grammar } from './grammar.ts';
import { parseArgv, type Invocation } from './parse.ts';

/**
 * Every way to read a command line: the likely one first, and those that differ where a word stands behind an option that
 * nobody declared. It may be the option's value or not, and one of the two may be all that makes it a deletion.
 */
export function readings(
  command: string,
  grammar: Grammar,
  argv: readonly string[],
): [Invocation, ...Invocation[]] {
  const likely = parseArgv(command, grammar, argv);
  if (!likely.ambiguous) return [likely];
  const others = (['value', 'word'] as const).map((doubtful) =>
    parseArgv(command, grammar, argv, doubtful),
  );
  return [likely, ...others.filter((other) => !isSame(likely, other))];
}

function isSame(one: Invocation, other: Invocation): boolean {
  return areEqual(one.path, other.path) && areEqual(one.operands, other.operands);
}

function areEqual(ours: readonly string[], theirs: readonly string[]): boolean {
  return ours.length === theirs.length && ours.every((word, index) => word === theirs[index]);
}
