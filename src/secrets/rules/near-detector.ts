import type { Detector, Hit, Match, Tier } from '../engine/detector.ts';
import { assignedValues, type AssignedValue } from './assigned-values.ts';
import { LONGEST_BLOCK } from './blocks.ts';
import { parseSet, type CharacterSet } from './character-set.ts';
import { nameKind } from './name-parts.ts';
import { tierIn } from './places.ts';
import type { CompactRule } from './rule-format.ts';
import { isDrawn, judge, sourceOf, withoutStop } from './token-detector.ts';
import { reachOf } from './reach.ts';
import { beginsAt, endsAt } from './value-bounds.ts';

/** Behind the rest of the word's name. */
export const USUALLY_WITHIN = 60;
/** Names are looked at as far as `assigned-values.ts` does. */
const NAME = 64;
/** See `rule-format.ts`. */
const LONGEST_WORD = 80;

/**
 * How names go on behind an everyday word: `line_api_key`, `lineToken`. Two letters are enough to leave out most of what
 * else is said of lines, and few enough for the table of words.
 */
const JOINTS = ['_', '-', '.', ''];
const NAMES = ['ap', 'ke', 'to', 'se', 'ac', 'au', 'pa', 'cli', 'wri'];

/** A rule whose words stand before the secret. */
export function nearDetector(rule: CompactRule): Detector {
  const within = rule.within ?? USUALLY_WITHIN;
  let read: ((hit: Hit) => readonly Match[]) | undefined;
  return {
    id: rule.id,
    tier: rule.tier,
    words: rule.everyday ? rule.words.flatMap(asNames) : rule.words,
    bounded:
      rule.everyday || rule.words.every((word) => word.length < 5) ? { before: true } : undefined,
    reach: reachOf(NAME, LONGEST_WORD + NAME + Math.max(within, LONGEST_BLOCK) + rule.longest),
    rank: 2,
    look: (hit) => (read ??= reader(rule, within))(hit),
  };
}

function asNames(word: string): string[] {
  return JOINTS.flatMap((joint) => NAMES.map((name) => word + joint + name));
}

/** Several kinds of one provider look at the same place one after the other. */
let last: { hit: Hit; within: number; values: AssignedValue[] } | undefined;

function reader(rule: CompactRule, within: number): (hit: Hit) => readonly Match[] {
  const set = rule.alphabet === undefined ? undefined : parseSet(rule.alphabet);
  const expression = new RegExp(sourceOf(rule), 'y');
  const alone = rule.needs === 'nothing';
  return (hit) => {
    const { text, at, end, path } = hit;
    if (last?.hit !== hit || last.within !== within)
      last = { hit, within, values: assignedValues(text, at, end, within) };
    const word = text.slice(at, end).toLowerCase();
    const found: (Match & { argument: boolean })[] = [];
    for (const { start, name, argument } of last.values) {
      const named = nameTier(rule, name, word, argument);
      if (!named || !beginsAt(text, start)) continue;
      expression.lastIndex = start;
      const match = expression.exec(text);
      if (!match || !valueEndsAt(text, start + match[0].length, set)) continue;
      const secret = withoutStop(match.groups?.secret ?? match[0], rule);
      if (!alone && isName(secret)) continue;
      if (argument && nameKind(name) === 'other' && UUID.test(secret)) continue;
      const judged = judge(rule, secret, match.groups?.random);
      const random = match.groups?.random ?? secret;
      const least = alone ? 'certain' : drawn(random);
      const tier = judged && tierIn(path, weakest(judged, named, least), isDrawn(random));
      if (!tier) continue;
      // Of two alike the first is who, the second the secret.
      if (argument && found.at(-1)?.argument) found.pop();
      const from = start + match[0].lastIndexOf(secret);
      found.push({ start: from, end: from + secret.length, tier, argument });
    }
    return found;
  };
}

/** The most that the name lets a finding be. */
function nameTier(
  rule: CompactRule,
  name: string,
  word: string,
  argument: boolean,
): Tier | undefined {
  if (rule.needs === 'nothing') return 'certain';
  const kind = nameKind(name);
  if (kind === 'secret') return 'certain';
  if (kind === 'open' || rule.everyday) return undefined;
  const byWord = name.toLowerCase().includes(word);
  if (argument && byWord) return 'certain';
  return byWord && rule.needs !== 'secret-name' ? 'weak' : undefined;
}

/** Among arguments it may be anything. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const ORDER: readonly Tier[] = ['weak', 'likely', 'certain'];
/** Shorter values say little by the order of their letters: two digits must do. */
const SHORT = 16;

/** How much the value looks like one that a program has drawn. */
function drawn(secret: string): Tier {
  if (isDrawn(secret)) return 'certain';
  return secret.length < SHORT && /[0-9].{0,99}[0-9]/.test(secret) ? 'certain' : 'weak';
}

/** Letters and marks, and no program drew them: another name. */
function isName(secret: string): boolean {
  return !/[0-9]/.test(secret) && !isDrawn(secret);
}

function weakest(...tiers: Tier[]): Tier {
  return ORDER[Math.min(...tiers.map((tier) => ORDER.indexOf(tier)))] ?? 'weak';
}

/** A value behind a name ends at a quote, a space, a bracket: `abc.def(` and `abc/def` are others. */
function valueEndsAt(text: string, end: number, set?: CharacterSet): boolean {
  if (!endsAt(text, end, set)) return false;
  const next = text[end] ?? '';
  if (next === '(') return false;
  return !'.-/:+@~%$!*'.includes(next) || next === '' || !/[A-Za-z0-9]/.test(text[end + 1] ?? '');
}
