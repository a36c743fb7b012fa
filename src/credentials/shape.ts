import { randomInt } from 'node:crypto';

const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();

/** A run is taken for hex or base32 from this length on: shorter ones are so by chance. */
const LONG_RUN = 16;

interface Sets {
  digits: string;
  lower: string;
  upper: string;
}
const PLAIN: Sets = { digits: DIGITS, lower: LOWER, upper: UPPER };
const HEX: Sets = { digits: DIGITS, lower: 'abcdef', upper: 'ABCDEF' };
/** RFC 4648, section 6. */
const BASE32: Sets = { digits: '234567', lower: LOWER, upper: UPPER };

/** Draws characters of the same class as those given, and counts what that is worth. One character is one byte (latin1). */
export class Shape {
  /** log2 of the number of things that could have been drawn. */
  bits = 0;
  /** How many characters were drawn. */
  drawn = 0;

  like(text: string): string {
    return text.replace(/[A-Za-z0-9\u0080-\u00ff]+/g, (run) => this.#draw(run, setsOf(run)));
  }

  likeHex(text: string): string {
    return this.#draw(text, HEX);
  }

  #draw(text: string, sets: Sets): string {
    let out = '';
    for (const character of text) {
      const set = setFor(character, sets);
      if (set !== '') {
        this.bits += Math.log2(set.length);
        this.drawn++;
      }
      out += set === '' ? character : (set[randomInt(set.length)] ?? '');
    }
    return out;
  }
}

function setsOf(run: string): Sets {
  if (run.length < LONG_RUN) return PLAIN;
  if (/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(run)) return HEX;
  return /^(?:[A-Z2-7]+|[a-z2-7]+)$/.test(run) ? BASE32 : PLAIN;
}

/** Empty for punctuation, which stays. A byte outside ASCII becomes a letter: half a character is none. */
function setFor(character: string, { digits, lower, upper }: Sets): string {
  if (character >= '0' && character <= '9') return digits;
  if (character >= 'a' && character <= 'z') return lower;
  if (character >= 'A' && character <= 'Z') return upper;
  return character >= '\x80' ? lower : '';
}
