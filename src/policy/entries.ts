import type { CommandEntry, ConfirmBy, Sourced } from '../profile/types.ts';
import { parseArgv, type Invocation } from './argv/parse.ts';
import { readings } from './argv/readings.ts';
import type { NamedInvocation, Programs } from './argv/program.ts';
import { UNKNOWN_GRAMMAR } from './argv/grammar.ts';
import { anyGlob, glob } from './glob.ts';
import type { Shape } from './specificity.ts';
import { hardest, resourceOf } from './tier.ts';
import type { Action, ExecRequest, Source, Tier, Verdict } from './types.ts';

/** A `commands:` line of a profile, compiled. */
export interface Entry {
  words: string;
  action: Action;
  confirm: ConfirmBy | undefined;
  reason: string | undefined;
  source: Source;
  /** As written: a name, a path, or a pattern with `*`. */
  program: string;
  shape: Shape;
  /** Null when it does not match; `whole` is false when it names operands and the command has others besides. */
  test: (invocation: NamedInvocation, request: ExecRequest) => { whole: boolean } | null;
}

/**
 * `terraform apply`, `git push --force`, `npm run *`: the program first, then subcommands, flags and operands that must
 * be there, read through the program's grammar where a pack has one, so that `-f` is `--force`.
 */
export function compileEntry({ value, source }: Sourced<CommandEntry>, programs: Programs): Entry {
  const words = value.match.trim().split(/\s+/);
  const written = words[0] ?? '';
  const isPath = written.includes('/');
  const base = written.slice(written.lastIndexOf('/') + 1);
  const known = programs.find(base);
  const all: [Invocation, ...Invocation[]] = known
    ? readings(known.command, known.grammar, [base, ...known.implied, ...words.slice(1)])
    : [parseArgv(base, UNKNOWN_GRAMMAR, words)];
  for (const each of all) if (each.assumed) each.operands = [];
  const [wanted] = all;
  const program = isPath ? written : (known?.name ?? written);
  const isProgram = glob(program);
  const compiled = all.map((each) => ({
    reading: each.reading,
    holds: compileWanted(each, known !== null, value.action === 'allow'),
  }));
  // Both are read the same way, so that what the entry allows is allowed whichever way is right.
  const holds = (invocation: Invocation) =>
    (compiled.find(({ reading }) => reading === invocation.reading) ?? compiled[0])?.holds(
      invocation,
    ) ?? null;
  return {
    words: value.match,
    action: value.action,
    confirm: value.confirm,
    reason: value.reason,
    source,
    program,
    shape: shapeOf(wanted, program),
    test: (invocation, request) =>
      isProgram(isPath ? request.path : invocation.name) ? holds(invocation) : null,
  };
}

const TIER_OF: Record<ConfirmBy, Tier> = {
  key: 'confirm',
  review: 'review',
  'type-target': 'type',
};

/**
 * How a question of an entry is answered: as the rules would have it that ask about the same command, and as its own
 * `confirm` says where that is harder. The user's own may make it easier as well.
 */
export function entryConfirmation(
  { action, confirm, source }: Pick<Entry, 'action' | 'confirm' | 'source'>,
  rules: readonly Pick<Verdict, 'action' | 'tier' | 'resource' | 'facts'>[],
  invocation: Invocation,
): Pick<Verdict, 'tier' | 'resource' | 'facts'> {
  if (action !== 'ask') return {};
  const asking = rules.filter((rule) => rule.action === 'ask');
  const ofRules = asking.map(({ tier = 'confirm' }) => tier).reduce(hardest, 'confirm');
  const own = TIER_OF[confirm ?? 'key'];
  const facts = [...new Set(asking.flatMap((rule) => rule.facts ?? []))];
  const resource =
    asking.find(({ tier }) => tier === ofRules)?.resource ?? resourceOf({}, invocation);
  return {
    tier: confirm !== undefined && source.layer === 'user' ? own : hardest(own, ofRules),
    resource,
    ...(facts.length ? { facts } : {}),
  };
}

function compileWanted(
  wanted: Invocation,
  hasGrammar: boolean,
  loosens: boolean,
): (invocation: Invocation) => { whole: boolean } | null {
  const path = wanted.path.map(glob);
  const operands = wanted.operands.map(glob);
  const anyOperand = anyGlob(wanted.operands);
  const flags = [...wanted.flags].map(
    ([id, use]) => [id, use.values.filter((value) => value !== '').map(glob)] as const,
  );
  return (invocation) => {
    if (!path.every((matches, index) => matches(invocation.path[index] ?? '\0'))) return null;
    for (const [id, values] of flags) {
      const use = invocation.flags.get(id);
      if (!use || (loosens && !use.certain)) return null;
      if (!values.every((matches) => use.values.some(matches))) return null;
    }
    if (operands.length === 0) return { whole: true };
    // A first word of a tool no pack knows is its subcommand: what follows it is not named, and free.
    const whole = hasGrammar
      ? invocation.operands.every(anyOperand)
      : operands.every((matches, index) => matches(invocation.operands[index] ?? '\0'));
    if (loosens && !whole) return null;
    return inOrder(operands, invocation.operands) ? { whole } : null;
  };
}

function inOrder(wanted: ((text: string) => boolean)[], given: readonly string[]): boolean {
  let next = 0;
  for (const operand of given) {
    if (next === wanted.length) break;
    if (wanted[next]?.(operand)) next += 1;
  }
  return next === wanted.length;
}

function shapeOf(wanted: Invocation, program: string): Shape {
  return {
    command: program === '*' ? null : wanted.command,
    path: wanted.path,
    flags: [...wanted.flags].map(([id, use]) => `${id}=${use.values.find((v) => v !== '') ?? '*'}`),
    rest: wanted.operands.map((operand) => `word:${operand}`),
    namesOperands: wanted.operands.length > 0,
  };
}
