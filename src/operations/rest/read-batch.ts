import type { Json, Operation } from '../../policy/types.ts';
import type { BatchPlace } from '../providers/data.ts';
import { isStricter, unknownOperation } from '../providers/weigh.ts';
import type { HttpCall } from '../types.ts';
import { UNSEEN } from '../unseen.ts';
import { compileJsonPath, type JsonPath } from './json-path.ts';
import { compileRoute, matchesRoute, type Route } from './routes.ts';
import type { CallView } from './view.ts';

export interface CompiledBatch {
  route: Route;
  requests: JsonPath | null;
  method: JsonPath;
  path: JsonPath;
  body: JsonPath;
}

/** Services take 20 to 100. */
const MAX_REQUESTS = 200;
const REQUEST_LINE = /^([A-Za-z]{3,16}) (\S{1,8192}) HTTP\/\d\.\d\s*$/;

export function compileBatch(data: BatchPlace): CompiledBatch {
  return {
    route: compileRoute(data.route),
    requests: data.requests === null ? null : compileJsonPath(data.requests, true),
    method: compileJsonPath(data.method, true),
    path: compileJsonPath(data.path, true),
    body: compileJsonPath(data.body, true),
  };
}

interface Inner {
  method: string;
  path: string;
  body: Buffer;
}

/** What the requests in a request ask for; null where it is no batch. */
export function readBatch(
  batch: CompiledBatch,
  view: CallView,
  classify: (call: HttpCall) => readonly Operation[],
): Operation[] | null {
  if (!matchesRoute(batch.route, view)) return null;
  const inner = batch.requests ? inJson(batch, batch.requests, view) : inParts(view);
  if (typeof inner === 'string') return [unknownOperation('batch', inner)];
  if (inner.length > MAX_REQUESTS)
    return [unknownOperation('batch', 'it holds more requests than guard reads')];
  if (inner.length === 0) return [unknownOperation('batch', 'guard finds no request in it')];
  const operations = inner.flatMap((request) => classifyInner(request, view, classify));
  if (view.bodyDoubt !== null && batch.requests)
    operations.push(unknownOperation('batch', view.bodyDoubt));
  return operations;
}

function inJson(batch: CompiledBatch, requests: JsonPath, view: CallView): Inner[] | string {
  const found: Inner[] = [];
  for (const body of view.bodies)
    for (const { value } of requests.find(body)) {
      if (value === UNSEEN || typeof value !== 'object' || value === null)
        return 'its requests cannot be read';
      for (const item of Object.values(value as Record<string, Json>)) {
        const request = innerOf(batch, item);
        if (!request) return 'one of its requests cannot be read';
        found.push(request);
      }
    }
  return found;
}

function innerOf(batch: CompiledBatch, item: Json): Inner | null {
  const method = batch.method.find(item).map(({ value }) => value);
  const path = batch.path.find(item).map(({ value }) => value);
  if (method.length !== 1 || path.length !== 1) return null;
  if (typeof method[0] !== 'string' || typeof path[0] !== 'string') return null;
  const [body] = batch.body.find(item);
  const text =
    body === undefined
      ? ''
      : typeof body.value === 'string'
        ? body.value
        : JSON.stringify(body.value);
  return { method: method[0], path: path[0], body: Buffer.from(text) };
}

/** `multipart/mixed` with `application/http` in its parts: every line that is a request's first one. */
function inParts(view: CallView): Inner[] | string {
  if (view.call.body.state !== 'whole') return view.bodyDoubt ?? 'it has no body';
  const found: Inner[] = [];
  const lines = view.call.body.bytes.toString('utf8').split(/\r\n|\n|\r/);
  for (const [index, line] of lines.entries()) {
    const [, method, path] = REQUEST_LINE.exec(line) ?? [];
    if (method === undefined || path === undefined) continue;
    if (found.length > MAX_REQUESTS) break;
    found.push({ method, path, body: Buffer.from(bodyAfter(lines, index)) });
  }
  return found;
}

function bodyAfter(lines: readonly string[], index: number): string {
  const blank = lines.indexOf('', index);
  if (blank < 0) return '';
  const rest = lines.slice(blank + 1);
  const end = rest.findIndex((line) => line.startsWith('--'));
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}

/** Paths in it start at the host or at the folder the batch lies in: both readings, and the stricter one. */
function classifyInner(
  { method, path, body }: Inner,
  { call, path: outer }: CallView,
  classify: (call: HttpCall) => readonly Operation[],
): readonly Operation[] {
  const own = `/${path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').replace(/^\//, '')}`;
  const folder = outer.slice(0, outer.lastIndexOf('/'));
  const paths = folder === '' || own.startsWith(`${folder}/`) ? [own] : [`${folder}${own}`, own];
  const readings = paths.map((each) =>
    classify({
      ...call,
      method,
      path: each,
      headers: [
        ...call.headers.filter(([name]) => !/^content-|-override$|^x-method/.test(name)),
        ...(body.length ? ([['content-type', 'application/json']] as const) : []),
      ],
      body: { bytes: body, state: body.length ? 'whole' : 'none' },
    }),
  );
  const [first = [], second] = readings;
  if (!second) return first;
  if (worst(second, first)) return second;
  return worst(first, second) || named(first) || !named(second) ? first : second;
}

function worst(a: readonly Operation[], b: readonly Operation[]): boolean {
  return a.some((one) => b.every((other) => isStricter(one.class, other.class)));
}

/** By a rule: its name is a template. */
function named(operations: readonly Operation[]): boolean {
  return operations.some(({ name }) => name.includes('{'));
}
