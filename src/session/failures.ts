import { GuardError } from '../guard-error.ts';

/** The exec gate's thread ended by itself. */
export function gateDied(cause: Error): GuardError {
  return new GuardError({
    what: 'the session was ended',
    why: `the exec gate stopped working (${cause.message}), so commands could no longer be judged`,
    fix: 'Start the session again; if it happens again, please report it with `guard log latest`',
    cause,
  });
}

/** bubblewrap ended before the session's command could run. */
export function neverStarted(): GuardError {
  return new GuardError({
    what: 'the sandbox did not start',
    why: 'bubblewrap ended before the command could begin, and said why above',
    fix: 'Run `guard doctor`',
  });
}
