import { meet, SetError, union, type CharacterSet } from './character-set.ts';
import { parsePattern, type PatternNode } from './pattern.ts';

/** Longest text a pattern may cover, and ways in which a matcher may divide one text among its parts. */
const LONGEST = 20_000;
const MOST_WAYS = 5_000;

interface Extent {
  /** Characters that it can begin with, and whether it can be empty. */
  first: CharacterSet;
  empty: boolean;
  shortest: number;
  longest: number;
  /** In how many ways a backtracking matcher may go through one text; 1 where each next character decides. */
  ways: number;
}

const NOTHING: CharacterSet = new Uint8Array(256);
const EMPTY: Extent = { first: NOTHING, empty: true, shortest: 0, longest: 0, ways: 1 };

/**
 * Proves that matching at one place takes a bounded number of steps, whatever the text: every quantifier has an upper bound,
 * and where a part can end in several places the next character decides which, or the product of all choices is small.
 * @throws SetError that says what is wrong
 */
export function checkLinear(pattern: string): { shortest: number; longest: number; ways: number } {
  const extent = measure(parsePattern(pattern), NOTHING);
  if (extent.shortest < 1) throw new SetError('it can match nothing');
  if (extent.longest > LONGEST) throw new SetError(`it covers more than ${LONGEST} characters`);
  if (extent.ways > MOST_WAYS)
    throw new SetError('one text can be divided among its parts in too many ways');
  return extent;
}

/** `follow`: what may come behind this part. */
function measure(node: PatternNode, follow: CharacterSet): Extent {
  switch (node.kind) {
    case 'set':
      return { first: node.set, empty: false, shortest: 1, longest: 1, ways: 1 };
    case 'look':
      return { ...EMPTY, ways: measure(node.item, NOTHING).ways };
    case 'sequence':
      return node.items.reduceRight<Extent>((rest, item) => {
        const behind = rest.empty ? union(rest.first, follow) : rest.first;
        return joined(measure(item, behind), rest);
      }, EMPTY);
    case 'choice':
      return node.items.map((item) => measure(item, follow)).reduce(alternative);
    case 'repeat':
      return repeated(node, follow);
  }
}

function joined(one: Extent, rest: Extent): Extent {
  return {
    first: one.empty ? union(one.first, rest.first) : one.first,
    empty: one.empty && rest.empty,
    shortest: one.shortest + rest.shortest,
    longest: one.longest + rest.longest,
    ways: one.ways * rest.ways,
  };
}

function alternative(one: Extent, other: Extent): Extent {
  const decided = !meet(one.first, other.first) && !one.empty && !other.empty;
  return {
    first: union(one.first, other.first),
    empty: one.empty || other.empty,
    shortest: Math.min(one.shortest, other.shortest),
    longest: Math.max(one.longest, other.longest),
    ways: decided ? Math.max(one.ways, other.ways) : one.ways + other.ways,
  };
}

function repeated(
  { item, min, max }: Extract<PatternNode, { kind: 'repeat' }>,
  follow: CharacterSet,
): Extent {
  const alone = measure(item, follow);
  const once = max > 1 ? measure(item, union(follow, alone.first)) : alone;
  if (once.empty && max > 1) throw new SetError('something that can be empty is repeated');
  const choices = meet(once.first, follow) ? max - min + 1 : 1;
  return {
    first: once.first,
    empty: once.empty || min === 0,
    shortest: once.shortest * min,
    longest: once.longest * max,
    ways: choices * once.ways ** Math.max(1, max),
  };
}
