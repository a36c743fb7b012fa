import type { StartData } from '../rules/pack.ts';
import { UNRESOLVED } from '../types.ts';
import { compileFlags, flagsHold, type FlagCondition } from './flag-condition.ts';
import type { Invocation } from './parse.ts';
import { invocationsOf, type NamedInvocation, type Programs } from './program.ts';

/** A command among the words of another. */
export interface Started {
  /** `argv`: its words; `shell`: joined by blanks they are text for a shell. */
  as: 'argv' | 'shell';
  words: readonly string[];
  where: 'here' | 'elsewhere' | 'container';
  /** `NAME=VALUE` words that came before it. */
  variables: ReadonlyMap<string, string>;
  /** Operands that nobody sees are put behind it. */
  more: boolean;
  /** The command that starts it. */
  by: NamedInvocation;
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

/**
 * What a command line starts as programs of their own, one level deep. Null when it is nested beyond reason.
 */
export function startedBy(
  programs: Programs,
  name: string,
  argv: readonly string[],
): Started[] | null {
  if (!programs.find(name)) return [];
  const invocations = invocationsOf(programs, name, argv);
  const again: Again = (skip, invocation) => reread(programs, skip, invocation);
  return invocations && invocations.flatMap((invocation) => startsOf(invocation, again));
}

/** Reads the options behind operands that are skipped; null where there are none. */
type Again = (skip: number, invocation: NamedInvocation) => Invocation | null;

function startsOf(invocation: NamedInvocation, again: Again): Started[] {
  const starts = invocation.grammar.data.starts ?? [];
  return starts.flatMap((start) => {
    if (!conditionsOf(start).every((condition) => flagsHold(condition, invocation.flags)))
      return [];
    return wordsOf(start, invocation, again).flatMap((words) => started(start, words, invocation));
  });
}

const conditions = new WeakMap<StartData, FlagCondition[]>();

/** One condition, of which any alternative holds. */
function conditionsOf(start: StartData): FlagCondition[] {
  const known = conditions.get(start);
  if (known) return known;
  const compiled = start.when ? compileFlags([start.when.join(' | ')]) : [];
  conditions.set(start, compiled);
  return compiled;
}

/** A list of words for each command that stands there. */
function wordsOf(
  start: StartData,
  invocation: NamedInvocation,
  again: Again,
): (readonly string[])[] {
  if (start.from === 'operands') {
    const program = programBehind(start, invocation);
    const rest = program.length
      ? invocation.operands.slice(start.skip)
      : operandsOf(start, invocation, again);
    return [[...program, ...rest]];
  }
  if (start.from === 'subcommand') {
    const { argv, path, undeclared } = invocation;
    const word = path[undeclared];
    return word === undefined ? [] : [argv.slice(argv.indexOf(word, 1))];
  }
  const flag = invocation.grammar.flags.find(({ id }) => id === start.from);
  if (flag?.value === 'until-semicolon') return untilSemicolons(flag.spellings, invocation.argv);
  const behind = start.skip === undefined ? undefined : again(start.skip, invocation)?.flags;
  const use = invocation.flags.get(start.from) ?? behind?.get(start.from);
  return (use?.values ?? []).map((value) => [value]);
}

/** `--entrypoint rm`, and `--entrypoint '["rm", "-rf"]'` of podman-run(1). */
function programBehind({ behind }: StartData, { flags }: NamedInvocation): string[] {
  const value = (behind && flags.get(behind)?.values.at(-1)) ?? '';
  const listed = value.startsWith('[') ? value.replace(/[[\]",]+/g, ' ') : value;
  return listed.split(/\s+/).filter((word) => word !== '');
}

function operandsOf(
  { skip = 0 }: StartData,
  invocation: NamedInvocation,
  again: Again,
): readonly string[] {
  if (invocation.assumed) return [];
  return again(skip, invocation)?.operands ?? invocation.operands.slice(skip);
}

/**
 * Options between what is skipped and the command are the starting program's own, where its first operand ends them for
 * us: `ssh host -p 22 ls`, `kubectl exec pod -n ns -- ls`.
 */
function reread(
  programs: Programs,
  skip: number,
  { operands, argv, grammar, name }: NamedInvocation,
): Invocation | null {
  if (skip === 0 || grammar.data.interspersed !== false) return null;
  if (!operands[skip]?.startsWith('-')) return null;
  const without = [...argv.slice(0, argv.length - operands.length), ...operands.slice(skip)];
  return invocationsOf(programs, name, without)?.[0] ?? null;
}

function untilSemicolons(spellings: readonly string[], argv: readonly string[]): string[][] {
  const found: string[][] = [];
  for (let at = 1; at < argv.length; at += 1) {
    if (!spellings.includes(argv[at] ?? '')) continue;
    const words: string[] = [];
    for (at += 1; at < argv.length; at += 1) {
      const word = argv[at] ?? '';
      if (word === ';' || (word === '+' && words.at(-1) === '{}')) break;
      words.push(word);
    }
    found.push(words);
  }
  return found;
}

function started(start: StartData, words: readonly string[], by: NamedInvocation): Started[] {
  const variables = new Map<string, string>();
  // `env - make`: the dash is short for `-i`.
  let at = start.assignments && words[0] === '-' ? 1 : 0;
  if (start.assignments)
    for (let match; (match = ASSIGNMENT.exec(words[at] ?? '')); at += 1)
      variables.set(match[1] ?? '', match[2] ?? '');
  const [program = '', ...rest] = words.slice(at);
  if (program === '') return [];
  const name = start.versioned ? program.replace(/(?!^)@[^/@]*$/, '') : program;
  return [
    {
      as: start.as ?? 'argv',
      words: [name, ...rest],
      where: start.where ?? 'here',
      variables,
      more: start.more ?? false,
      by,
    },
  ];
}

/** Whether a word is nothing but unknown. */
export function isUnknown(word: string): boolean {
  return word !== '' && word.replaceAll(UNRESOLVED, '') === '';
}

/** Whether it starts anything where no gate meets it: on another machine, or in a container. */
export function startsAway(programs: Programs, name: string, argv: readonly string[]): boolean {
  // Most programs start nothing at all, and then the look-up is all it costs.
  const found = startedBy(programs, name, argv);
  return found === null || found.some(({ where }) => where !== 'here');
}
