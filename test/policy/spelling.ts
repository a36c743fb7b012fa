import type { Flag } from '../../src/policy/argv/flag-spelling.ts';
import { flagsStarting, type Grammar } from '../../src/policy/argv/grammar.ts';

/** A word of a command line by what it is, or an option with its value. */
export type Piece =
  | { kind: 'subcommand'; word: string; names: string[] }
  | { kind: 'operand'; word: string }
  | { kind: 'option'; flag: Flag; spelling: string; value: string | null; chain: Grammar[] };

export interface Pieces {
  program: string;
  pieces: Piece[];
  /** Where the options of the innermost subcommand may stand: behind this many pieces. */
  start: number;
  grammar: Grammar;
  /** Options may stand behind operands. */
  mixed: boolean;
}

/** A command line cut up as its grammar says; null where a word of it is not declared, or where it says `--`. */
export function piecesOf(root: Grammar, argv: readonly string[]): Pieces | null {
  const [program = '', ...words] = argv;
  const pieces: Piece[] = [];
  let grammar = root;
  let chain = [root];
  let start = 0;
  let ended = false;
  while (words.length) {
    const word = words.shift() ?? '';
    if (word === '--' && !ended) return null;
    if (ended || !word.startsWith('-') || word === '-') {
      const canonical = grammar.subcommands?.get(word);
      if (pieces.every(({ kind }) => kind !== 'operand') && canonical !== undefined) {
        const { subcommands } = grammar;
        const names = [...(subcommands ?? [])].flatMap(([name, of]) =>
          of === canonical ? [name] : [],
        );
        pieces.push({ kind: 'subcommand', word, names });
        grammar = grammar.child(canonical);
        chain = grammar.habits.inherits ? [grammar, ...chain] : [grammar];
        start = pieces.length;
        continue;
      }
      // What is chosen by its kind rather than by name is spelled in one way.
      if (grammar.subcommands || grammar.isVerb || grammar.depth > 0) return null;
      pieces.push({ kind: 'operand', word });
      ended ||= grammar.data.interspersed === false;
      continue;
    }
    const option = optionOf(word, words, chain);
    if (!option) return null;
    if (root.data['applet-flags']) return null;
    if (option.some(({ flag }) => grammar.endsOptions.has(flag.id))) ended = true;
    pieces.push(...option);
  }
  const mixed = grammar.data.interspersed !== false && grammar.endsOptions.size === 0;
  return { program, pieces, start, grammar, mixed };
}

type Option = Extract<Piece, { kind: 'option' }>;

function optionOf(word: string, rest: string[], chain: Grammar[]): Option[] | null {
  const { habits } = chain[0] as Grammar;
  const equals = word.indexOf('=');
  if (word.startsWith('--') || habits.words || lookup(word, chain)) {
    const spelling = equals < 0 ? word : word.slice(0, equals);
    const flag = lookup(spelling, chain);
    if (!flag || flag.value === 'until-semicolon') return null;
    const given = equals < 0 ? null : word.slice(equals + 1);
    if (flag.value === 'none' && given !== null) return null;
    const value = flag.value === 'required' && given === null ? (rest.shift() ?? null) : given;
    return flag.value === 'required' && value === null
      ? null
      : [{ kind: 'option', flag, spelling, value, chain }];
  }
  const found: Option[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const spelling = `-${word[at]}`;
    const flag = lookup(spelling, chain);
    if (!flag || flag.value === 'until-semicolon') return null;
    const behind = word.slice(at + 1);
    if (flag.value === 'none') {
      found.push({ kind: 'option', flag, spelling, value: null, chain });
      continue;
    }
    if (flag.value === 'number') {
      const number = /^\d+/.exec(behind)?.[0] ?? '';
      found.push({ kind: 'option', flag, spelling, value: number || null, chain });
      at += number.length;
      continue;
    }
    if (flag.value === 'required') {
      const value = behind === '' ? rest.shift() : behind.replace(/^=/, '');
      if (value === undefined) return null;
      return [...found, { kind: 'option', flag, spelling, value, chain }];
    }
    return [
      ...found,
      { kind: 'option', flag, spelling, value: behind === '' ? null : behind, chain },
    ];
  }
  return found;
}

function lookup(spelling: string, chain: Grammar[]): Flag | undefined {
  for (const grammar of chain) {
    const flag = grammar.bySpelling.get(spelling);
    if (flag) return flag.id === 'version' && grammar !== chain[0] ? undefined : flag;
  }
  return undefined;
}

/** Every way of writing an option that the style of its command allows, the given one first. */
export function waysOf({ flag, spelling, value, chain }: Option): string[][] {
  const { habits } = chain[0] as Grammar;
  const ways: string[][] = [];
  for (const each of [spelling, ...flag.spellings]) {
    // A nearer subcommand may mean something else by the same letters.
    if (lookup(each, chain) !== flag) continue;
    const long = each.startsWith('--') || habits.words;
    const names =
      each.startsWith('--') && habits.abbreviates ? [each, ...shortened(each, chain)] : [each];
    for (const name of names)
      if (value === null) ways.push([name]);
      else if (flag.value === 'optional' || flag.value === 'number')
        ways.push([long ? `${name}=${value}` : name + value]);
      else {
        ways.push([name, value]);
        if (long) ways.push([`${name}=${value}`]);
        else if (name.length === 2 && value !== '' && !value.startsWith('='))
          ways.push([name + value]);
      }
  }
  return ways;
}

/** The shortest start of a long option that no other one has. */
function shortened(spelling: string, chain: Grammar[]): string[] {
  for (let length = 3; length < spelling.length; length += 1) {
    const start = spelling.slice(0, length);
    const fits = chain.flatMap((grammar) => flagsStarting(grammar, start));
    const taken = lookup(start, chain) !== undefined;
    if (!taken && new Set(fits).size === 1 && !start.startsWith('--no-')) return [start];
  }
  return [];
}

/** Letters without values that stand side by side, behind one dash. */
export function bundled(words: readonly string[], isLetter: (word: string) => boolean): string[] {
  const out: string[] = [];
  let open = false;
  for (const word of words) {
    const letter = isLetter(word);
    if (letter && open) out.push((out.pop() ?? '') + word.slice(1));
    else out.push(word);
    open = letter;
  }
  return out;
}
