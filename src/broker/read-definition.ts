import { compileGrammar } from '../policy/argv/grammar.ts';
import { readFlags } from '../policy/argv/flag-spelling.ts';
import { printable } from '../printable.ts';
import { ProfileError, type Problem } from '../profile/problem.ts';
import { suggest } from '../profile/suggest.ts';
import { parseYaml, type YamlSource } from '../profile/yaml-source.ts';
import type { BrokerCommand, BrokerDefinition } from './definition.ts';
import { definitionSchema, type DefinitionDocument } from './definition-schema.ts';
import { grammarOf } from './read-call.ts';
import type { BrokerHost } from './types.ts';

/** What the examples of a definition say: command lines, all of which a test runs. */
export interface Examples {
  runs: string[];
  asks: string[];
  inside: string[];
  refused: string[];
}

export interface ReadDefinition {
  definition: BrokerDefinition;
  examples: Examples;
}

/** HTTPS: RFC 9110, section 4.2.2. */
const HTTPS = 443;

/** Reads and checks one definition. @throws ProfileError with every problem in it */
export function readDefinition(
  yaml: string,
  { name, file, own }: { name: string; file: string; own: boolean },
): ReadDefinition {
  const source = parseYaml(yaml, file);
  const result = definitionSchema.safeParse(source.data);
  if (!result.success)
    throw new ProfileError(
      result.error.issues.slice(0, 50).map((issue) => explain(issue, source, file)),
    );
  const { data } = result;
  const definition = toDefinition(data, { name, file, own });
  const problems = contradictions(data, definition).map(([path, message]): Problem => ({
    file,
    ...source.keyAt(path),
    key: path.join('.'),
    message,
    fix: 'Mend this value',
  }));
  if (problems.length) throw new ProfileError(problems);
  return { definition, examples: examplesOf(data) };
}

function toDefinition(
  data: DefinitionDocument,
  { name, file, own }: { name: string; file: string; own: boolean },
): BrokerDefinition {
  return {
    name,
    file,
    own,
    about: data.about,
    program: data.program,
    runs: data.runs ?? [],
    hosts: data['hosts-from'] ?? (data.hosts ?? []).map(toHost),
    credential: {
      files: data.credential.files ?? [],
      sockets: data.credential.sockets ?? [],
      env: data.credential.env ?? [],
      login: data.credential.login,
    },
    files: data.files ?? [],
    set: data.set ?? {},
    style: data.style ?? 'pflag',
    flags: data.flags ?? '',
    values: lists(data.values),
    askIf: data['ask-if'] ?? {},
    otherwise: data.otherwise ?? 'refuse',
    never: data.never ?? {},
    inside: data.inside ?? [],
    commands: data.commands.map(toCommand),
  };
}

function toCommand(data: DefinitionDocument['commands'][number]): BrokerCommand {
  const operands = data.operands ?? 'none';
  return {
    words: data.command,
    aliases: data.aliases ?? [],
    about: data.about,
    flags: data.flags ?? '',
    values: lists(data.values),
    operands,
    atLeast: data['at-least'] ?? 0,
    atMost: data['at-most'] ?? (operands === 'none' ? 0 : 1),
    operandAt: lists(data['operand-at']),
    add: data.add ?? [],
    ask: data.ask ?? null,
    askIf: data['ask-if'] ?? {},
    writesRepository: data['writes-repository'] ?? false,
  };
}

function lists(record: Record<string, string | string[]> | undefined): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(record ?? {}).map(([key, value]) => [
      key,
      typeof value === 'string' ? [value] : value,
    ]),
  );
}

function toHost(text: string): BrokerHost {
  const [host = '', port] = text.toLowerCase().split(':');
  return { host, port: port === undefined ? HTTPS : Number(port) };
}

/** What each key allows by itself and all together do not. */
function contradictions(
  data: DefinitionDocument,
  definition: BrokerDefinition,
): [path: (string | number)[], message: string][] {
  const found: [(string | number)[], string][] = [];
  if ((data.hosts?.length ?? 0) > 0 === (data['hosts-from'] !== undefined))
    found.push([['hosts'], 'expected either hosts or "hosts-from: git-remote"']);
  const { files, sockets, env } = definition.credential;
  if (!files.length && !sockets.length && !env.length)
    found.push([['credential'], 'expected files, sockets or env: without one nothing is brokered']);
  const seen = new Set<string>();
  const grammar = compileGrammar(definition.program, grammarOf(definition));
  const shared = grammar.flags.map(({ id }) => id);
  for (const [index, command] of definition.commands.entries()) {
    for (const words of [command.words, ...command.aliases]) {
      if (seen.has(words)) found.push([['commands', index], `"${words}" stands here twice`]);
      seen.add(words);
    }
    const known = new Set([...shared, ...readFlags(command.flags).map(({ id }) => id)]);
    for (const [key, record] of [
      ['values', command.values],
      ['ask-if', command.askIf],
    ] as const)
      for (const name of Object.keys(record))
        if (!known.has(name))
          found.push([['commands', index, key, name], `the command has no option "${name}"`]);
  }
  for (const name of [...Object.keys(definition.values), ...Object.keys(definition.askIf)])
    if (!shared.includes(name)) found.push([['flags'], `there is no option "${name}" in it`]);
  return found;
}

function examplesOf(data: DefinitionDocument): Examples {
  const all = [data.examples, ...data.commands.map(({ examples }) => examples)];
  const of = (key: keyof Examples): string[] => all.flatMap((each) => each?.[key] ?? []);
  return { runs: of('runs'), asks: of('asks'), inside: of('inside'), refused: of('refused') };
}

type Issue = NonNullable<ReturnType<typeof definitionSchema.safeParse>['error']>['issues'][number];

function explain(issue: Issue, source: YamlSource, file: string): Problem {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  const key = printable(path.join('.'), 200);
  if (issue.code === 'unrecognized_keys') {
    const name = issue.keys[0] ?? '';
    const near = suggest(name, KEYS);
    return {
      file,
      ...source.keyAt([...path, name]),
      key: printable([...path, name].join('.'), 200),
      message: 'unknown key',
      fix: near ? `Did you mean "${near}"?` : 'Remove it',
    };
  }
  const message = 'issues' in issue ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  const at = source.valueAt(path);
  return { file, ...at, key, message: printable(message, 300), fix: 'Mend this value' };
}

const KEYS = [
  ...Object.keys(definitionSchema.def.shape),
  ...Object.keys(definitionSchema.def.shape.commands.def.element.def.shape),
  ...Object.keys(definitionSchema.def.shape.credential.def.shape),
  'runs',
  'asks',
  'inside',
  'refused',
];
