import { knownPrefixLength } from './prefixes.ts';

/**
 * Does one word look like a credential rather than like something a person would write? By a known prefix, or by
 * length and mix of characters. Decided by classes of characters only, so a placeholder is judged as its original.
 */
export function tokenLike(word: string): boolean {
  if (knownPrefixLength(word) > 0) return true;
  const letters = word.replace(/[^A-Za-z0-9]/g, '');
  const lower = /[a-z]/.test(letters);
  const upper = /[A-Z]/.test(letters);
  const digit = /\d/.test(letters);
  if (letters.length >= 12 && lower && upper && digit) return true;
  if (letters.length >= 16 && digit && (lower || upper)) return true;
  if (letters.length >= 16 && !lower && !upper) return true;
  // `SomeLongClassName` is a name; `QkZrTnWmPaXcVbLsDfGh` is not.
  if (letters.length >= 20 && lower && upper)
    return !word.split(/[^A-Za-z]+/).every((part) => /^[a-z]*(?:[A-Z][a-z]+)*$/.test(part));
  return letters.length >= 24 && letters.length === word.length;
}
