import type { ConditionData, MatchData, OperandData, Place, TextData } from './rules/pack.ts';
import { compileFlags, flagsHold, heldKeys, type FlagCondition } from './argv/flag-condition.ts';
import type { Grammar } from './argv/grammar.ts';
import { coversEverything } from './argv/pathspec.ts';
import { underHome } from './argv/place.ts';
import type { Facts } from './facts.ts';
import { anyGlob } from './glob.ts';
import { isOneOf, type Call } from './text/calls.ts';
import { hostOfUrl, mentionsHost, mentionsWord } from './text/mention.ts';
import type { Shape } from './specificity.ts';

const WORST = new Set<Place>(['root', 'home', 'above', 'unknown']);

const CLIMBS = /(?:^|\/)\.\.(?:\/|$)/;

type Test = (facts: Facts) => boolean;

export interface CompiledMatch {
  path: string[];
  holds: Test;
  /** Of what was matched: of several alternatives those that hold. */
  shape: (facts: Facts) => Shape;
}

/** A `match:` of a rule, one for each command it names. */
export function compileMatch(
  data: MatchData,
  grammarOf: (command: string) => Grammar,
): { command: string; match: CompiledMatch }[] {
  return data.command.map((line) => {
    const [command = '', ...path] = line.split(/\s+/);
    const chain = grammarChain(grammarOf(command), path);
    const flags = compileFlags(data.flags ?? [], (id) => canonicalFlag(chain, id));
    const holds = compileCondition(data, flags, false, path.length);
    return { command, match: { path, holds, shape: shapeOf(command, path, flags, data) } };
  });
}

/** An `unless:` of a rule: what keeps it from applying, so only what is certain counts. */
export function compileUnless(
  data: ConditionData,
  lines: readonly string[],
  grammarOf: (command: string) => Grammar,
): Test {
  const chain = lines.flatMap((line) => {
    const [command = '', ...path] = line.split(/\s+/);
    return grammarChain(grammarOf(command), path);
  });
  const flags = compileFlags(data.flags ?? [], (id) => canonicalFlag(chain, id));
  return compileCondition(data, flags, true, 0);
}

/** Innermost first. */
export function grammarChain(root: Grammar, path: readonly string[]): Grammar[] {
  const chain = [root];
  for (const name of path) chain.unshift((chain[0] ?? root).child(name));
  return chain;
}

/** The id of a flag by any of its names; unchanged when no grammar of the chain declares it. */
export function canonicalFlag(chain: readonly Grammar[], name: string): string {
  return declaredFlag(chain, name) ?? name;
}

/** An id goes before a spelling: in `git commit`, `c` is git's own `-c NAME=VALUE`, not `--reedit-message`. */
export function declaredFlag(chain: readonly Grammar[], name: string): string | undefined {
  const flags = chain.flatMap((grammar) => grammar.flags);
  const found =
    flags.find((flag) => flag.id === name) ??
    flags.find((flag) => flag.spellings.some((each) => each.replace(/^--?/, '') === name));
  return found?.id;
}

/** @param depth of the subcommand the condition is about */
function compileCondition(
  data: ConditionData,
  flags: FlagCondition[],
  surely: boolean,
  depth: number,
): Test {
  const tests: Test[] = flags.map(
    (condition) => (facts) => flagsHold(condition, facts.invocation.flags, surely),
  );
  const last = data['last-flag'];
  if (last !== undefined) tests.push(({ invocation }) => invocation.lastFlag === last);
  const verb = data.verb && anyGlob(data.verb);
  if (verb) tests.push(({ invocation: { path } }) => path.slice(depth).some(verb));
  const whole = data.path && anyGlob(data.path);
  if (whole) tests.push(({ invocation: { path } }) => whole(path.join(' ')));
  const some = data.operand?.map((operand) => compileOperand(operand, surely));
  if (some) tests.push((facts) => selects(facts, some, 'some'));
  const every = data['every-operand']?.map((operand) => compileOperand(operand, surely));
  if (every) tests.push((facts) => selects(facts, every, 'every'));
  const target = data.target?.map((operand) => compileOperand(operand, surely));
  if (target) tests.push((facts) => targetIs(facts, target));
  if (data.subcommand)
    tests.push(({ invocation: { undeclared, implied } }) => undeclared === depth && !implied);
  const count = data['operand-count'];
  if (count) {
    const { 'at-least': least = 0, 'at-most': most = Infinity } = count;
    tests.push(
      ({ invocation: { operands } }) => operands.length >= least && operands.length <= most,
    );
  }
  for (const text of data.text ?? []) tests.push(compileText(text, surely));
  const { caller } = data;
  if (caller)
    tests.push(({ request }) => request.caller?.some((name) => caller.includes(name)) ?? false);
  return (facts) => tests.every((test) => test(facts));
}

type OperandTest = (facts: Facts, operand: string, index: number) => boolean;

function selects(facts: Facts, tests: OperandTest[], mode: 'some' | 'every'): boolean {
  const { operands } = facts.invocation;
  const one = (operand: string, index: number) => tests.some((test) => test(facts, operand, index));
  return operands.length > 0 && operands[mode](one);
}

