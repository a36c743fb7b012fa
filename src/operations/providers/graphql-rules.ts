import { anyGlob } from '../../policy/glob.ts';
import type { Json, Operation, OperationClass } from '../../policy/types.ts';
import type { GraphqlField, GraphqlOperation, GraphqlRequest } from '../graphql/types.ts';
import { compileConditions, type Conditions } from '../rest/conditions.ts';
import { compileJsonPath, type JsonPath } from '../rest/json-path.ts';
import { compileTemplate, type Template } from '../rest/template.ts';
import type { GraphqlData, GraphqlRule } from './data.ts';
import {
  asTarget,
  joinTargets,
  strictestOf,
  unknownOperation,
  weigh,
  type Candidate,
} from './weigh.ts';

interface CompiledRule {
  data: GraphqlRule;
  /** Of fields at the top; of paths below it. */
  top: (name: string) => boolean;
  nested: ((path: string) => boolean) | null;
  conditions: Conditions;
  target: readonly JsonPath[];
}

export interface CompiledGraphql {
  paths: readonly Template[];
  rules: readonly CompiledRule[];
  otherwise: GraphqlData['otherwise'];
}

export function compileGraphql(data: GraphqlData): CompiledGraphql {
  return {
    paths: data.paths.map(compileTemplate),
    otherwise: data.otherwise,
    rules: data.rules.map((rule) => {
      const below = rule.fields.filter((field) => field.includes('.'));
      return {
        data: rule,
        top: anyGlob(rule.fields.filter((field) => !field.includes('.'))),
        nested: below.length ? anyGlob(below) : null,
        conditions: compileConditions(rule.when),
        target: rule.target.map((path) => compileJsonPath(path, false)),
      };
    }),
  };
}

/** Every field that the request asks for, with what it does. */
export function judgeGraphql(graphql: CompiledGraphql, request: GraphqlRequest): Operation[] {
  return request.parts.flatMap((part) =>
    part.kind === 'unknown'
      ? [unknownOperation('graphql', part.why)]
      : judgeOperation(graphql, part),
  );
}

function judgeOperation(graphql: CompiledGraphql, part: GraphqlOperation): Operation[] {
  const { kind } = part;
  const rules = graphql.rules.filter(({ data }) => data.kind === kind);
  if (part.fields.length === 0)
    return [{ name: kind, class: graphql.otherwise[kind], target: null, arguments: null }];
  return part.fields.flatMap((field) => {
    const otherwise: Candidate = {
      operation: {
        name: `${kind} ${field.name}`,
        class: classOfField(kind, field.name, graphql.otherwise[kind]),
        target: usualTarget(field.arguments),
        arguments: field.arguments,
      },
      byRule: false,
      sure: true,
    };
    const own = rules.filter(({ top }) => top(field.name));
    const top = weigh(
      own.flatMap((rule) => judge(rule, field, field.name)),
      otherwise,
    );
    const below = field.nested.flatMap((inner) => {
      const matching = rules.filter(({ nested }) => nested?.(inner.path) ?? false);
      const found = strictestOf(matching.flatMap((rule) => judge(rule, inner, inner.path)));
      return found ? [found.operation] : [];
    });
    return top ? [top.operation, ...below] : below;
  });
}

/** Of a mutation that no rule speaks of: a service gets new ones before its rules do. */
const DESTROYS = /(?:^|_)(?:delete|destroy|purge|wipe|truncate)|Delete|Destroy|Purge|Wipe|Truncate/;

function classOfField(
  kind: GraphqlOperation['kind'],
  name: string,
  otherwise: OperationClass,
): OperationClass {
  const destroys = kind === 'mutation' && otherwise === 'change' && DESTROYS.test(name);
  return destroys ? 'destroy' : otherwise;
}

function judge(rule: CompiledRule, field: GraphqlField, name: string): Candidate[] {
  const { data } = rule;
  const judged = rule.conditions.judge({
    arguments: field.arguments,
    body: null,
    query: new Map(),
    headers: [],
  });
  if (judged.holds === 'no') return [];
  const because = [data.because, judged.shown].filter((part) => part !== null).join(': ');
  const operation: Operation = {
    name: data.name ?? `${data.kind} ${name}`,
    class: data.class,
    target: targetOf(rule.target, field.arguments) ?? usualTarget(field.arguments),
    arguments: field.arguments,
    ...(because ? { because } : {}),
  };
  return [{ operation, byRule: true, sure: judged.holds === 'yes' }];
}

function targetOf(paths: readonly JsonPath[], given: Json): string | null {
  for (const path of paths)
    for (const { value } of path.find(given)) {
      const target = Array.isArray(value) ? listOf(value as Json[]) : asTarget(value);
      if (target !== null) return target;
    }
  return null;
}

function listOf(values: readonly Json[]): string | null {
  return joinTargets(values.flatMap((value) => asTarget(value) ?? []));
}

const USUAL = ['id', 'input.id'].map((path) => compileJsonPath(path, false));

/** Where no rule says it: an id, or the first argument that is called one. */
function usualTarget(given: { readonly [name: string]: Json }): string | null {
  const id = targetOf(USUAL, given);
  if (id !== null) return id;
  for (const members of [given, given.input])
    if (typeof members === 'object' && members !== null)
      for (const [name, value] of Object.entries(members as Record<string, Json>))
        if (/id$/i.test(name) && asTarget(value) !== null) return asTarget(value);
  return null;
}
