import { decide, type Policy } from '../policy/decide.ts';
import type { ExecRequest, Verdict } from '../policy/types.ts';
import { policyAt } from './policy-at.ts';
import type { LookUpIgnored, Where } from './types.ts';

/** Characters that a shell replaces by names of files: which ones, nobody knows here. */
const PATTERN = /[*?[\]{}]/;

/** As the exec gate decides: where a first look does not allow it, once more with what git ignores. */
export function decideAt(
  policy: Policy,
  where: Where,
  request: ExecRequest,
  lookUp: LookUpIgnored | undefined,
): Verdict {
  const there = policyAt(policy, where);
  const verdict = decide(there, request);
  if (verdict.action === 'allow' || where !== 'here' || !lookUp) return verdict;
  const ignored = lookUp(
    request.argv.slice(1).filter((word) => !PATTERN.test(word)),
    request.cwd,
    request.repository,
  );
  return ignored.length === 0 ? verdict : decide(there, { ...request, ignored });
}
