/** Commands of a text that cannot be read as a whole. */
const MOST = 100;

/** The words of each piece between the marks of a shell, quotes taken off: a poor reading, but one of every text. */
export function plainReading(text: string): string[][] {
  return text
    .slice(0, 64 * 1024)
    .split(/[;|&\n()`{}]+/)
    .slice(0, MOST)
    .map((piece) =>
      piece
        .replace(/['"\\]/g, '')
        .split(/\s+/)
        .filter((word) => word !== ''),
    )
    .filter((words) => words.length > 0);
}
