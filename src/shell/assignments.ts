import type { Assignment, Command } from 'unbash';
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

/** An assignment among arguments, as for `export`. */
export function assignmentWord(node: Assignment, expansion: Expansion): string {
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
    expansion.text(index);
    arrays.set(name, [...(arrays.get(name) ?? []), text].slice(0, MOST));
    return null;
  }
  return append ? `${variables.get(name) ?? ''}${text}` : text;
}
