import { printable } from '../../printable.ts';
import { ProfileError, type Problem } from '../../profile/problem.ts';
import { suggest } from '../../profile/suggest.ts';
import { parseYaml, type YamlSource } from '../../profile/yaml-source.ts';
import type { CredentialPlace } from '../types.ts';
import type {
  AwsData,
  BatchPlace,
  Condition,
  ConditionTest,
  MethodRule,
  ProviderData,
  ProviderExample,
  SqlPlace,
} from './data.ts';
import { providerSchema, type ProviderDocument } from './schema.ts';

export interface ReadProvider {
  provider: ProviderData;
  examples: ProviderExample[];
}

/** Reads and checks one provider. @throws ProfileError with every problem in it */
export function readProvider(
  yaml: string,
  { id, file }: { id: string; file: string },
): ReadProvider {
  const source = parseYaml(yaml, file);
  const result = providerSchema.safeParse(source.data);
  if (!result.success)
    throw new ProfileError(
      result.error.issues.slice(0, 50).flatMap((issue) => explain(issue, source, file)),
    );
  const { data } = result;
  const problems = contradictions(data, id).map(([path, message]): Problem => ({
    file,
    ...source.valueAt(path),
    key: path.join('.'),
    message,
    fix: 'See docs/providers-format.md',
  }));
  if (problems.length) throw new ProfileError(problems);
  const examples = data.examples.map((example, index): ProviderExample => ({
    request: example.request,
    body: example['body-base64'] ?? null,
    host: example.host ?? data.hosts.find((host) => !host.startsWith('*.')) ?? 'api.example',
    class: example.class,
    operation: example.operation ?? null,
    operations: example.operations ?? null,
    target: example.target ?? null,
    line: source.valueAt(['examples', index]).line,
  }));
  return { provider: toProvider(data), examples };
}

function toProvider(data: ProviderDocument): ProviderData {
  const { graphql, rest } = data;
  return {
    id: data.provider,
    name: data.name,
    hosts: data.hosts.map((host) => host.toLowerCase()),
    credentials: (data.credentials ?? []).map(toCredential),
    graphql: graphql
      ? {
          paths: graphql.paths ?? [],
          rules: (graphql.rules ?? []).map((rule) => ({
            ...shared(rule),
            kind: rule.kind ?? 'mutation',
            fields: rule.fields,
            target: [rule.target ?? []].flat(),
          })),
          otherwise: {
            query: graphql.otherwise?.query ?? 'read',
            mutation: graphql.otherwise?.mutation ?? 'change',
            subscription: graphql.otherwise?.subscription ?? 'read',
          },
        }
      : null,
    rest: {
      rules: (rest?.rules ?? []).map((rule) => ({
        ...shared(rule),
        routes: rule.routes,
        target: rule.target ?? null,
        hosts: rule.hosts ?? [],
      })),
      otherwise: rest?.otherwise ?? {},
    },
    sql: (data.sql ?? []).map(toSqlPlace),
    batch: (data.batch ?? []).map(toBatch),
    grpc: toMethods(data.grpc?.rules),
    jsonrpc: toMethods(data.jsonrpc?.rules),
    git: data.git ?? [],
    aws: data.aws ? toAws(data.aws) : null,
    s3: data.s3 ?? [],
  };
}

type Shared = Pick<
  NonNullable<ProviderDocument['grpc']>['rules'][number],
  'class' | 'name' | 'because' | 'when'
>;

function shared(rule: Shared) {
  return {
    class: rule.class,
    name: rule.name ?? null,
    because: rule.because ?? null,
    when: (rule.when ?? []).map(toCondition),
  };
}

function toMethods(rules: NonNullable<ProviderDocument['grpc']>['rules'] = []): MethodRule[] {
  return rules.map((rule) => ({
    ...shared(rule),
    methods: rule.methods,
    target: [rule.target ?? []].flat(),
  }));
}

function toAws({ rules, sql = [], routes = {} }: NonNullable<ProviderDocument['aws']>): AwsData {
  return {
    rules: toMethods(rules),
    sql: sql.map(({ methods, body, dialect }) => ({ methods, path: body, dialect })),
    routes,
  };
}

type WrittenCondition = NonNullable<Shared['when']>[number];
type Simple = Exclude<WrittenCondition, { all: unknown }>;

function toCondition(written: WrittenCondition): Condition {
  if ('all' in written && Array.isArray(written.all)) return { all: written.all.map(toCondition) };
  const simple = written as Simple;
  const key = PLACES.find((place) => simple[place] !== undefined) ?? 'body';
  return { in: PLACE[key], path: simple[key] ?? '', test: toTest(simple) };
}

const PLACE = { at: 'arguments', body: 'body', query: 'query', header: 'header' } as const;
const PLACES = ['at', 'body', 'query', 'header'] as const;
const TESTS = ['is', 'in', 'empty', 'present', 'like'] as const;

