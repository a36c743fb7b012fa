import { anyGlob } from '../../policy/glob.ts';
import { readSql } from '../../policy/sql/read.ts';
import type { Dialect } from '../../policy/sql/types.ts';
import type { Json, Operation, OperationClass } from '../../policy/types.ts';
import { asObject } from '../body/form.ts';
import { nestNames } from '../body/nested-names.ts';
import type { AwsData } from '../providers/data.ts';
import { compileMethods, judgeMethod, type CompiledMethods } from '../providers/method-rules.ts';
import { isStricter, unknownOperation } from '../providers/weigh.ts';
import { compileJsonPath, type JsonPath } from '../rest/json-path.ts';
import { classOfMethod } from '../rest/methods.ts';
import type { CallView } from '../rest/view.ts';
import { classOfAwsName } from './names.ts';
import { compileAwsTable, matchAwsRoute, type AwsOperations, type AwsTable } from './operations.ts';
import { readS3 } from './s3.ts';
import { S3_RULES } from './s3-rules.ts';
import { awsScope, hostLabels, type AwsScope } from './scope.ts';

export interface CompiledAws {
  table: AwsTable;
  rules: CompiledMethods;
  /** Services of which a rule looks into the body. */
  looksInto: ReadonlySet<string>;
  sql: readonly { matches: (name: string) => boolean; path: JsonPath; dialect: Dialect }[];
}

export function compileAws(data: AwsData, operations: AwsOperations): CompiledAws {
  const rules = compileMethods(data.rules);
  const looking = rules.rules.filter(({ conditions }) => conditions.readsBody);
  const methods = [...looking.map((rule) => rule.data), ...data.sql].flatMap((one) => one.methods);
  return {
    table: compileAwsTable(operations, data.routes),
    rules,
    looksInto: new Set(methods.map((name) => name.split(':', 1)[0] ?? '')),
    sql: data.sql.map(({ methods, path, dialect }) => ({
      matches: anyGlob(methods),
      path: compileJsonPath(path, false),
      dialect,
    })),
  };
}

/** What a request to AWS asks for, by every part of it that a service may go by. */
export function readAws(aws: CompiledAws, view: CallView): Operation[] {
  const scope = awsScope(view.call, aws.table);
  const operations = [
    ...(scope.s3 ? s3Operations(view) : []),
    ...(scope.s3 && scope.services.length === 0 ? [] : serviceOperations(aws, scope, view)),
  ];
  const { doubtful } = view.paths;
  if (doubtful !== null) operations.push(unknownOperation(`${scope.names[0]}:?`, doubtful));
  return operations;
}

/** A host that speaks as S3 does: `LABELS` before the pattern are a region or an account, and perhaps a bucket. */
export function readS3Like(pattern: string, view: CallView): Operation[] {
  const { host } = view.call;
  const before = pattern.startsWith('*.') ? host.slice(0, -pattern.length + 1).split('.') : [];
  const bucket = before.length > 1 ? before.slice(0, -1).join('.') : '';
  return judgeS3(view, bucket);
}

function s3Operations(view: CallView): Operation[] {
  const { names } = hostLabels(view.call.host);
  // The last of them: a bucket can be called anything.
  const at = names.findLastIndex((name) => /^s3/.test(name));
  const before = names.slice(0, Math.max(at, 0));
  // `bucket.vpce-1a2b.s3.…` is the address of an endpoint, with or without a bucket before it.
  const endpoint = before.findIndex((name) => name.startsWith('vpce-'));
  return judgeS3(view, (endpoint < 0 ? before : before.slice(0, endpoint - 1)).join('.'));
}

function judgeS3(view: CallView, bucket: string): Operation[] {
  const calls = readS3(view, bucket === '' ? 'path' : 'host', bucket);
  return calls.map(({ operation, target }) => {
    const name = `s3:${operation}`;
    return judge(S3_RULES, name, classOfS3(operation), target, view);
  });
}

