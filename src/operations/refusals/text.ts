import type { Verdict } from '../../policy/types.ts';
import { printable } from '../../printable.ts';

export type Why = Pick<Verdict, 'rule' | 'reason' | 'safer'>;

const LAST = 'Do not try another way; tell the user.';

/** For a person or an agent at a terminal; the words of a refused connection. */
export function refusalLines(why: Why): string {
  return `guard: ${firstLine(why)}\nguard: ${lastLine(why)}\n`;
}

/** For a field of a structured answer. */
export function refusalLine(why: Why): string {
  return `guard: ${firstLine(why)} ${lastLine(why)}`;
}

export function firstLine({ rule, reason }: Why): string {
  return `refused: ${printable(rule, 200)}: ${sentence(reason)}`;
}

export function lastLine({ safer }: Why): string {
  return safer ? `${sentence(safer)} ${LAST}` : LAST;
}

function sentence(text: string): string {
  return printable(text, 1000).replace(/[.\s]*$/, '.');
}
