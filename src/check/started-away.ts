import { basename } from 'node:path';
import type { Policy } from '../policy/decide.ts';
import type { ExecRequest, Verdict } from '../policy/types.ts';
import { Judge } from './judge.ts';
import type { Checked } from './types.ts';

/** A bundle of its own, for the exec gate: its thread must start without what few of its calls need. */

/**
 * What is to be said of the commands that a program starts on another machine or in a container, by this name of it. Pure;
 * never throws.
 */
export function decideStartedAway(policy: Policy, request: ExecRequest, name: string): Verdict {
  const { repository, home, argv, cwd } = request;
  const judge = new Judge(policy, { repository, home, user: basename(home) || 'root' });
  const verdict: Checked = judge.startedAway(name, argv, cwd);
  // The record has the words of the call itself.
  delete verdict.words;
  delete verdict.where;
  return verdict;
}
