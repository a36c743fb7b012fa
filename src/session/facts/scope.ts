import type { NamedInvocation } from '../../policy/argv/program.ts';
import type { ExecRequest } from '../../policy/types.ts';
import type { CallerRoot } from './caller-root.ts';
import type { Pace } from './pace.ts';

/** What every measurement goes by. */
export interface Scope {
  invocation: NamedInvocation;
  request: ExecRequest;
  root: CallerRoot;
  pace: Pace;
  /** What the command would find in its environment; null where that could not be read. */
  environment: ReadonlyMap<string, string> | null;
}

export function has({ invocation }: Pick<Scope, 'invocation'>, ...flags: string[]): boolean {
  return flags.some((flag) => invocation.flags.has(flag));
}

export function valuesOf({ invocation }: Pick<Scope, 'invocation'>, flag: string): string[] {
  return invocation.flags.get(flag)?.values ?? [];
}
