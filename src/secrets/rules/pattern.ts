import { parseSet, readEscape, SetError, type CharacterSet } from './character-set.ts';

/**
 * A regular expression of the kind that a rule may use: characters, classes, groups, alternatives, quantifiers with an
 * upper bound, lookahead. What is missing (`*`, `+`, `{3,}`, lookbehind, references back) is what can take long.
 */
export type PatternNode =
  | { kind: 'set'; set: CharacterSet }
  | { kind: 'sequence'; items: PatternNode[] }
  | { kind: 'choice'; items: PatternNode[] }
  | { kind: 'repeat'; item: PatternNode; min: number; max: number }
  | { kind: 'look'; item: PatternNode };

const EDGE: PatternNode = { kind: 'sequence', items: [] };
const ANY = Uint8Array.from({ length: 256 }, (_, code) => +(code !== 10 && code !== 13));

/** @throws SetError that says what such a pattern may not hold */
export function parsePattern(source: string): PatternNode {
  const reader = new Reader(source);
  const node = reader.choice();
  if (!reader.done) throw new SetError('it has a ")" too many');
  return node;
}

class Reader {
  private at = 0;
  constructor(private readonly source: string) {}

  get done(): boolean {
    return this.at >= this.source.length;
  }

  choice(): PatternNode {
    const items = [this.sequence()];
    while (this.take('|')) items.push(this.sequence());
    return items.length === 1 && items[0] ? items[0] : { kind: 'choice', items };
  }

  private sequence(): PatternNode {
    const items: PatternNode[] = [];
    while (!this.done && this.source[this.at] !== '|' && this.source[this.at] !== ')')
      items.push(this.quantified(this.atom()));
    return { kind: 'sequence', items };
  }

  private atom(): PatternNode {
    const letter = this.source[this.at] ?? '';
    if (letter === '(') return this.group();
    if (letter === '[') return this.characterClass();
    if (letter === '.') return this.one(ANY, 1);
    if (letter === '\\') {
      if (this.take('\\b')) return EDGE;
      const { member, next } = readEscape(this.source, this.at);
      this.at = next;
      return { kind: 'set', set: typeof member === 'number' ? single(member) : member };
    }
    if ('*+?{}]^$'.includes(letter)) throw new SetError(`"${letter}" cannot stand there`);
    const code = letter.charCodeAt(0);
    if (code > 255) throw new SetError('only characters of one byte can be met in a file');
    return this.one(single(code), 1);
  }

  private one(set: CharacterSet, length: number): PatternNode {
    this.at += length;
    return { kind: 'set', set };
  }

  private group(): PatternNode {
    this.at += 1;
    if (this.take('?<=') || this.take('?<!')) throw new SetError('it looks behind itself');
    const looks = this.take('?=') || this.take('?!');
    const named = this.take('?<secret>') || this.take('?<random>');
    if (!looks && !named && !this.take('?:'))
      throw new SetError('groups are (?:…), (?<secret>…), (?<random>…), (?=…) or (?!…)');
    const item = this.choice();
    if (!this.take(')')) throw new SetError('a ")" is missing');
    return looks ? { kind: 'look', item } : item;
  }

  private characterClass(): PatternNode {
    let end = this.at + 1;
    while (end < this.source.length && this.source[end] !== ']')
      end += this.source[end] === '\\' ? 2 : 1;
    if (end >= this.source.length) throw new SetError('a "]" is missing');
    const set = parseSet(this.source.slice(this.at + 1, end));
    return this.one(set, end + 1 - this.at);
  }

  private quantified(item: PatternNode): PatternNode {
    if (this.take('?')) return this.repeat(item, 0, 1);
    if (this.source[this.at] === '*' || this.source[this.at] === '+')
      throw new SetError('a quantifier must have an upper bound');
    const counts = /^\{(\d+)(,(\d*))?\}/.exec(this.source.slice(this.at, this.at + 16));
    if (!counts) return item;
    this.at += counts[0].length;
    if (counts[2] && !counts[3]) throw new SetError('a quantifier must have an upper bound');
    return this.repeat(item, Number(counts[1]), Number(counts[3] ?? counts[1]));
  }

  private repeat(item: PatternNode, min: number, max: number): PatternNode {
    if (max < min) throw new SetError('a quantifier goes backwards');
    // A lazy quantifier tries the same lengths in another order.
    this.take('?');
    return { kind: 'repeat', item, min, max };
  }

  private take(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }
}

function single(code: number): CharacterSet {
  const set = new Uint8Array(256);
  set[code] = 1;
  return set;
}
