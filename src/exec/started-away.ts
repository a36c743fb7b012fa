import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { decideStartedAway } from '../check/started-away.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import { lastComponent } from '../policy/argv/program.ts';
import { startsAway } from '../policy/argv/starts.ts';
import type { Policy } from '../policy/decide.ts';
import { isAllowedByName, strictest } from '../policy/strictest.ts';
import type { ExecRequest, Verdict } from '../policy/types.ts';

/** Reads shell text, which few calls need: loaded with the first that does. */
let loaded: typeof decideStartedAway | undefined;

function judge(): typeof decideStartedAway {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  const bundle = require(join(PACKAGE_ROOT, 'dist', 'started-away.cjs')) as {
    decideStartedAway: typeof decideStartedAway;
  };
  return (loaded = bundle.decideStartedAway);
}

/** The verdict on a program, and on what it starts on other machines and in containers: that meets no gate of its own. */
export function withStartedAway(policy: Policy, request: ExecRequest, verdict: Verdict): Verdict {
  if (isAllowedByName(verdict)) return verdict;
  const { argv, path, names } = request;
  let worst = verdict;
  for (const name of new Set([...names, lastComponent(path)]))
    if (startsAway(policy.known, name, argv))
      worst = strictest(worst, judge()(policy, request, name));
  return worst;
}
