/** The first `MAJOR.MINOR` in a text such as `6.8.0-45-generic` or `bubblewrap 0.8.0`; null when there is none. */
export function parseVersion(text: string): [number, number] | null {
  const match = /(\d{1,6})\.(\d{1,6})/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : null;
}

/** Is `text`'s version at least `MAJOR.MINOR`? False when it has none. */
export function atLeast(text: string, major: number, minor: number): boolean {
  const found = parseVersion(text);
  return found !== null && (found[0] > major || (found[0] === major && found[1] >= minor));
}
