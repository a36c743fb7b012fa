/**
 * Rules that are the engine's own, for what it did not look at so that hostile files cannot exhaust it. They say nothing of
 * what is there: an audit did not see it.
 */
const WHY: Readonly<Record<string, string>> = {
  'engine.too-dense': 'too much there could be the beginning of a secret',
  'engine.too-many': 'too much was found before that',
};

/** Why something at a line was left out; null where the rule is of a secret. */
export function whyLeftOut(rule: string, line: number): string | null {
  const why = WHY[rule];
  return why === undefined ? null : `not all of it from line ${line} on: ${why} (${rule})`;
}
