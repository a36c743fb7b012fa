import { anyGlob } from '../../policy/glob.ts';
import type { Json, Operation, OperationClass } from '../../policy/types.ts';
import { compileConditions, type Conditions, type Surroundings } from '../rest/conditions.ts';
import { compileJsonPath, type JsonPath } from '../rest/json-path.ts';
import type { MethodRule } from './data.ts';
import { asTarget, joinTargets, weigh, type Candidate } from './weigh.ts';

export interface CompiledMethods {
  rules: readonly {
    data: MethodRule;
    matches: (method: string) => boolean;
    /** In any case. */
    resembles: (method: string) => boolean;
    conditions: Conditions;
    target: readonly JsonPath[];
  }[];
}

export function compileMethods(rules: readonly MethodRule[]): CompiledMethods {
  return {
    rules: rules.map((data) => ({
      data,
      matches: anyGlob(data.methods),
      resembles: anyGlob(data.methods.map((name) => name.toLowerCase())),
      conditions: compileConditions(data.when),
      target: data.target.map((path) => compileJsonPath(path, true)),
    })),
  };
}

/** What calling a method does (gRPC, JSON-RPC); `otherwise` where no rule speaks of it. */
export function judgeMethod(
  { rules }: CompiledMethods,
  method: string,
  call: { name: string; target: string | null; arguments: Json; otherwise: OperationClass },
  around: Surroundings,
): Operation {
  const { name, target } = call;
  const base = { name, target, arguments: call.arguments };
  const otherwise: Candidate = {
    operation: { ...base, class: call.otherwise },
    byRule: false,
    sure: true,
  };
  const found = rules.flatMap(
    ({ data, matches, resembles, conditions, target: paths }): Candidate[] => {
      const exact = matches(method);
      if (!exact && !resembles(method.toLowerCase())) return [];
      const judged = conditions.judge(around);
      if (judged.holds === 'no') return [];
      const because = [data.because, judged.shown].filter((part) => part !== null).join(': ');
      const operation = {
        ...base,
        name: data.name ?? name,
        class: data.class,
        target: targetAt(paths, around.body) ?? target,
        ...(because ? { because } : {}),
      };
      return [{ operation, byRule: true, sure: exact && judged.holds === 'yes' }];
    },
  );
  return weigh(found, otherwise)?.operation ?? otherwise.operation;
}

/** The first path that leads to something; of a list its first few. */
export function targetAt(paths: readonly JsonPath[], body: Json): string | null {
  for (const path of paths) {
    const found = path.find(body).flatMap(({ value }) => listed(value));
    if (found.length) return joinTargets(found);
  }
  return null;
}

function listed(value: Json): string[] {
  return (Array.isArray(value) ? (value as Json[]) : [value]).flatMap((one) => asTarget(one) ?? []);
}
