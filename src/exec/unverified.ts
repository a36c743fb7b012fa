import type { Verdict } from '../policy/types.ts';
import { tracerOf } from './verified-start.ts';

const source = { layer: 'default', file: 'guard', line: 0 } as const;

/** On a program that was started in place of the one that was judged. */
export const CHANGED: Verdict = {
  action: 'deny',
  rule: 'exec.changed',
  reason:
    'its program, arguments or folder changed between the verdict and the start, so it was ended before it ran',
  source,
};

/** On a call that cannot be followed to what it starts. */
export function unwatchable(tid: number): Verdict {
  const traced = tracerOf(tid) !== 0;
  return {
    action: 'deny',
    rule: traced ? 'exec.traced' : 'exec.unwatched',
    reason: traced
      ? 'a debugger holds the program that starts it and could change what is started after guard has judged it'
      : 'the system does not let guard look at what is started, so it could be another program than the one judged',
    safer: traced
      ? 'start it without the debugger, and attach that once it runs'
      : '`guard doctor` says what forbids it',
    source,
  };
}
