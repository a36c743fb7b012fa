import { LETTER_TRIGRAMS } from './letter-trigrams.ts';

const SYMBOLS = 28;
const DIGIT = 26;
const OTHER = 27;
const QUARTER_BITS = Uint8Array.from(LETTER_TRIGRAMS, (sign) => {
  if (sign === '~') return 92 - 48;
  return sign === '}' ? 96 - 48 : sign.charCodeAt(0) - 48;
});
/** More characters do not change the mean. */
const LONGEST = 256;

/**
 * Bits a character by the order of letters in words and identifiers: below 4 for those, about 6 for random base62,
 * 5 for hexadecimal. A capital behind a small letter begins a new word, as in `camelCase`.
 */
export function rarity(value: string): number {
  let a = OTHER;
  let b = OTHER;
  let bits = 0;
  let count = 0;
  let small = false;
  const add = (symbol: number): void => {
    bits += QUARTER_BITS[(a * SYMBOLS + b) * SYMBOLS + symbol] ?? 0;
    count++;
    a = b;
    b = symbol;
  };
  const length = Math.min(value.length, LONGEST);
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    const upper = code >= 65 && code <= 90;
    const lower = code >= 97 && code <= 122;
    if (upper && small && b !== OTHER) {
      add(OTHER);
    }
    if (upper || lower) add((code | 32) - 97);
    else add(code >= 48 && code <= 57 ? DIGIT : OTHER);
    small = lower;
  }
  add(OTHER);
  return bits / 4 / count;
}

/** Bits a character (Shannon) by how often each occurs in the value itself. */
export function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const sign of value) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const n of counts.values()) bits -= (n / value.length) * Math.log2(n / value.length);
  return bits;
}
