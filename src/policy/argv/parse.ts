import type { Flag } from './flag-spelling.ts';
import { flagsHold } from './flag-condition.ts';
import { flagsStarting, type Grammar } from './grammar.ts';

/** How often and how an option was given. */
export interface FlagUse {
  /** Every value of a repeatable option, else the last; `''` where it takes none. */
  values: string[];
  /** False where it may as well be the value of an option nobody declared. */
  certain: boolean;
  /** Given before any operand. */
  early: boolean;
}

/** A command line understood. */
export interface Invocation {
  /** Canonical name of the program. */
  command: string;
  /** Canonical subcommands, outermost first. */
  path: string[];
  /** By id; an option nobody declared is under its own spelling. */
  flags: Map<string, FlagUse>;
  operands: string[];
  /** How many operands stand before the first `--`; -1 where there is none. */
  dashes: number;
  /** Id of the option given last. */
  lastFlag: string;
  /** The operand is the one that is meant when none is given. */
  assumed: boolean;
  argv: readonly string[];
  /** Where in `path` the first subcommand stands that no pack declares; -1 when all are declared. */
  undeclared: number;
  /** Help, version or a dry run: it does nothing. */
  harmless: boolean;
  grammar: Grammar;
  /** A word behind an option nobody declared may be its value, or not: it can be read otherwise as well. */
  ambiguous: boolean;
  reading: Doubtful;
}

/** What a word is taken for behind an option nobody declared: `either`, by what it looks like, or always one of the two. */
export type Doubtful = 'either' | 'value' | 'word';

/** Whether the next plain word is a subcommand. */
function choosesIn({ subcommands, depth }: Grammar): boolean {
  return subcommands !== null || depth > 0;
}

/** `fleet`, `site:delete`; no path, no name with a capital, no placeholder. */
const SUBCOMMAND = /^[a-z][a-z0-9_-]*(?::[a-z0-9_-]+)*$/;

const FALSE = new Set(['false', 'False', 'FALSE', 'f', 'F', '0']);

/** Reads `argv` (its first word is the program's name) as the grammar says. Never throws; linear in its length. */
export function parseArgv(
  command: string,
  grammar: Grammar,
  argv: readonly string[],
  doubtful: Doubtful = 'either',
): Invocation {
  return new Reader(command, grammar, argv, doubtful).read();
}

class Reader {
  readonly #argv: readonly string[];
  readonly #invocation: Invocation;
  /** Innermost first. */
  #grammars: Grammar[];
  #at = 1;
  #choosing: boolean;
  #optionsEnded = false;
  /** The subcommand may be the user's own: what its options mean is not known. */
  #open = false;
  /** The word before was an option nobody declared, without a value of its own. */
  #doubt = false;
  readonly #doubtful: Doubtful;

