import type { Detector, Hit, Match, Tier } from '../engine/detector.ts';
import { isExampleValue } from '../values/example-values.ts';
import { drawnAtRandom } from '../values/value-strength.ts';
import { classOf, parseSet, type CharacterSet } from './character-set.ts';
import { CHECKSUM_KINDS } from './checksums.ts';
import { entropyOf, longestPart, looksDrawn } from './entropy.ts';
import { reachOf } from './reach.ts';
import type { CompactRule } from './rule-format.ts';
import { beginsAt, endsAt, isInBase64 } from './value-bounds.ts';

/** Shorter words, and little longer ones of letters alone, stand in the middle of others all the time. */
const SELDOM_INSIDE = 4;
/** Behind a word this short the rest must look as if a program had drawn it. */
const SAYS_LITTLE = 4;

const NONE: readonly Match[] = [];

/** A rule whose words are part of the secret. */
export function tokenDetector(rule: CompactRule): Detector {
  const before = rule.before ?? 0;
  let read: ((hit: Hit) => readonly Match[]) | undefined;
  return {
    id: rule.id,
    tier: rule.tier,
    words: rule.words,
    bounded: before === 0 && rule.words.every(isCommonInside) ? { before: true } : undefined,
    reach: reachOf(before, rule.longest),
    rank: 2,
    look: (hit) => (read ??= reader(rule))(hit),
  };
}

function isCommonInside(word: string): boolean {
  return (
    word.length < SELDOM_INSIDE || (word.length < SELDOM_INSIDE + 2 && !/[^A-Za-z0-9]/.test(word))
  );
}

/** What is compiled at the first hit. */
function reader(rule: CompactRule): (hit: Hit) => readonly Match[] {
  const set = rule.alphabet === undefined ? undefined : parseSet(rule.alphabet);
  const before = rule.before ?? 0;
  const expression = new RegExp(sourceOf(rule), 'y');
  const unmarked = rule.words.some((word) => /^[A-Za-z0-9]{3,5}$/.test(word));
  return ({ text, at }) => {
    if (before === 0 && !rule.pattern && !rule.words.some((word) => text.startsWith(word, at)))
      return NONE;
    const start = before === 0 ? at : leftEnd(text, at, before, set);
    if (!isInside(text, start, before) && !beginsAt(text, start, set)) return NONE;
    expression.lastIndex = start;
    const found = expression.exec(text);
    if (!found || !endsAt(text, start + found[0].length, set)) return NONE;
    if (unmarked && isInBase64(text, start, start + found[0].length)) return NONE;
    const secret = withoutStop(found.groups?.secret ?? found[0], rule);
    const from = start + found[0].lastIndexOf(secret);
    const tier = judge(rule, secret, found.groups?.random);
    return tier ? [{ start: from, end: from + secret.length, tier }] : NONE;
  };
}

/** A word like `.acme.test/hooks/` goes on from a host or a path. */
function isInside(text: string, start: number, before: number): boolean {
  return before === 0 && (text[start] === '.' || text[start] === '/');
}

/** The whole of a secret, from its start on. */
export function sourceOf(rule: CompactRule): string {
  if (rule.pattern) return rule.pattern;
  const [min, max] = rule.length ?? [1, 1];
  const body = `${classOf(rule.alphabet ?? '')}{${min},${max}}`;
  return rule.by === 'near' ? body : `(?:${rule.words.map(escaped).join('|')})${body}`;
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A full stop behind a value of no certain length ends the sentence. */
export function withoutStop(secret: string, { length }: CompactRule): string {
  return length && length[0] < length[1] ? secret.replace(/[.,]$/, '') : secret;
}

function leftEnd(text: string, at: number, before: number, set?: CharacterSet): number {
  let start = at;
  while (start > 0 && at - start < before && set?.[text.charCodeAt(start - 1)] === 1) start -= 1;
  return start;
}

/** What the value itself says: how sure it is, or undefined where it is none. `random`: the part that was drawn. */
export function judge(rule: CompactRule, secret: string, random?: string): Tier | undefined {
  const word = rule.by === 'token' ? rule.words.find((start) => secret.startsWith(start)) : '';
  const body = random ?? secret.slice(word?.length ?? 0);
  if (word !== undefined && word !== '' && word.length <= SAYS_LITTLE && !isDrawn(body))
    return undefined;
  if (rule.entropy === undefined ? !looksDrawn(body) : entropyOf(body) < rule.entropy)
    return undefined;
  if (isExampleValue(body) || (!random && isExampleValue(secret))) return undefined;
  if (!rule.checksum) return rule.tier;
  const { holds, strength } = CHECKSUM_KINDS[rule.checksum];
  if (holds(secret)) return rule.tier;
  // It has the shape all the same: made up, or of a generation that nobody has described.
  return strength === 'proof' ? lower(rule.tier) : undefined;
}

/** Is it, or its longest part, what a program would draw? */
export function isDrawn(value: string): boolean {
  return drawnAtRandom(value) || drawnAtRandom(longestPart(value));
}

function lower(tier: Tier): Tier {
  return tier === 'certain' ? 'likely' : 'weak';
}
