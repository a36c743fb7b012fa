/**
 * The one wildcard of rules: `*` stands for any run of characters, nothing else is special. Compiled without regular
 * expressions, so that no argument of an agent can make matching take more than length × stars.
 */
export function glob(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return (text) => text === pattern;
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  return (text) => {
    if (text.length < first.length + last.length) return false;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** True when any of the patterns matches. */
export function anyGlob(patterns: readonly string[]): (text: string) => boolean {
  const globs = patterns.map(glob);
  return (text) => globs.some((matches) => matches(text));
}
