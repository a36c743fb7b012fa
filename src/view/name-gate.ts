import micromatch from 'micromatch';

/**
 * A quick question about a last component: could one of these patterns match a path that ends in it? Asked of every name
 * in the repository, so plain names and `*.suffix` are looked up, and only the rest is left to regular expressions.
 */
export function nameGate(patterns: readonly string[]): (base: string) => boolean {
  const exact = new Set<string>();
  const suffixes = new Set<string>();
  const others: string[] = [];
  for (const pattern of patterns) {
    const last = lastComponent(pattern);
    if (!/[*?[\]{}]/.test(last)) exact.add(last);
    else if (/^\*\.[\w-]+$/.test(last)) suffixes.add(last.slice(1));
    else others.push(micromatch.makeRe(last, { dot: true }).source);
  }
  const rest = others.length > 0 ? new RegExp(others.map((o) => `(?:${o})`).join('|'), 's') : null;
  return (base) =>
    exact.has(base) ||
    suffixes.has(base.slice(base.lastIndexOf('.'))) ||
    (rest?.test(base) ?? false);
}

/** `X/**` matches what is in X by matching X itself: whoever asks also asks of the folders above a path. */
function lastComponent(pattern: string): string {
  const folder = pattern.replace(/(\/\*\*)+$/, '');
  return folder.slice(folder.lastIndexOf('/') + 1);
}
