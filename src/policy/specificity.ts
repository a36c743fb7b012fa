/** What a rule or a profile's entry asks for, as far as two of them can be compared. */
export interface Shape {
  /** Null for any program. */
  command: string | null;
  path: readonly string[];
  /** Everything it asks of flags that holds for the request, normalised. */
  flags: readonly string[];
  /** Every other condition, normalised; those about operands start with `operand:`. */
  rest: readonly string[];
  /** Spells out every operand it covers, and so says at least as much as any condition about operands. */
  namesOperands: boolean;
}

/**
 * A is more specific than B when it asks for everything B asks for, and more. Two that ask for different things are not
 * comparable, and then the stricter counts: adding a word that another rule likes never buys a milder verdict.
 */
export function moreSpecific(a: Shape, b: Shape): boolean {
  return implies(a, b) && !implies(b, a);
}

function implies(a: Shape, b: Shape): boolean {
  if (b.command !== null && a.command !== b.command) return false;
  if (b.path.some((word, index) => a.path[index] !== word)) return false;
  const flags = b.flags.every((theirs) => a.flags.some((ours) => covers(theirs, ours)));
  if (!flags || (b.namesOperands && !a.namesOperands)) return false;
  return b.rest.every(
    (condition) =>
      a.rest.includes(condition) || (a.namesOperands && condition.startsWith('operand:')),
  );
}

/** `c=*` covers `c=alias.*`. */
function covers(general: string, special: string): boolean {
  if (general === special) return true;
  return (
    general.endsWith('=*') && special.startsWith(general.slice(0, -1)) && !special.startsWith('!')
  );
}
