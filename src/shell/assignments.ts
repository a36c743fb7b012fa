import type { Assignment, Command } from 'unbash';
import type { Cause } from './types.ts';
import type { Expansion } from './words.ts';

/** Elements of an array that are kept. */
const MOST = 1000;

/** Assignments before a command; those of arrays take effect at once. */
export function assignmentsOf(node: Command, expansion: Expansion): Map<string, string> {
  const found = new Map<string, string>();
  for (const each of node.prefix) {
    if (each.type !== 'Assignment') continue;
    const value = assigned(each, expansion);
    if (value !== null) found.set(each.name, value);
  }
  return found;
}

/** The words of a command, and what is not known of its name. */
export function wordsOf(
  node: Command,
  expansion: Expansion,
): { argv: string[]; causes: readonly Cause[] } {
  const argv = node.name ? expansion.wordFields(node.name) : [];
  const causes = expansion.causes.splice(0);
  for (const arg of node.args)
    if (arg.type === 'Word') argv.push(...expansion.wordFields(arg));
    else argv.push(assignmentWord(arg, expansion));
  return { argv, causes };
}

/** An assignment among arguments, as for `export`. */
function assignmentWord(node: Assignment, expansion: Expansion): string {
  return `${node.name}=${assigned(node, expansion) ?? ''}`;
}

/** Null for an array, which is kept at once. */
function assigned({ name, value, append, index }: Assignment, expansion: Expansion): string | null {
  const { arrays, variables } = expansion.environment;
  if (value.type === 'ArrayValue') {
    const before = append ? (arrays.get(name) ?? []) : [];
    arrays.set(name, [...before, ...expansion.fields(value.elements)].slice(0, MOST));
    variables.delete(name);
    return null;
  }
  const text = expansion.text(value);
  if (index) {
    const at = Number(expansion.text(index));
    const words = [...(arrays.get(name) ?? [])];
    if (Number.isInteger(at) && at >= 0 && at < MOST) {
      while (words.length < at) words.push('');
      words[at] = text;
    } else words.push(text);
    arrays.set(name, words.slice(0, MOST));
    return null;
  }
  return append ? `${variables.get(name) ?? ''}${text}` : text;
}
