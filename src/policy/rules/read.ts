import { isNode, LineCounter, parseDocument } from 'yaml';
import { GuardError } from '../../guard-error.ts';
import { STATEMENT_DIALECTS } from '../sql/types.ts';
import { ACTIONS, REVERSIBILITIES, TIERS } from '../types.ts';
import {
  PATHSPECS,
  PLACES,
  RUNS,
  SQL_CLASSES,
  START_PLACES,
  STYLES,
  SUBCOMMANDS,
  type ConditionData,
  type ExampleData,
  type GrammarData,
  type MatchData,
  type RuleData,
  type RulePackData,
} from './pack.ts';
import { count, flag, list, mapping, named, oneOf, ShapeError, text } from './shape.ts';

type Path = (string | number)[];

/** Reads and checks one pack. @throws GuardError with the line and the key */
export function readPack(yaml: string, file: string): RulePackData {
  const lines = new LineCounter();
  // Lists that many rules share are aliases; the limit on them guards against hostile files, and these are our own.
  const document = parseDocument(yaml, { lineCounter: lines, uniqueKeys: true, merge: true });
  const broken = document.errors[0];
  if (broken)
    throw unreadable(file, broken.linePos?.[0].line ?? 0, broken.message.split('\n')[0] ?? '');
  const lineOf = (path: Path): number => {
    for (let cut = path.length; cut > 0; cut -= 1) {
      const node: unknown = document.getIn(path.slice(0, cut), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  try {
    return readRoot(document.toJS({ maxAliasCount: 1000 }), file, lineOf);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw unreadable(file, lineOf(error.path), `"${error.path.join('.')}" ${error.message}`);
  }
}

function unreadable(file: string, line: number, why: string): GuardError {
  return new GuardError({
    what: `Cannot read the rules in ${file}:${line}`,
    why,
    fix: 'See docs/rules-format.md',
  });
}

function readRoot(value: unknown, file: string, lineOf: (path: Path) => number): RulePackData {
  const root = mapping(
    value,
    [],
    {
      pack: text,
      about: text,
      lists: (inner) => inner,
      commands: (inner, path) => named(inner, path, readGrammar),
      rules: (inner, path) => list((rule, at) => readRule(rule, at, lineOf(at)))(inner, path),
    },
    ['pack', 'about', 'rules'],
  );
  return {
    pack: root.pack as string,
    about: root.about as string,
    file,
    commands: (root.commands ?? {}) as Record<string, GrammarData>,
    rules: root.rules as RuleData[],
  };
}

function readGrammar(value: unknown, path: Path): GrammarData {
  return mapping(value ?? {}, path, {
    aliases: list(text),
    style: oneOf(STYLES),
    flags: text,
    interspersed: flag,
    harmless: list(text),
    'default-operand': text,
    dashed: flag,
    program: text,
    runs: oneOf(RUNS),
    'applet-flags': list(text),
    aliasable: flag,
    extra: flag,
    subcommands: (inner, at) => named(inner, at, readGrammar),
    depth: count,
    verbs: list(text),
    'ends-options': list(text),
    'runs-flags': list(text),
    code: list(text),
    'pre-answers': list(text),
    starts: list(readStart),
  });
}

function readStart(value: unknown, path: Path) {
  return mapping(
    value,
    path,
    {
      from: text,
      skip: count,
      behind: text,
      assignments: flag,
      as: oneOf(['argv', 'shell'] as const),
      where: oneOf(START_PLACES),
      more: flag,
      versioned: flag,
      when: list(text),
    },
    ['from'],
  );
}

const CONDITION = {
  flags: list(text),
  'last-flag': text,
  operand: list(readOperand),
  'every-operand': list(readOperand),
  target: list(readOperand),
  subcommand: oneOf(SUBCOMMANDS),
  verb: list(text),
  path: list(text),
  'operand-count': (value: unknown, path: Path) =>
    mapping(value, path, { 'at-least': count, 'at-most': count }),
  text: list(readText),
  caller: list(text),
};

function readCondition(value: unknown, path: Path): ConditionData {
  return mapping(value, path, CONDITION);
}

function readMatch(value: unknown, path: Path): MatchData {
  return mapping(value, path, { command: list(text), ...CONDITION }, [
    'command',
  ]) as unknown as MatchData;
}

function readOperand(value: unknown, path: Path) {
  return mapping(value, path, {
    is: list(oneOf(PLACES)),
    like: list(text),
    unlike: list(text),
    named: list(text),
    home: list(text),
    pathspec: oneOf(PATHSPECS),
    host: list(text),
    at: count,
    skip: count,
    'behind-dashes': flag,
    prefix: text,
    'any-case': flag,
  });
}

function readText(value: unknown, path: Path) {
  return mapping(
    value,
    path,
    {
      in: list(text),
      sql: list(oneOf(SQL_CLASSES)),
      dialect: oneOf(STATEMENT_DIALECTS),
      words: list(text),
      contains: list(text),
      hosts: list(text),
      calls: list(text),
      argument: list(readOperand),
      except: list(readOperand),
    },
    ['in'],
  );
}

function readRule(value: unknown, path: Path, line: number): RuleData {
  const rule = mapping(
    value,
    path,
    {
      id: readId,
      match: list(readMatch),
      unless: list(readCondition),
      action: oneOf(ACTIONS),
      reason: text,
      safer: text,
      reversibility: oneOf(REVERSIBILITIES),
      reach: oneOf(['local', 'remote'] as const),
      tier: oneOf(TIERS),
      resource: list(text),
      facts: list(text),
      applies: oneOf(['session'] as const),
      examples: readExamples,
    },
    ['id', 'match', 'action', 'reason', 'examples'],
  );
  // How a question is to be answered follows from it.
  if (rule.action === 'ask' && rule.reversibility === undefined)
    throw new ShapeError(path, 'asks, and so must say its "reversibility"');
  return { unless: [], ...rule, line } as unknown as RuleData;
}

function readId(value: unknown, path: Path): string {
  const id = text(value, path);
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(id))
    throw new ShapeError(path, 'must be lower-case words joined by dots, e.g. git.push.force');
  return id;
}

function readExamples(value: unknown, path: Path): { match: ExampleData[]; pass: ExampleData[] } {
  const examples = mapping(value, path, { match: readExampleList, pass: readExampleList }, [
    'match',
    'pass',
  ]);
  return examples as unknown as { match: ExampleData[]; pass: ExampleData[] };
}

/** A list whose lists are argument vectors, so it is not flattened. */
function readExampleList(value: unknown, path: Path): ExampleData[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new ShapeError(path, 'must list at least one command');
  return value.map((example, index) =>
    Array.isArray(example)
      ? list(text)(example, [...path, index])
      : text(example, [...path, index]),
  );
}