function toTest(simple: Simple): ConditionTest {
  if (simple.in !== undefined) return { kind: 'in', values: simple.in };
  if (simple.empty !== undefined) return { kind: 'empty' };
  if (simple.present !== undefined) return { kind: 'present', present: simple.present };
  if (simple.like !== undefined) return { kind: 'like', patterns: [simple.like].flat() };
  return { kind: 'in', values: [simple.is ?? null] };
}

function toCredential(
  written: NonNullable<ProviderDocument['credentials']>[number],
): CredentialPlace {
  if ('sigv4' in written) return { in: 'sigv4', env: written.sigv4 };
  if ('query' in written) return { in: 'query', name: written.query, env: written.env ?? [] };
  return {
    in: 'header',
    name: written.header.toLowerCase(),
    scheme: written.scheme ?? '',
    ...(written.half ? { half: written.half } : {}),
    env: written.env ?? [],
  };
}

function toSqlPlace(written: NonNullable<ProviderDocument['sql']>[number]): SqlPlace {
  return {
    route: written.route,
    in: written.query === undefined ? 'body' : 'query',
    path: written.query ?? written.body ?? '',
    dialect: written.dialect,
    target: written.target ?? null,
    ifClear: written['if-clear'] ?? false,
  };
}

function toBatch(written: NonNullable<ProviderDocument['batch']>[number]): BatchPlace {
  if ('parts' in written)
    return { route: written.route, requests: null, method: '', path: '', body: '' };
  const { route, requests, method, path, body = 'body' } = written;
  return { route, requests, method, path, body };
}

type Path = (string | number)[];
const SECTIONS = ['graphql', 'rest', 'grpc', 'jsonrpc', 'aws'] as const;

/** What each key allows by itself and all together do not. */
function contradictions(data: ProviderDocument, id: string): [Path, string][] {
  const found: [Path, string][] = [];
  if (data.provider !== id) found.push([['provider'], `expected "${id}", the name of the file`]);
  if (data.hosts.length === 0 && data.provider !== 'generic')
    found.push([['hosts'], 'expected at least one host']);
  const rules: [Path, Shared][] = SECTIONS.flatMap((key) =>
    (data[key]?.rules ?? []).map((rule, index): [Path, Shared] => [[key, 'rules', index], rule]),
  );
  for (const [path, rule] of rules)
    for (const [index, condition] of (rule.when ?? []).entries()) {
      const parts =
        'all' in condition && Array.isArray(condition.all) ? condition.all : [condition];
      for (const part of parts) {
        const problem = checkCondition(part as Simple, path[0] === 'graphql');
        if (problem) found.push([[...path, 'when', index], problem]);
      }
    }
  for (const [index, place] of (data.sql ?? []).entries())
    if ((place.body === undefined) === (place.query === undefined))
      found.push([['sql', index], 'expected either "body" or "query"']);
  for (const [index, example] of data.examples.entries())
    if (
      example.host === undefined &&
      data.hosts.every((host) => host.startsWith('*.')) &&
      id !== 'generic'
    )
      found.push([['examples', index], 'expected "host": the provider has none without "*"']);
  return found;
}

function checkCondition(condition: Simple, graphql: boolean): string | null {
  const places = PLACES.filter((key) => condition[key] !== undefined);
  if (places.length !== 1) return `expected one of ${PLACES.join(', ')}`;
  if (graphql !== (places[0] === 'at'))
    return graphql
      ? 'expected "at": a path in the arguments'
      : '"at" is for GraphQL: expected "body"';
  const tests = TESTS.filter((key) => condition[key] !== undefined);
  return tests.length === 1 ? null : `expected one of ${TESTS.join(', ')}`;
}

type Issue = NonNullable<ReturnType<typeof providerSchema.safeParse>['error']>['issues'][number];

/** A choice that none of the alternatives fits is explained by the one that comes nearest. */
function explain(
  issue: Issue,
  source: YamlSource,
  file: string,
  above: PropertyKey[] = [],
): Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union') {
    const nearest = [...issue.errors].sort((a, b) => weight(a) - weight(b))[0] ?? [];
    if (nearest.length)
      return nearest.slice(0, 3).flatMap((inner) => explain(inner, source, file, path));
  }
  if (issue.code === 'unrecognized_keys') {
    const name = issue.keys[0] ?? '';
    const near = suggest(name, KEYS);
    return [
      {
        file,
        ...source.keyAt([...path, name]),
        key: printable([...path, name].join('.'), 200),
        message: 'unknown key',
        fix: near && near !== name ? `Did you mean "${near}"?` : 'Remove it',
      },
    ];
  }
  return [
    {
      file,
      ...source.valueAt(path),
      key: printable(path.map(String).join('.'), 200),
      message: printable(issue.message, 300),
      fix: 'See docs/providers-format.md',
    },
  ];
}

function weight(issues: readonly { code: string; path: PropertyKey[] }[]): number {
  return issues.reduce((sum, { code }) => sum + (code === 'unrecognized_keys' ? 1 : 2), 0);
}

const KEYS = [
  ...Object.keys(providerSchema.def.shape),
  'rules routes fields methods class because when target kind otherwise paths at body query header sql dialect',
].flatMap((words) => words.split(' '));
