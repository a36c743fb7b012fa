import type { CommandNames } from '../rules/compact.ts';
import type { GrammarData } from '../rules/pack.ts';
import { compileGrammar, UNKNOWN_GRAMMAR, type Grammar } from './grammar.ts';
import { parseArgv, type Invocation } from './parse.ts';
import { readings } from './readings.ts';

/** A loader started by a loader started by …: beyond this depth nobody means well. */
const NESTING_LIMIT = 16;
/** So many ways to read it are followed at once. */
const WIDTH_LIMIT = 9;
/** The command of a pack that stands for every program which none describes. */
const ANY_OTHER = '*';

export interface Program {
  /** Canonical name, the key of its rules. */
  command: string;
  /** The name by which a profile may speak of it: as called, or `git` for `git-push`. */
  name: string;
  grammar: Grammar;
  /** Subcommands that its own name stands for: `compose` for `docker-compose`. */
  implied: string[];
}

/** Which program a name is, by one look-up for each way a pack can name it. */
export class Programs {
  readonly #exact = new Map<string, { command: string; implied: string[] }>();
  readonly #dashed = new Map<string, string>();
  readonly #starts = new Map<string, string>();
  readonly #startLengths = new Set<number>();
  readonly #data = new Map<string, () => GrammarData>();
  readonly #grammars = new Map<string, Grammar>();

  /** @param data is called when the program is first met */
  add({ command, aliases, dashed, programs }: CommandNames, data: () => GrammarData): void {
    this.#data.set(command, data);
    if (command === ANY_OTHER) return;
    for (const name of [command, ...aliases]) {
      if (!name.endsWith('*')) this.#exact.set(name, { command, implied: [] });
      else {
        this.#starts.set(name.slice(0, -1), command);
        this.#startLengths.add(name.length - 1);
      }
    }
    if (dashed) this.#dashed.set(command, command);
    for (const [name, implied] of programs) this.#exact.set(name, { command, implied });
  }

  /** Names that rules speak of, as far as they are spelled out. */
  names(): string[] {
    return [...this.#exact.keys()];
  }

  /** Null when no pack knows the program. */
  find(name: string): Program | null {
    const exact = this.#exact.get(name);
    if (exact)
      return this.#program(
        exact.command,
        exact.implied.length ? exact.command : name,
        exact.implied,
      );
    const dash = name.indexOf('-');
    const dashed = dash > 0 ? this.#dashed.get(name.slice(0, dash)) : undefined;
    if (dashed) return this.#program(dashed, dashed, [name.slice(dash + 1)]);
    for (const length of this.#startLengths) {
      const command = this.#starts.get(name.slice(0, length));
      if (command) return this.#program(command, name, []);
    }
    return null;
  }

  /** What a program is read with that no pack describes. */
  other(name: string): Program | null {
    return this.#data.has(ANY_OTHER) ? this.#program(ANY_OTHER, name, []) : null;
  }

  grammar(command: string): Grammar {
    const known = this.#grammars.get(command);
    if (known) return known;
    const made = compileGrammar(command, this.#data.get(command)?.() ?? {});
    this.#grammars.set(command, made);
    return made;
  }

  #program(command: string, name: string, implied: string[]): Program {
    return { command, name, grammar: this.grammar(command), implied };
  }
}

export interface NamedInvocation extends Invocation {
  name: string;
  /** The first subcommand is part of the program's name: `git-push`. */
  implied: boolean;
  /** Of a program that no pack describes: as the rules about any such program read it. */
  byVerb?: NamedInvocation;
}

/**
 * What a command line stands for: itself, and the program inside it where one starts another without a new execve
 * (the loader, busybox); the likely reading first, then what else it may be. Null when it is nested beyond reason.
 */
export function invocationsOf(
  programs: Programs,
  name: string,
  argv: readonly string[],
): NamedInvocation[] | null {
  const found: NamedInvocation[] = [];
  let level: [name: string, argv: readonly string[]][] = [[name, argv]];
  for (let depth = 0; depth < NESTING_LIMIT; depth += 1) {
    const inside = new Map<string, readonly string[]>();
    for (const [called, words] of level) {
      const { all, inner } = readProgram(programs, called, words);
      found.push(...all);
      for (const each of inner) inside.set(each.join('\0'), each);
    }
    if (inside.size === 0) return found;
    if (inside.size > WIDTH_LIMIT) return null;
    level = [...inside.values()].map((words) => [lastComponent(words[0] ?? ''), words]);
  }
  return null;
}

/** Every way to read one program, and what it runs inside itself. */
function readProgram(
  programs: Programs,
  name: string,
  argv: readonly string[],
): { all: NamedInvocation[]; inner: (readonly string[])[] } {
  const program = programs.find(dashedName(programs, name, argv));
  if (!program) return { all: [readUnknown(programs.other(name), name, argv)], inner: [] };
  const words = withImplied(program.implied, argv);
  const all = readings(program.command, program.grammar, words).map((invocation) => ({
    ...invocation,
    name: program.name,
    implied: program.implied.length > 0,
  }));
  const inner = all.flatMap((invocation) => {
    const runs = innerArgv(program, invocation, argv);
    return runs ? [runs] : [];
  });
  return { all, inner };
}

/** Every option of it is one that nobody declared: read the likely way alone. */
function readUnknown(
  other: Program | null,
  name: string,
  argv: readonly string[],
): NamedInvocation {
  const named = { name, implied: false };
  return {
    ...parseArgv(name, UNKNOWN_GRAMMAR, argv),
    ...named,
    ...(other ? { byVerb: { ...parseArgv(other.command, other.grammar, argv), ...named } } : {}),
  };
}

export function lastComponent(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `coreutils --coreutils-prog=rm -rf x`: the option comes before any word of the applet's own. */
function appletFlag(flags: readonly string[], argv: readonly string[]): readonly string[] | null {
  const flag = flags.find((each) => argv[1]?.startsWith(`--${each}=`));
  return flag ? [(argv[1] ?? '').slice(`--${flag}=`.length), ...argv.slice(2)] : null;
}

/** git itself reads its subcommand out of argv[0], whatever its file is called: `exec -a git-push git`. */
function dashedName(programs: Programs, name: string, argv: readonly string[]): string {
  const called = lastComponent(argv[0] ?? '');
  const command = programs.find(name)?.command;
  return command && called.startsWith(`${command}-`) && programs.find(called)?.command === command
    ? called
    : name;
}

function withImplied(implied: string[], argv: readonly string[]): readonly string[] {
  return implied.length ? [argv[0] ?? '', ...implied, ...argv.slice(1)] : argv;
}

function innerArgv(
  program: Program | null,
  invocation: Invocation,
  argv: readonly string[],
): readonly string[] | null {
  const runs = program?.grammar.data.runs;
  if (!program || !runs || argv.length === 0) return null;
  const inside = appletFlag(program.grammar.data['applet-flags'] ?? [], argv);
  if (inside) return inside;
  const called = lastComponent(argv[0] ?? '');
  for (const id of program.grammar.data['runs-flags'] ?? []) {
    const named = invocation.flags.get(id)?.values.at(-1);
    if (named) return [named, ...invocation.operands];
  }
  // `python -c CODE x`: x is no program.
  if ([...program.grammar.endsOptions].some((id) => invocation.flags.has(id))) return null;
  // A busybox called `rm` is rm; called by its own name it takes the applet from its first operand.
  if (runs === 'applet' && !called.startsWith(program.command)) return argv;
  return invocation.operands.length ? invocation.operands : null;
}