function classOfS3(operation: string): OperationClass {
  return operation === 'AbortMultipartUpload' ? 'change' : classOfAwsName(operation);
}

function serviceOperations(aws: CompiledAws, scope: AwsScope, view: CallView): Operation[] {
  const names = wireNames(view);
  const root = view.paths.readings.every(({ length }) => length === 0);
  const rpcPath = rpcPathNames(view).length > 0;
  const known = scope.services.length > 0;
  const hasRest = !known || scope.services.some(({ rest }) => rest);
  const byRest = hasRest ? !(root && names.length > 0) && !rpcPath : !root && !rpcPath;
  const found = names.flatMap((operation) =>
    byName(aws, scope, scope.names, operation, null, view),
  );
  const rest = byRest || !plainMethod(view) ? byRoute(aws, scope, view) : [];
  // A name that a service of paths does not go by can only make things stricter.
  const counted = byRest
    ? found.filter((one) => rest.every((other) => isStricter(one.class, other.class)))
    : found;
  const operations = [...rest, ...counted];
  const { state } = view.call.body;
  if (state === 'too-large' || state === 'undecodable')
    operations.push(unknownOperation(`${scope.names[0]}:?`, view.bodyDoubt ?? state));
  if (names.length === 0 && !hasRest) operations.push(nothingFound(scope));
  return operations.length > 0 ? operations : [nothingFound(scope)];
}

function nothingFound({ names: [name] }: AwsScope): Operation {
  return unknownOperation(`${name}:?`, 'guard finds no operation in it');
}

function plainMethod({ methods }: CallView): boolean {
  return methods.every((method) => ['GET', 'HEAD', 'POST', 'OPTIONS'].includes(method));
}

/** `X-Amz-Target`, `Action=` in the query and in the body, `/service/X/operation/Y`. */
function wireNames(view: CallView): string[] {
  const targets = view.call.headers.flatMap(([name, value]) =>
    name === 'x-amz-target' ? [value.trim().split('.').at(-1) ?? ''] : [],
  );
  const actions = [...view.query.values].flatMap(([name, values]) =>
    name.toLowerCase() === 'action' ? values : [],
  );
  const forms = view.body
    ? [view.body, ...view.body.also].filter(({ kind }) => kind === 'form')
    : [];
  const inBody = forms.flatMap(({ value: form }) =>
    ACTION.find(form).flatMap(({ value }): Json[] => (isList(value) ? [...value] : [value])),
  );
  const all = [...targets, ...actions, ...inBody, ...rpcPathNames(view)];
  return [...new Set(all.filter((name) => typeof name === 'string'))].filter((name) =>
    /^[A-Za-z]\w{1,100}$/.test(name),
  );
}

const ACTION = compileJsonPath('Action', true);

function rpcPathNames({ paths }: CallView): string[] {
  return paths.readings.flatMap(([service, , operation, name, ...rest]) =>
    isWord(service, 'service') && isWord(operation, 'operation') && name && rest.length === 0
      ? [name]
      : [],
  );
}

function byName(
  aws: CompiledAws,
  { services }: AwsScope,
  names: readonly string[],
  operation: string,
  target: string | null,
  view: CallView,
): Operation[] {
  const listed = services.some(({ destroys }) => destroys.has(operation));
  const otherwise = listed ? 'destroy' : classOfAwsName(operation);
  return names.flatMap((service) => {
    const name = `${service}:${operation}`;
    const sql = statements(aws, name, view);
    return sql ?? [judge(aws.rules, name, otherwise, target ?? usualTarget(view), view)];
  });
}

