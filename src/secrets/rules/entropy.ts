/** Shannon's bits a character. */
export function entropyOf(value: string): number {
  const counts = new Map<number, number>();
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/**
 * What random characters stay above, as a share of the most bits that a value of that length could have. Thirty-two
 * hexadecimal digits need 3 bits; drawn at random they have 3.6, and one in ten thousand has less than 3.1. Where there are
 * few characters for the letters to draw from, chance repeats more of them.
 */
const SHARE = 0.75;
const SHARE_OF_FEW = 0.65;

/** Has the longest part of a value, between its `-`, `_` and `.`, as many bits a character as if a program had drawn it? */
export function looksDrawn(value: string): boolean {
  const part = longestPart(value);
  const letters = variety(part);
  const share = part.length >= letters * 2 ? SHARE : SHARE_OF_FEW;
  return entropyOf(part) >= share * Math.log2(Math.max(2, Math.min(part.length, letters)));
}

/** A value may have fixed parts and separators; the longest of the others tells most. */
export function longestPart(value: string): string {
  if (isHex(value)) return value.replaceAll('-', '');
  return value
    .split(/[^A-Za-z0-9]/)
    .reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

function isHex(value: string): boolean {
  return /^(?:[0-9a-f-]+|[0-9A-F-]+)$/.test(value);
}

/** How many different characters a generator that makes such values draws from. */
function variety(value: string): number {
  if (isHex(value)) return /[a-f]/i.test(value) ? 16 : 10;
  return (
    (/[a-z]/.test(value) ? 26 : 0) + (/[A-Z]/.test(value) ? 26 : 0) + (/[0-9]/.test(value) ? 10 : 0)
  );
}
