import type { GrammarData, Style } from '../rules/pack.ts';
import { anyGlob } from '../glob.ts';
import { readFlags, type Flag } from './flag-spelling.ts';
import { compileFlags, type FlagCondition } from './flag-condition.ts';

/** How a family of programs reads options. */
export interface Habits {
  /** A long option may be cut short while it stays unambiguous: getopt_long(3), git-cli(7). */
  abbreviates: boolean;
  /** Every `--x` has a `--no-x`: git-cli(7). */
  negates: boolean;
  /** Options of a command are also read behind its subcommand. */
  inherits: boolean;
  /** `--x=false` takes an option back: Go's flag and pflag packages. */
  booleans: boolean;
  /** A single dash starts a whole name (`-auto-approve`), and letters are not bundled: Go's flag package, find(1). */
  words: boolean;
  /** With POSIXLY_CORRECT the first operand ends the options, so `--help` behind one promises nothing: getopt(3), popt(3). */
  posixly: boolean;
}

const PLAIN: Habits = {
  abbreviates: false,
  negates: false,
  inherits: true,
  booleans: false,
  words: false,
  posixly: false,
};
const HABITS: Record<Style, Habits> = {
  getopt: { ...PLAIN, abbreviates: true, posixly: true },
  git: { ...PLAIN, abbreviates: true, negates: true, inherits: false },
  pflag: { ...PLAIN, booleans: true },
  words: { ...PLAIN, booleans: true, words: true },
};

const DRY = ['', 'true', '1', 'client', 'server'].map((value) => `dry-run=${value}`).join(' | ');
const USUALLY_HARMLESS = ['help', 'version', DRY];

export interface Grammar {
  name: string;
  data: GrammarData;
  habits: Habits;
  flags: Flag[];
  bySpelling: Map<string, Flag>;
  /** Long spellings in order, for abbreviations. */
  longSpellings: string[];
  /** Canonical name by every name. */
  subcommands: Map<string, string> | null;
  child: (canonical: string) => Grammar;
  /** Conditions under which the command does nothing; any of them. */
  harmless: FlagCondition[];
  /** Ids of options that answer a confirmation before it is asked. */
  preAnswers: string[];
  /** Ids of options behind whose value everything is an operand. */
  endsOptions: ReadonlySet<string>;
  /** Whether a plain word is the last of the subcommands. */
  isVerb: ((word: string) => boolean) | null;
  /** How many more plain words are subcommands whatever they are. */
  depth: number;
  /** Of those only words that look like subcommands. */
  shaped: boolean;
}

/** @throws Error when a line of options cannot be read */
export function compileGrammar(name: string, data: GrammarData, parent?: Grammar): Grammar {
  const habits = data.style ? HABITS[data.style] : (parent?.habits ?? HABITS.pflag);
  const flags = readFlags(data.flags ?? '');
  addUsual(flags, habits, !parent);
  const bySpelling = new Map(flags.flatMap((flag) => flag.spellings.map((s) => [s, flag])));
  const children = new Map<string, Grammar>();
  const grammar: Grammar = {
    name,
    data,
    habits,
    flags,
    bySpelling,
    longSpellings: [...bySpelling.keys()].filter((spelling) => spelling.startsWith('--')).sort(),
    subcommands: data.subcommands ? namesOf(data.subcommands) : null,
    child: (canonical) => {
      const known = children.get(canonical);
      if (known) return known;
      const made = compileGrammar(
        canonical,
        data.subcommands?.[canonical] ?? undeclared(data),
        grammar,
      );
      children.set(canonical, made);
      return made;
    },
    harmless: data.harmless
      ? compileFlags(data.harmless)
      : (parent?.harmless ?? compileFlags(USUALLY_HARMLESS)),
    preAnswers: [...(data['pre-answers'] ?? []), ...(parent?.preAnswers ?? [])],
    endsOptions: new Set(data['ends-options'] ?? []),
    // Below a declared subcommand too: `gcloud compute instances delete`.
    isVerb: data.verbs ? anyGlob(data.verbs) : (parent?.isVerb ?? null),
    depth: data.depth ?? (data.verbs ? Infinity : Math.max(0, (parent?.depth ?? 0) - 1)),
    shaped: parent?.shaped ?? (data.verbs !== undefined && data.depth !== undefined),
  };
  return grammar;
}

/** The flags whose long spelling starts so: a binary search, for a command line may hold 100,000 such words. */
export function flagsStarting({ longSpellings, bySpelling }: Grammar, start: string): Flag[] {
  let low = 0;
  for (let high = longSpellings.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((longSpellings[middle] ?? '') < start) low = middle + 1;
    else high = middle;
  }
  const found: Flag[] = [];
  for (; longSpellings[low]?.startsWith(start); low += 1) {
    const flag = bySpelling.get(longSpellings[low] ?? '');
    if (flag) found.push(flag);
  }
  return found;
}

/** What a command without a pack is read with: nothing is known of its options. */
export const UNKNOWN_GRAMMAR = compileGrammar('', { harmless: [] });

/** `yarn prisma migrate reset`: a subcommand that nobody declares is a program. */
function undeclared({ starts }: GrammarData): GrammarData {
  const started = starts?.filter(({ from }) => from === 'subcommand') ?? [];
  return started.length ? { starts: started } : {};
}

/** `--help` everywhere and `--version` at the top, unless the pack says otherwise. */
function addUsual(flags: Flag[], habits: Habits, top: boolean): void {
  for (const id of top ? ['help', 'version'] : ['help']) {
    if (flags.some((flag) => flag.id === id)) continue;
    const spellings = habits.words ? [`-${id}`, `--${id}`] : [`--${id}`];
    flags.push({ id, spellings, value: 'none', repeatable: false, negatable: false });
  }
}

function namesOf(subcommands: Record<string, GrammarData>): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, data] of Object.entries(subcommands))
    for (const each of [name, ...(data.aliases ?? [])]) names.set(each, name);
  return names;
}
