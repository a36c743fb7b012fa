import type { Json, Operation } from '../../policy/types.ts';
import type { BatchPlace } from '../providers/data.ts';
import { isStricter, unknownOperation } from '../providers/weigh.ts';
import type { HeaderList, HttpCall } from '../types.ts';
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
/** Google takes one without a version as well. */
const REQUEST_LINE =
  /^[ \t]*([A-Za-z]{3,16})[ \t]+((?:\/|https?:\/\/)\S{0,8192})(?:[ \t]+HTTP\/[\d.]+)?[ \t]*$/;
/** Headers of an inner request that make another method of it. */
const OVERRIDE = /^x-(?:http-)?method(?:-override)?$/i;
const HEADER = /^([\w-]+):[ \t]*(.*)$/;

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
  overrides: HeaderList;
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
  const [body, another] = batch.body.find(item);
  if (another) return null;
  const text =
    body === undefined
      ? ''
      : typeof body.value === 'string'
        ? body.value
        : JSON.stringify(body.value);
  const overrides = HEADERS.find(item).flatMap(({ value }) => overridesIn(value));
  return { method: method[0], path: path[0], overrides, body: Buffer.from(text) };
}

const HEADERS = compileJsonPath('headers', true);

function overridesIn(headers: Json): (readonly [string, string])[] {
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.entries(headers as Record<string, Json>).flatMap(([name, value]) =>
    OVERRIDE.test(name.replaceAll('_', '-')) && typeof value === 'string'
      ? [[name.toLowerCase(), value] as const]
      : [],
  );
}

/** `multipart/mixed` with `application/http` in its parts: every line that is a request's first one. */
function inParts(view: CallView): Inner[] | string {
  if (view.call.body.state !== 'whole') return view.bodyDoubt ?? 'it has no body';
  const found: Inner[] = [];
  const lines = view.call.body.bytes.toString('utf8').split(/\r\n|\n|\r/);
  let parts = 0;
  for (let index = 0; index < lines.length && found.length <= MAX_REQUESTS; index += 1) {
    const line = lines[index] ?? '';
    if (/^content-transfer-encoding:[ \t]*(?:base64|quoted)/i.test(line))
      return 'a part of it is encoded';
    if (/^content-type:[ \t]*application\/http\b/i.test(line)) parts += 1;
    const [, method, path] = REQUEST_LINE.exec(line) ?? [];
    if (method === undefined || path === undefined) continue;
    const { overrides, body, end } = restOf(lines, index + 1);
    found.push({ method, path, overrides, body: Buffer.from(body) });
    index = end - 1;
  }
  return parts > found.length && found.length <= MAX_REQUESTS
    ? 'one of its requests cannot be read'
    : found;
}

/** What follows a request line: its headers, and its body up to the next boundary or request line. */
function restOf(
  lines: readonly string[],
  start: number,
): { overrides: (readonly [string, string])[]; body: string; end: number } {
  const overrides: (readonly [string, string])[] = [];
  const isEnd = (line: string | undefined): boolean =>
    line === undefined || line.startsWith('--') || REQUEST_LINE.test(line);
  let at = start;
  for (; lines[at] !== '' && !isEnd(lines[at]); at += 1) {
    const [, name = '', value = ''] = HEADER.exec(lines[at] ?? '') ?? [];
    if (OVERRIDE.test(name.replaceAll('_', '-'))) overrides.push([name.toLowerCase(), value]);
  }
  const body = at;
  while (!isEnd(lines[at])) at += 1;
  return { overrides, body: lines.slice(body + 1, at).join('\n'), end: at };
}

/** Paths in it start at the host or at the folder the batch lies in: both readings, and the stricter one. */
function classifyInner(
  { method, path, overrides, body }: Inner,
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
        ...overrides,
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