  constructor(command: string, grammar: Grammar, argv: readonly string[], doubtful: Doubtful) {
    this.#argv = argv;
    this.#doubtful = doubtful;
    this.#grammars = [grammar];
    this.#choosing = choosesIn(grammar);
    this.#invocation = {
      command,
      path: [],
      flags: new Map(),
      operands: [],
      dashes: -1,
      assumed: false,
      lastFlag: '',
      argv,
      undeclared: -1,
      harmless: false,
      grammar,
      ambiguous: false,
      reading: doubtful,
    };
  }

  read(): Invocation {
    for (; this.#at < this.#argv.length; this.#at += 1) {
      const word = this.#argv[this.#at] ?? '';
      const doubt = this.#doubt;
      this.#doubt = false;
      if (this.#optionsEnded || !word.startsWith('-') || word === '-') this.#plain(word, doubt);
      else if (word === '--') this.#endOptions();
      else if (this.#choosing && this.#grammar.subcommands?.has(word)) this.#plain(word, doubt);
      else if (word.startsWith('--') || this.#isWord(word)) this.#long(word, doubt);
      else this.#bundle(word, doubt);
    }
    const { operands, grammar } = this.#invocation;
    const assumed = grammar.data['default-operand'];
    if (assumed !== undefined && operands.length === 0) {
      operands.push(assumed);
      this.#invocation.assumed = true;
    }
    this.#invocation.harmless = !this.#open && this.#harmless();
    return this.#invocation;
  }

  /** A single dash starts a whole name: everywhere, or in this one (`tclsh -encoding NAME`). */
  #isWord(word: string): boolean {
    return this.#grammar.habits.words || (word.length > 2 && this.#lookup(word) !== undefined);
  }

  #endOptions(): void {
    this.#optionsEnded = true;
    this.#invocation.dashes = this.#invocation.operands.length;
  }

  get #grammar(): Grammar {
    return this.#invocation.grammar;
  }

  /** A word that is no option: a subcommand while one is expected, else an operand. */
  #plain(word: string, doubt: boolean): void {
    this.#invocation.ambiguous ||= doubt;
    if (this.#choosing && this.#grammar.shaped && !SUBCOMMAND.test(word)) this.#choosing = doubt;
    if (this.#choosing) {
      const canonical = this.#grammar.subcommands?.get(word);
      if (canonical === undefined && doubt && this.#doubtful !== 'word') return;
      this.#descend(canonical ?? word);
      return;
    }
    if (doubt && this.#doubtful === 'value') return;
    this.#invocation.operands.push(word);
    // In doubt the word may be a value, and the options go on behind it.
    if (this.#grammar.data.interspersed === false && (!doubt || this.#doubtful === 'word'))
      this.#optionsEnded = true;
  }

  #descend(canonical: string): void {
    const { data, subcommands } = this.#grammar;
    const own = subcommands?.has(canonical) && !data.subcommands?.[canonical]?.extra;
    if (!own && this.#invocation.undeclared < 0) {
      this.#invocation.undeclared = this.#invocation.path.length;
      this.#open = data.aliasable === true && !this.#harmless();
    }
    const child = this.#grammar.child(canonical);
    this.#invocation.path.push(canonical);
    this.#invocation.grammar = child;
    this.#grammars = child.habits.inherits ? [child, ...this.#grammars] : [child];
    this.#choosing = choosesIn(child) && !child.isVerb?.(canonical);
  }

  #long(word: string, doubt: boolean): void {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const given = equals < 0 ? null : word.slice(equals + 1);
    const found = this.#find(name);
    if (found.length === 0) {
      if (this.#negation(name)) return;
      this.#set(name, given ?? '', !doubt, true);
      this.#doubt = given === null;
      return;
    }
    for (const flag of found) this.#take(flag, given, !doubt);
  }

  /** Letters behind one dash; a letter nobody declared makes the rest of them doubtful. */
  #bundle(word: string, doubt: boolean): void {
    let certain = !doubt;
    for (let index = 1; index < word.length; index += 1) {
      const flag = this.#lookup(`-${word[index]}`);
      if (!flag) {
        this.#set(`-${word[index]}`, '', certain, true);
        certain = false;
        this.#doubt = index === word.length - 1;
        // No program has more letters than these: the rest of a huge word says nothing new.
        if (index > 200) return;
        continue;
      }
      const rest = word.slice(index + 1);
      if (flag.value === 'none' && rest.startsWith('=')) {
        this.#take(flag, rest.slice(1), certain);
        return;
      }
      if (flag.value === 'none' || (flag.value === 'number' && !/^=?\d/.test(rest))) {
        this.#set(flag.id, '', certain, flag.repeatable);
        continue;
      }
      if (flag.value === 'number') {
        const number = /^=?(?:0?x[\da-f]+|\d+)/i.exec(rest)?.[0] ?? '';
        this.#set(flag.id, number, certain, flag.repeatable);
        index += number.length;
        continue;
      }
      this.#take(flag, rest === '' ? null : rest.replace(/^=/, ''), certain);
      return;
    }
  }

  #take(flag: Flag, given: string | null, certain: boolean): void {
    if (flag.value === 'none' && given !== null && this.#grammar.habits.booleans) {
      if (FALSE.has(given)) this.#invocation.flags.delete(flag.id);
      else this.#set(flag.id, '', certain, flag.repeatable);
      return;
    }
    if (this.#grammar.endsOptions.has(flag.id)) this.#optionsEnded = true;
    let value = given ?? '';
    if (given === null && flag.value === 'required') value = this.#argv[++this.#at] ?? '';
    if (flag.value === 'until-semicolon') value = this.#untilSemicolon();
    this.#set(flag.id, flag.value === 'none' ? '' : value, certain, flag.repeatable);
  }

  /** `-exec COMMAND ;` and `-exec COMMAND {} +`: find(1). */
  #untilSemicolon(): string {
    const words: string[] = [];
    for (this.#at += 1; this.#at < this.#argv.length; this.#at += 1) {
      const word = this.#argv[this.#at] ?? '';
      if (word === ';' || (word === '+' && words[words.length - 1] === '{}')) break;
      words.push(word);
    }
    return words.join(' ');
  }

  #set(id: string, value: string, certain: boolean, repeatable: boolean): void {
    this.#invocation.lastFlag = id;
    const early = this.#invocation.operands.length === 0;
    const use = this.#invocation.flags.get(id);
    if (!use) {
      this.#invocation.flags.set(id, { values: [value], certain, early });
      return;
    }
    if (!repeatable) use.values = [value];
    else if (use.values[use.values.length - 1] !== value) use.values.push(value);
    use.certain ||= certain;
    use.early ||= early;
  }

  /** `--no-x` for a declared x. Where nobody says that it takes x back it may do so all the same. */
  #negation(name: string): boolean {
    if (!name.startsWith('--no-')) return false;
    const declared = this.#find(`--${name.slice('--no-'.length)}`);
    const flags = declared.filter((flag) => flag.negatable || this.#grammar.habits.negates);
    for (const flag of flags) this.#invocation.flags.delete(flag.id);
    for (const { id } of flags.length > 0 ? [] : declared) {
      const use = this.#invocation.flags.get(id);
      if (use) use.certain = false;
    }
    return declared.length > 0;
  }

  #lookup(spelling: string): Flag | undefined {
    for (const grammar of this.#grammars) {
      const flag = grammar.bySpelling.get(spelling);
      // `--version` asks for the version at the top only; below it is often an option with a value.
      if (flag && !(flag.id === 'version' && grammar !== this.#grammar)) return flag;
    }
    return undefined;
  }

  #find(name: string): Flag[] {
    const exact =
      this.#lookup(name) ??
      (this.#grammar.habits.words
        ? this.#lookup(name.startsWith('--') ? name.slice(1) : `-${name}`)
        : undefined);
    if (exact) return [exact];
    if (!this.#grammar.habits.abbreviates || name.length < 3) return [];
    // An abbreviation that fits several is an error of the command: taken as all of them.
    return this.#grammars.flatMap((grammar) => flagsStarting(grammar, name));
  }

  #harmless(): boolean {
    const { grammar, flags } = this.#invocation;
    if (grammar.harmless.length === 0) return false;
    const trusted = new Map(
      [...flags].filter(
        ([id, { early, values }]) =>
          (early || !grammar.habits.posixly) &&
          // `--version 1.2` says which one.
          !(id === 'version' && values.some((value) => value !== '')),
      ),
    );
    return grammar.harmless.some((condition) => flagsHold(condition, trusted, true));
  }
}
