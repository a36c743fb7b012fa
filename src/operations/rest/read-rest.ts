import type { Json, Operation, OperationClass } from '../../policy/types.ts';
import type { RestRule } from '../providers/data.ts';
import { UNSEEN } from '../unseen.ts';
import { inDoubt, isStricter, strictestOf, weigh, type Candidate } from '../providers/weigh.ts';
import { compileConditions, type Conditions } from './conditions.ts';
import { compileFill, type Fillers } from './fill.ts';
import { classOfMethod } from './methods.ts';
import { compileRoute, matchesRoute, matchRoute, type Route } from './routes.ts';
import type { CallView } from './view.ts';

export interface CompiledRest {
  rules: readonly CompiledRule[];
  otherwise: Readonly<Record<string, OperationClass>>;
}

interface CompiledRule {
  data: RestRule;
  routes: readonly Route[];
  conditions: Conditions;
  target: ((fillers: Fillers) => string | null) | null;
  readsBody: boolean;
}

export function compileRest(
  rules: readonly RestRule[],
  otherwise: Readonly<Record<string, OperationClass>>,
): CompiledRest {
  return {
    otherwise,
    rules: rules.map((data) => {
      const conditions = compileConditions(data.when);
      return {
        data,
        routes: data.routes.map(compileRoute),
        conditions,
        target: data.target === null ? null : compileFill(data.target),
        readsBody: conditions.readsBody || (data.target?.includes('{body.') ?? false),
      };
    }),
  };
}

/** Would a rule look into the body of such a request? */
export function restReadsBody(
  rest: CompiledRest,
  view: Pick<CallView, 'methods' | 'paths'>,
  host: string,
): boolean {
  return rest.rules.some(
    (rule) =>
      rule.readsBody &&
      speaksFor(rule.data.hosts, host) &&
      rule.routes.some((route) => matchesRoute(route, view)),
  );
}

/**
 * What the method and the path ask for, in every way to read them and the body: the strictest. Null without a rule when
 * `spared` says that something else speaks for a reading.
 */
export function readRest(
  rest: CompiledRest,
  view: CallView,
  spared: (method: string, path: readonly string[]) => boolean,
): Candidate | null {
  const found: Candidate[] = [];
  const looked = { body: false, query: false };
  const rules = rest.rules.filter(({ data }) => speaksFor(data.hosts, view.call.host));
  for (const method of view.methods)
    for (const path of view.paths.readings) {
      const matches = rules.flatMap((rule) => {
        const match = firstMatch(rule, method, path);
        return match ? [{ rule, ...match }] : [];
      });
      looked.body ||= matches.some(({ rule }) => rule.conditions.readsBody);
      looked.query ||= matches.some(({ rule }) => rule.conditions.readsQuery);
      const otherwise = spared(method, path) ? null : byMethod(rest, view, method);
      for (const body of view.bodies) {
        const candidates = matches.flatMap(({ rule, route, parameters, exact }) =>
          judge(rule, route, { parameters, body, query: view.query.values }, exact, view),
        );
        const result = weigh(candidates, otherwise);
        if (result) found.push(result);
      }
    }
  const best = strictestOf(found);
  if (!best) return null;
  const doubt = doubts(view, looked);
  return doubt === null ? best : { ...best, operation: inDoubt(best.operation, doubt) };
}

/** `.` and `..` as segments, encoded any number of times. */
const DOTS =
  /(?:^|[/\\]|%(?:25)*(?:2f|5c))(?:\.|%(?:25)*2e){1,2}(?=$|[/\\;?#]|%(?:25)*(?:2f|5c|23|3f))/i;

/**
 * A path with dots in it, by every name it may lead to: what a person allowed by one name does not count for the others. No
 * client sends such a path unless it is told to.
 */
export function readElsewhere(rest: CompiledRest, view: CallView): Operation[] {
  if (!DOTS.test(view.path)) return [];
  return view.methods.flatMap((method) =>
    view.paths.readings.map((path) => {
      const { operation } = byMethod(rest, view, method);
      return { ...operation, name: `${method} /${path.join('/')}` };
    }),
  );
}

function doubts(view: CallView, looked: { body: boolean; query: boolean }): string | null {
  const { state } = view.call.body;
  const unread = looked.body || state === 'too-large' || state === 'undecodable';
  return (
    view.paths.doubtful ??
    (unread ? view.bodyDoubt : null) ??
    (looked.query ? view.query.doubtful : null)
  );
}

function firstMatch(rule: CompiledRule, method: string, path: readonly string[]) {
  let folded = null;
  for (const route of rule.routes) {
    const match = matchRoute(route, method, path);
    if (match?.exact) return { route, ...match };
    if (match) folded ??= { route, ...match };
  }
  return folded;
}

function judge(
  rule: CompiledRule,
  route: Route,
  fillers: Fillers,
  exact: boolean,
  view: CallView,
): Candidate[] {
  const { data } = rule;
  const judged = rule.conditions.judge({ ...fillers, headers: view.call.headers });
  if (judged.holds === 'no') return [];
  const because = [data.because, judged.shown].filter((part) => part !== null).join(': ');
  const operation: Operation = {
    name: data.name ?? route.written,
    // A body that cannot be read says nothing: it may be this, and a person has to see that it was not told.
    class: judged.unreadable && isStricter(data.class, 'unknown') ? 'unknown' : data.class,
    target: (rule.target ? rule.target(fillers) : null) ?? view.path,
    arguments: argumentsOf(fillers, view),
    ...(because ? { because } : {}),
  };
  return [{ operation, byRule: true, sure: exact && judged.holds === 'yes' }];
}

/** What servers may read differently a rule of a person's cannot hold on to. */
function argumentsOf({ parameters, body, query }: Fillers, { bodyDoubt }: CallView): Json {
  const seen = bodyDoubt === null ? body : UNSEEN;
  return { path: parameters, query: Object.fromEntries(query), body: seen };
}

function byMethod(rest: CompiledRest, view: CallView, method: string): Candidate {
  const operation: Operation = {
    name: `${method} ${view.path}`,
    class: classOfMethod(method, rest.otherwise),
    target: view.path,
    arguments: argumentsOf(
      { parameters: {}, body: view.bodies[0] ?? null, query: view.query.values },
      view,
    ),
  };
  return { operation, byRule: false, sure: true };
}

/** `hosts` as in a provider; empty for all. */
export function speaksFor(hosts: readonly string[], host: string): boolean {
  return (
    hosts.length === 0 ||
    hosts.some((pattern) =>
      pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern,
    )
  );
}
