import type { FlagUse } from '../policy/argv/parse.ts';
import { parseArgv } from '../policy/argv/parse.ts';
import type { Flag } from '../policy/argv/flag-spelling.ts';
import { compileGrammar } from '../policy/argv/grammar.ts';
import type { GrammarData } from '../policy/rules/pack.ts';
import { printable } from '../printable.ts';
import type { BrokerCommand, BrokerDefinition } from './definition.ts';
import { fits, refuseOperand } from './operands.ts';
import { OPERANDS, type Operands } from './definition.ts';
import type { BrokerDecision } from './types.ts';

/** A command line as the definition reads it, each option with all its values. */
export interface ReadCall {
  command: BrokerCommand;
  flags: { flag: Flag; values: string[] }[];
  operands: string[];
  /** The first option that is not passed on, as a sentence; what stands behind it may have been misread. */
  refusal: { reason: string; safer: string | null } | null;
  asks: string[];
}

type Settled = Exclude<BrokerDecision, { kind: 'run' }>;

interface Place {
  repository: string;
  cwd: string;
}

/** What of a definition a command line is, or that it is nothing for guard to run. */
export function readCall(
  definition: BrokerDefinition,
  argv: readonly string[],
  place: Place,
): ReadCall | Settled {
  const grammar = compileGrammar(definition.program, grammarOf(definition));
  const call = parseArgv(definition.program, grammar, argv);
  const words = call.path.join(' ');
  const never = (name: string): string | undefined =>
    Object.hasOwn(definition.never, name) ? definition.never[name] : undefined;
  if (call.harmless) return { kind: 'inside' };
  const command = definition.commands.find(
    (each) => each.words === words || each.aliases.includes(words),
  );
  if (!command) return unlisted(definition, call.path, never);
  const known = new Map(
    [...grammar.flags, ...call.grammar.flags].map((flag) => [flag.id, flag] as const),
  );
  const read: ReadCall = { command, flags: [], operands: call.operands, refusal: null, asks: [] };
  const refuse = (reason: string, safer: string | null = null): void => {
    read.refusal ??= { reason, safer };
  };
  for (const [id, use] of call.flags) {
    const flag = known.get(id);
    if (!flag || !use.certain || id === 'help' || id === 'version') {
      const name = id.startsWith('-') ? id : `-${id.length > 1 ? '-' : ''}${id}`;
      refuse(
        never(name) ?? `guard does not pass on ${printable(name, 60)} to a brokered command`,
        'Leave that option out',
      );
      continue;
    }
    const why = refuseValues(definition, command, flag, use, place);
    if (why !== null) refuse(why);
    const ask = command.askIf[id] ?? definition.askIf[id];
    if (ask !== undefined) read.asks.push(ask);
    read.flags.push({ flag, values: use.values });
  }
  const wrong = refuseOperands(command, call.operands, place);
  if (wrong !== null) refuse(wrong);
  if (command.ask !== null) read.asks.unshift(command.ask);
  return read;
}

/** The words behind the program as guard writes them: one spelling, options before operands, so that nothing is read twice. */
export function writeCall({ command, flags, operands }: ReadCall): string[] {
  const options = flags.flatMap(({ flag, values }) => {
    const long = flag.spellings.find((spelling) => spelling.startsWith('--'));
    const spelling = long ?? flag.spellings[0] ?? '';
    if (flag.value === 'none') return [spelling];
    return values.map((value) => {
      if (flag.value === 'optional' && value === '') return spelling;
      return long ? `${long}=${value}` : `${spelling}${value}`;
    });
  });
  return [...command.words.split(' '), ...command.add, ...options, ...operands];
}

/** The definition's commands as one tree that reads options. */
export function grammarOf({ style, flags, commands }: BrokerDefinition): GrammarData {
  // Help alone: a dry run of a brokered command reaches out all the same.
  const root: GrammarData = { style, flags, harmless: ['help', 'version'], subcommands: {} };
  for (const command of commands)
    for (const words of [command.words, ...command.aliases]) {
      let at = root;
      for (const word of words.split(' ')) {
        at.subcommands ??= {};
        at = at.subcommands[word] ??= {};
      }
      at.flags = command.flags;
    }
  return root;
}

function unlisted(
  definition: BrokerDefinition,
  path: readonly string[],
  never: (name: string) => string | undefined,
): Settled {
  const starts = path.map((_, index) => path.slice(0, index + 1).join(' '));
  for (const start of starts) {
    const reason = never(start);
    if (reason !== undefined) return { kind: 'refuse', reason, safer: null };
  }
  const words = path.join(' ');
  // The beginning of a command alone prints help.
  const begins = definition.commands.some((each) => each.words.startsWith(`${words} `));
  if (
    definition.otherwise === 'inside' ||
    words === '' ||
    begins ||
    starts.some((start) => definition.inside.includes(start))
  )
    return { kind: 'inside' };
  return {
    kind: 'refuse',
    reason: `\`${definition.program} ${printable(words, 60)}\` is not among the commands that guard runs with your credential`,
    safer: `\`guard shims\` lists those that are`,
  };
}

function refuseValues(
  definition: BrokerDefinition,
  command: BrokerCommand,
  flag: Flag,
  { values }: FlagUse,
  place: Place,
): string | null {
  if (flag.value === 'none') return null;
  const wanted = command.values[flag.id] ?? definition.values[flag.id] ?? ['text'];
  const [kind = 'text'] = wanted;
  const name = flag.spellings.at(-1) ?? flag.id;
  for (const value of values) {
    const isKind = wanted.length === 1 && (OPERANDS as readonly string[]).includes(kind);
    if (isKind && flag.value === 'optional' && value === '') continue;
    if (value.includes('\0') || value.length > 70_000) return `the value of ${name} is too long`;
    if (isKind && kind !== 'text') {
      const why = refuseOperand(value, kind as Operands, place);
      if (why !== null) return `${name}: ${why}`;
    }
    if (!isKind && !fits(value, wanted))
      return `guard passes on ${name} only with ${wanted.join(', ')}`;
  }
  return null;
}

function refuseOperands(
  command: BrokerCommand,
  operands: readonly string[],
  place: Place,
): string | null {
  if (operands.length > command.atMost)
    return command.atMost === 0
      ? `\`${command.words}\` is passed on without further words`
      : `\`${command.words}\` is passed on with ${command.atMost} further words at most`;
  if (operands.length < command.atLeast)
    return `\`${command.words}\` is passed on only with ${command.atLeast === 1 ? 'a further word' : `${command.atLeast} further words`}`;
  for (const [index, operand] of operands.entries()) {
    const why = refuseOperand(operand, command.operands, place);
    if (why !== null) return why;
    const patterns = command.operandAt[String(index + 1)];
    if (patterns && !fits(operand, patterns))
      return `"${printable(operand, 80)}" is not ${patterns.join(' or ')}`;
  }
  return null;
}
