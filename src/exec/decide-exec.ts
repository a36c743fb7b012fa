import { decide, type Policy } from '../policy/decide.ts';
import { strictest } from '../policy/strictest.ts';
import type { ExecRequest, Verdict } from '../policy/types.ts';
import { readCaller, release } from './held-call.ts';
import type { ProgramIdentity } from './identity.ts';
import type { ReadExec } from './read-exec.ts';

/**
 * The verdict on all that an exec runs. Who calls is only looked at where it could spare the call: git runs git for work
 * of its own.
 */
export function decideExec(
  policy: Policy,
  identity: ProgramIdentity,
  { request, indirect }: ReadExec,
  tid: number,
): Verdict {
  const all = [request, ...indirect];
  const verdict = strictestOf(policy, all);
  if (verdict.action === 'allow') return verdict;
  const caller = readCaller(tid);
  try {
    // By what it is: a name would be the agent's to choose.
    const names = identity.names(caller, caller.path);
    return strictestOf(
      policy,
      all.map((one) => ({ ...one, caller: names })),
    );
  } finally {
    release(caller);
  }
}

function strictestOf(policy: Policy, requests: readonly ExecRequest[]): Verdict {
  return requests
    .map((request) => decide(policy, request))
    .reduce((worst, next) => strictest(worst, next));
}
