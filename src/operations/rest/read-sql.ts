import { matchAt } from '../../policy/sql/match-at.ts';
import { readSql } from '../../policy/sql/read.ts';
import type { Json, Operation } from '../../policy/types.ts';
import type { SqlPlace } from '../providers/data.ts';
import { unknownOperation } from '../providers/weigh.ts';
import { UNSEEN } from '../unseen.ts';
import { compileFill, type Fillers } from './fill.ts';
import { compileJsonPath, type JsonPath } from './json-path.ts';
import { compileRoute, matchRoute, type Route } from './routes.ts';
import type { CallView } from './view.ts';

export interface CompiledSql {
  data: SqlPlace;
  route: Route;
  path: JsonPath;
  target: ((fillers: Fillers) => string | null) | null;
}

/** A request has a statement or two. */
const MAX_TEXTS = 200;
/** Words that begin a statement; what else a text may be is not plainly SQL. */
const PLAIN =
  /(?:ALTER|CALL|COPY|CREATE|DELETE|DETACH|DO|DROP|EXECUTE|GRANT|INSERT|MERGE|REINDEX|RENAME|REPLACE|REVOKE|TRUNCATE|UPDATE|VACUUM|WITH|BEGIN|SET|START)\b/iy;
/** One at a time: together in one pattern they could be told apart in many ways, and each would be tried. */
const BEFORE = [/[\s;(]+/y, /\/\*[^]*?\*\//y, /--[^\n]*\n/y];
const BEGINNING = 2000;

function isPlain(text: string): boolean {
  const beginning = text.slice(0, BEGINNING);
  for (let at = 0; at < beginning.length;) {
    const skipped = BEFORE.map((pattern) => matchAt(pattern, beginning, at)).find(Boolean);
    if (!skipped) return matchAt(PLAIN, beginning, at) !== null;
    at += skipped.length;
  }
  return false;
}

export function compileSql(data: SqlPlace): CompiledSql {
  return {
    data,
    route: compileRoute(data.route),
    path: compileJsonPath(data.path, true),
    target: data.target === null ? null : compileFill(data.target),
  };
}

/** The statements in a request to such a place; null where the request is none. */
export function readSqlPlace(place: CompiledSql, view: CallView): Operation[] | null {
  const match = firstMatch(place.route, view);
  if (!match) return null;
  const { data } = place;
  const texts = data.in === 'query' ? fromQuery(data.path, view) : fromBody(place, view);
  const operations = [...new Set(texts)].slice(0, MAX_TEXTS).flatMap((text) => {
    const fillers = { parameters: match, body: view.bodies[0] ?? null, query: view.query.values };
    const within = place.target?.(fillers) ?? null;
    return statements(text, data, within);
  });
  if (data.ifClear) return operations;
  if (texts.length > MAX_TEXTS)
    operations.push(unknownOperation('sql', 'it holds more statements than guard reads'));
  const doubt = data.in === 'body' ? view.bodyDoubt : view.query.doubtful;
  if (doubt !== null) operations.push(unknownOperation('sql', doubt));
  if (operations.length === 0)
    operations.push(unknownOperation('sql', 'guard finds no statement where one belongs'));
  return operations;
}

function firstMatch(route: Route, view: CallView): Readonly<Record<string, string>> | null {
  for (const method of view.methods)
    for (const path of view.paths.readings) {
      const match = matchRoute(route, method, path);
      if (match) return match.parameters;
    }
  return null;
}

function fromQuery(name: string, view: CallView): string[] {
  return [...view.query.values].flatMap(([key, values]) =>
    key.toLowerCase() === name.toLowerCase() ? values : [],
  );
}

function fromBody(place: CompiledSql, view: CallView): string[] {
  if (place.data.path === '') return view.body?.kind === 'empty' ? [] : [wholeText(view)];
  return view.bodies.flatMap((body) =>
    place.path.find(body).flatMap(({ value }) => textsIn(value)),
  );
}

/** The bytes themselves: a statement is no JSON and no form, whatever the type says. */
function wholeText(view: CallView): string {
  return view.call.body.bytes.toString('utf8');
}

function textsIn(value: Json): string[] {
  if (value === UNSEEN) return [];
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return [];
  return (value as Json[]).filter((one) => typeof one === 'string');
}

function statements(text: string, data: SqlPlace, within: string | null): Operation[] {
  if (data.ifClear && !isPlain(text)) return [];
  return readSql(text, data.dialect)
    .filter((found) => !data.ifClear || found.class !== 'unknown')
    .map(({ class: operationClass, verb, target, because }) => ({
      name: `sql ${verb}`,
      class: operationClass,
      target: [within, target].filter((part) => part !== null).join('/') || null,
      arguments: { sql: text.slice(0, 10_000) },
      ...(because === undefined ? {} : { because }),
    }));
}
