import { LETTER_TRIGRAMS } from './letter-trigrams.ts';

const SYMBOLS = 28;
const DIGIT = 26;
const OTHER = 27;
/** Made when first asked for: most starts do not. */
let quarterBits: Uint8Array | undefined;

/** More characters do not change the mean. */
const LONGEST = 256;

/**
 * Bits a character by the order of letters in words and identifiers: below 4 for those, about 6 for random base62,
 * 5 for hexadecimal. A capital behind a small letter begins a new word, as in `camelCase`.
 */
export function rarity(value: string): number {
  const table = (quarterBits ??= readTable());
  let a = OTHER;
  let b = OTHER;
  let bits = 0;
  let count = 0;
  let small = false;
  const add = (symbol: number): void => {
    bits += table[(a * SYMBOLS + b) * SYMBOLS + symbol] ?? 0;
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

function readTable(): Uint8Array {
  const table = new Uint8Array(LETTER_TRIGRAMS.length);
  for (let i = 0; i < table.length; i++) {
    const code = LETTER_TRIGRAMS.charCodeAt(i);
    table[i] = (code === 0x7e ? 92 : code === 0x7d ? 96 : code) - 48;
  }
  return table;
}

/** Bits a character (Shannon) by how often each occurs in the value itself. */
export function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const sign of value) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const n of counts.values()) bits -= (n / value.length) * Math.log2(n / value.length);
  return bits;
}
