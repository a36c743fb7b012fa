import { randomBytes } from 'node:crypto';
import { knownPrefixLength } from './prefixes.ts';

const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Punctuation that no format builds on, and what stands for it: nothing a dotenv parser, a shell or a URL acts on. */
const MARKS = '!%^*~';
const MARK_STAND_INS = '!^~+';

/**
 * A stand-in for a secret value: exactly as many bytes, each of the class of the byte it stands for (digit, lower case,
 * upper case; structural punctuation and white space kept), a known prefix kept, random, and never the value itself.
 * A byte outside ASCII becomes a lower-case letter.
 *
 * `value` is a string in which each character is one byte (latin1); so is the result.
 */
export function placeholder(value: string): string {
  let made = draw(value);
  // Never the value itself; a single character is the same often enough.
  while (made === value) made = draw(value);
  return made;
}

/**
 * Every character is drawn from its whole class, the real one included: if it were left out, the stand-ins of many sessions
 * would tell it.
 */
function draw(value: string): string {
  const kept = knownPrefixLength(value);
  const random = randomBytes(value.length * 2);
  let out = value.slice(0, kept);
  let changed = 0;
  for (let at = kept; at < value.length; at++) {
    const character = value[at] ?? '';
    // An escape (`\n`, `\"`) stays one: changing it could change where the value ends.
    const escape = value[at - 1] === '\\' && 'nrt'.includes(character);
    const set = escape ? '' : classOf(character);
    if (set) changed++;
    out += set ? (set[random.readUInt16LE(at * 2) % set.length] ?? 'x') : character;
  }
  // Nothing but structure (`----`, `\\`): then the structure is the secret.
  return changed > 0 ? out : value.replace(/[^\r\n]/g, (c) => (c === '!' ? '^' : '!'));
}

/** The characters that may stand for this one; empty when it is structure and stays. */
function classOf(character: string): string {
  if (character >= '0' && character <= '9') return DIGITS;
  if (character >= 'a' && character <= 'z') return LOWER;
  if (character >= 'A' && character <= 'Z') return UPPER;
  if (character >= '\x80') return LOWER;
  return MARKS.includes(character) ? MARK_STAND_INS : '';
}
