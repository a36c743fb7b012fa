import { charactersOf, parseSet } from './character-set.ts';
import { CHECKSUM_KINDS } from './checksums.ts';
import type { SecretRule } from './rule-format.ts';

/** An example with its made-up secret in it. */
export interface Sample {
  text: string;
  /** Where the secret stands. */
  start: number;
  end: number;
}

/** `<A-Za-z0-9:36>`, `<a-f0-9:32-40>`. */
const DRAWN = /<([^<>]{1,64}):(\d{1,5})(?:-(\d{1,5}))?>/g;
/** As many as a rule's own check may draw again before it says that its example does not fit. */
const TRIES = 20;

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An example of `find`, with a secret drawn for it. */
export function sampleOf(rule: SecretRule, example: string, random: () => number): Sample {
  const [before = '', rest] = split(example, '[[');
  const [inside, after = ''] = rest === undefined ? [example, ''] : split(rest, ']]');
  const head = rest === undefined ? '' : drawnInto(before, random);
  const made = drawnInto(inside ?? '', random);
  const secret = rule.checksum ? CHECKSUM_KINDS[rule.checksum].seal(made) : made;
  return {
    text: head + secret + drawnInto(after, random),
    start: head.length,
    end: head.length + secret.length,
  };
}

/** An example of `pass`: nothing stands out in it. */
export function passingText(example: string, random: () => number): string {
  return drawnInto(example, random);
}

function split(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}

function drawnInto(example: string, random: () => number): string {
  return example.replace(DRAWN, (_, set: string, min: string, max?: string) => {
    const characters = charactersOf(parseSet(set));
    const length = Number(min) + Math.floor(random() * (Number(max ?? min) - Number(min) + 1));
    return drawn(characters, length, random);
  });
}

/** A program that draws a key draws digits too; of few letters one in a hundred has none. */
function drawn(characters: string, length: number, random: () => number): string {
  let text = '';
  for (let tries = 0; tries < TRIES; tries += 1) {
    text = Array.from({ length }, () => characters[Math.floor(random() * characters.length)]).join(
      '',
    );
    if (length < 8 || !/[0-9]/.test(characters) || digitsOf(text) * 12 >= length) break;
  }
  return text;
}

function digitsOf(text: string): number {
  return text.replace(/[^0-9]/g, '').length;
}