/** `mv -t DIR SOURCE...` and `mv SOURCE... DIR`: mv(1). */
function targetIs(facts: Facts, tests: OperandTest[]): boolean {
  const { flags, operands } = facts.invocation;
  const folders = flags.get('target-directory')?.values ?? operands.slice(-1);
  return folders.some((folder) => tests.some((test) => test(facts, folder, operands.length - 1)));
}

function compileOperand(data: OperandData, surely: boolean): OperandTest {
  const { is, at, skip = 0, prefix = '', pathspec, 'any-case': anyCase = false } = data;
  const behind = data['behind-dashes'] === true;
  const fold = (text: string) => (anyCase ? text.toLowerCase() : text);
  const like = data.like && anyGlob(data.like.map(fold));
  const unlike = data.unlike && anyGlob(data.unlike.map(fold));
  const named = data.named && anyGlob(data.named);
  const home = data.home && anyGlob(data.home);
  const host = data.host && anyGlob(data.host);
  // That an unknown word is the worst place of all is worth a question; that it may be any place is not.
  const guessable = !surely && is?.some((place) => WORST.has(place));
  return (facts, operand, index) => {
    if (index < skip || (at !== undefined && index !== at - 1)) return false;
    const { dashes } = facts.invocation;
    if (behind && (dashes < 0 || index < dashes)) return false;
    if (!operand.startsWith(prefix)) return false;
    const text = prefix ? operand.slice(prefix.length) : operand;
    if (like && !like(fold(text))) return false;
    // `~/.cache/../x` is no cache, whatever a pattern for the word says.
    if (like && surely && CLIMBS.test(text)) return false;
    if (unlike?.(fold(text))) return false;
    if (host && !host(hostOfUrl(text) ?? '')) return false;
    if (pathspec && !coversEverything(text, facts.request)) return false;
    if (!is && !named && !home) return true;
    const { path, places, components } = facts.place(index, text);
    if (home && (places.has('inside') || !home(below(path, facts.request.home)))) return false;
    const guessed = guessable && facts.guesses && places.has('unknown');
    if (is && !guessed && !is.some((place) => place !== 'unknown' && places.has(place)))
      return false;
    return !named || components.some(named);
  };
}

function compileText(data: TextData, surely: boolean): Test {
  const words = data.words && new Set(data.words);
  const contains = data.contains?.map(squeeze);
  const { sql, hosts, dialect = 'any' } = data;
  const calls = data.calls && compileCalls(data, data.calls, surely);
  const one = (text: string) =>
    (!words || mentionsWord(text, words)) &&
    (!contains || containsOne(squeeze(text), contains)) &&
    (!hosts || mentionsHost(text, hosts));
  return (facts) =>
    data.in.some((source) => {
      if (calls && !facts.raw(source).some((text) => calls(facts, text))) return false;
      if (sql && !calls)
        return facts
          .statements(source, dialect)
          .some((text) => sql.some((kind) => facts.sql(text, dialect).has(kind)));
      return facts.texts(source).some(one);
    });
}

function compileCalls(data: TextData, names: string[], surely: boolean) {
  const wanted = new Set(names);
  const patterns = anyGlob(names.filter((name) => name.includes('*')));
  const called = (name: string) =>
    isOneOf(name, wanted) || patterns(name.slice(name.lastIndexOf('.') + 1));
  const given = data.argument?.map((argument) => compileOperand(argument, surely));
  const spared = data.except?.map((argument) => compileOperand(argument, surely)) ?? [];
  const { sql } = data;
  const counts = (facts: Facts, { text, at }: Call['arguments'][number]): boolean => {
    const operand = underHome(text, facts.request.home);
    const isOne = (test: OperandTest) => test(facts, operand, at);
    return (
      (!given || given.some(isOne)) &&
      (!sql || sql.some((kind) => facts.sql(text).has(kind))) &&
      !spared.some(isOne)
    );
  };
  return (facts: Facts, text: string): boolean =>
    facts
      .calls(text)
      .some(
        (call) =>
          called(call.name) &&
          ((!given && !sql) || call.arguments.some((each) => counts(facts, each))),
      );
}

/** Empty where it is not below. */
function below(path: string, folder: string): string {
  return folder !== '' && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '';
}

function squeeze(text: string): string {
  return text.toLowerCase().replace(/\s+/g, '');
}

function containsOne(text: string, pieces: string[]): boolean {
  return pieces.some((piece) => text.includes(piece));
}

function shapeOf(
  command: string,
  path: string[],
  flags: FlagCondition[],
  data: MatchData,
): (facts: Facts) => Shape {
  const rest: string[] = [];
  for (const key of ['operand', 'every-operand', 'target', 'operand-count'] as const)
    if (data[key]) rest.push(`operand:${JSON.stringify(data[key])}`);
  for (const key of ['text', 'caller', 'last-flag', 'subcommand', 'verb', 'path'] as const)
    if (data[key]) rest.push(`${key}:${JSON.stringify(data[key])}`);
  return ({ invocation }) => ({
    command,
    path,
    flags: flags.flatMap((condition) => heldKeys(condition, invocation.flags)),
    rest,
    namesOperands: false,
  });
}
