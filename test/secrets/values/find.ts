import { createScanner } from '../../../src/secrets/engine/scanner.ts';
import { VALUE_DETECTORS } from '../../../src/secrets/values/detectors.ts';

const scanner = createScanner({ detectors: VALUE_DETECTORS, readers: [] });

export interface Found {
  rule: string;
  tier: string;
  text: string;
}

/** What the detectors of values find in a file of that name. */
export function find(path: string, text: string): Found[] {
  const bytes = Buffer.from(text);
  return scanner.scan(path, bytes).map(({ rule, tier, start, end }) => ({
    rule,
    tier,
    text: bytes.toString('utf8', start, end),
  }));
}

/** A generator with a seed: the same secrets in every run, none of them in the tree. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Mulberry32. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  of<T>(list: ArrayLike<T>): T {
    return list[this.below(list.length)] as T;
  }

  text(alphabet: string, length: number): string {
    return Array.from({ length }, () => this.of(alphabet)).join('');
  }

  token(length = 32): string {
    return this.text(`${LETTERS}${LETTERS.toUpperCase()}0123456789`, length);
  }

  hex(length = 32): string {
    return this.text('0123456789abcdef', length);
  }

  /** As people make them up: a word or two, a year or a number, perhaps a sign, letters as digits. */
  password(): string {
    const word = this.of(WORDS);
    const name = this.below(2) ? word[0]?.toUpperCase() + word.slice(1) : word;
    const number = String(this.below(2) ? 1950 + this.below(75) : 13 + this.below(80));
    switch (this.below(5)) {
      case 0:
        return `${name}${number}${this.of('!#@*%+?')}`;
      case 1:
        return `${name}${number}`;
      case 2:
        return `${name}${this.of('-_.@!')}${this.of(WORDS)}${number}`;
      case 3:
        return `${word.replace(/a/g, '@').replace(/e/g, '3').replace(/o/g, '0')}${this.of('!?%')}${number}X`;
      default:
        return `${this.token(4)}${this.of('!-_%+@')}${this.token(6)}7q`;
    }
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const WORDS =
  'summer winter dragon falcon shadow purple coffee guitar bailey jordan pepper banana tigger rocket oxford bluebird merlin sparky'.split(
    ' ',
  );
