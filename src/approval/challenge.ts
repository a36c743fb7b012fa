import { randomInt } from 'node:crypto';
import { steadyTitle } from './steady-text.ts';

/** What a person types to say yes at the top tier. */
export interface Challenge {
  text: string;
  /** False for a word that stands in for a name that cannot be typed. */
  isName: boolean;
}

/** Printable ASCII, with single blanks inside: what every keyboard types, and no letter that looks like another alphabet's. */
const TYPABLE = /^[!-~]+(?: [!-~]+)*$/;
const LONGEST = 60;
/** Shorter ones are typed by accident. */
const SHORTEST = 3;
/** What a person might type for an answer: an agent can give such a name to what it wants gone. */
const ANSWERS =
  /^(?:y|yes|yep|yeah|n|no|nope|ok|okay|sure|allow|deny|run|go|quit|exit|stop|cancel)$/i;

/** Unlike each other and unlike commands. */
const CODE_WORDS = `
almond badger bamboo barley basil beacon beaver beetle blanket bottle bucket butter button cactus candle carrot castle
celery cherry clover cobalt cotton cradle curtain dolphin donkey feather fiddle garlic ginger hamster hazelnut helmet
kettle ladder lantern lettuce lobster magnet marble meadow mitten monkey mustard napkin nutmeg oyster paddle parrot
pebble pepper pickle pigeon pillow pocket potato puddle pumpkin rabbit raisin ribbon rocket saddle salmon sandal
scooter shadow spider spinach sponge squirrel teapot thimble ticket tomato trumpet tunnel turnip turtle velvet violin
walnut whistle window zipper`
  .trim()
  .split(/\s+/);

/** The name itself where it can be typed; else a word that is drawn for this prompt alone. */
export function challengeFor(
  resource = '',
  draw: (words: number) => number = randomInt,
): Challenge {
  const typable =
    resource.length >= SHORTEST &&
    resource.length <= LONGEST &&
    TYPABLE.test(resource) &&
    !ANSWERS.test(resource);
  if (typable) return { text: resource, isName: true };
  return { text: CODE_WORDS[draw(CODE_WORDS.length)] ?? 'walnut', isName: false };
}

/** A resource as a prompt shows it: letters of other alphabets besides written out, for some look like Latin ones. */
export function shownResource(resource: string, limit: number): string {
  const shown = steadyTitle(resource, limit);
  const spelled = shown.replace(
    /[^\u0020-\u007e…]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return spelled === shown ? shown : `${spelled} (it looks like ${shown})`;
}

/** Blanks around it are nobody's intent. */
export function meets({ text }: Challenge, typed: string): boolean {
  return typed.trim() === text;
}

/** `n` and Enter, as everywhere else. */
export function refuses(typed: string): boolean {
  return /^\s*(?:n|no)\s*$/i.test(typed);
}
