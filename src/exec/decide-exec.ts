import { decide, type Policy } from '../policy/decide.ts';
import { strictest } from '../policy/strictest.ts';
import type { ExecRequest, Verdict } from '../policy/types.ts';
import { readCaller, release } from './held-call.ts';
import type { ProgramIdentity } from './identity.ts';
import { ignoredBy } from './ignored.ts';
import type { ReadExec } from './read-exec.ts';
import { withStartedAway } from './started-away.ts';

/**
 * Before the agent's first exec: this is loaded before the session starts. An ignore file that is younger may be the
 * agent's own. Files are dated by a clock that is some milliseconds late.
 */
const SESSION_START = Date.now() - 1000;

/**
 * The verdict on all that an exec runs. Who calls is only looked at where it could spare the call: git runs git for work
 * of its own. The same for which operands git ignores.
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
      all.map((one) => ({ ...one, caller: names, ignored: ignoredBy(one, tid, SESSION_START) })),
    );
  } finally {
    release(caller);
  }
}

function strictestOf(policy: Policy, requests: readonly ExecRequest[]): Verdict {
  return requests
    .map((request) => withStartedAway(policy, request, decide(policy, request)))
    .reduce((worst, next) => strictest(worst, next));
}