function byRoute(aws: CompiledAws, scope: AwsScope, view: CallView): Operation[] {
  const routes = scope.services.flatMap(({ id, routes: own }) =>
    own.map((route) => ({ id, route })),
  );
  return view.methods.flatMap((method) => {
    const matches = view.paths.readings.flatMap((path) =>
      routes.flatMap(({ id, route }) => {
        const parameters = matchAwsRoute(route, method, path, view.query.values);
        return parameters ? [{ id, operation: route.operation, parameters }] : [];
      }),
    );
    if (matches.length > 0)
      return matches.flatMap(({ id, operation, parameters }) => {
        const target = Object.values(parameters).at(-1) ?? view.path;
        return byName(aws, scope, namesFor(scope, id), operation, target, view);
      });
    return scope.names.map((service) => {
      const name = `${service}:${method} ${view.path}`;
      return judge(aws.rules, name, classOfMethod(method, {}), view.path, view);
    });
  });
}

/** A service goes by its name in signatures where another has that as its own: `lambda`, for all of its parts. */
function namesFor({ names, services }: AwsScope, id: string): readonly string[] {
  const own = names.filter((name) => services.some((service) => service.id === name));
  return own.length > 0 ? own : [id];
}

function judge(
  rules: CompiledMethods,
  name: string,
  otherwise: OperationClass,
  target: string | null,
  view: CallView,
): Operation {
  const readings = argumentsIn(view).map((body) =>
    judgeMethod(
      rules,
      name,
      { name, target, arguments: body, otherwise },
      { body, query: view.query.values, headers: view.call.headers },
    ),
  );
  return readings.reduce((worst, one) => (isStricter(one.class, worst.class) ? one : worst));
}

/**
 * Ways to read what an operation is given. Where its name is in the query its arguments are there as well, and nobody says
 * whether those of the query or of the body count: the strictest does.
 */
function argumentsIn({ bodies, query, body }: CallView): readonly Json[] {
  const fields = [...query.values].flatMap(([name, values]) =>
    /^x-amz-/i.test(name) ? [] : values.map((value) => [name, value] as const),
  );
  if (fields.length === 0) return bodies;
  const nested = nestNames(fields);
  const asked = [asObject(fields), ...(nested === null ? [] : [nested])];
  return body === null && fields.some(([name]) => isWord(name, 'action'))
    ? asked
    : [...bodies, ...asked];
}

function statements(aws: CompiledAws, name: string, view: CallView): Operation[] | null {
  const places = aws.sql.filter(({ matches }) => matches(name));
  if (places.length === 0) return null;
  const operations = places.flatMap(({ path, dialect }) =>
    view.bodies.flatMap((body) =>
      path
        .find(body)
        .flatMap(({ value }) => (typeof value === 'string' ? readSql(value, dialect) : [])),
    ),
  );
  const found = operations.map(({ class: operationClass, verb, target, because }) => ({
    name: `sql ${verb}`,
    class: operationClass,
    target: target ?? usualTarget(view),
    arguments: null,
    ...(because === undefined ? {} : { because }),
  }));
  if (found.length === 0 || view.bodyDoubt !== null)
    return [...found, unknownOperation(name, view.bodyDoubt ?? 'guard finds no statement in it')];
  return found;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isWord(given: string | undefined, word: string): boolean {
  return given?.toLowerCase() === word;
}

/** What AWS calls things by, in JSON and in forms. */
const isTarget = anyGlob([
  ...['*Name', '*Arn', '*Identifier', '*Id', '*Url'],
  ...['*Id.*', '*Name.*', '*Names.*', '*Ids.*'],
]);
const MAX_TARGETS = 5;

/** All of them: services overlook a name that they do not know, and it could stand there to be shown. */
function usualTarget(view: CallView): string | null {
  for (const body of argumentsIn(view)) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) continue;
    const members = Object.entries(body as Record<string, Json>);
    const found = members.flatMap(([name, value]) =>
      isTarget(name) && typeof value === 'string' && value !== '' ? [value] : [],
    );
    const all = [...new Set(found)];
    if (all.length > MAX_TARGETS) return [...all.slice(0, MAX_TARGETS), '…'].join(', ');
    if (all.length > 0) return all.join(', ');
  }
  return null;
}
