import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, type CommanderError } from 'commander';
import { GuardError } from '../guard-error.ts';

/** A command line that cannot be understood, in guard's own words: `error: WHAT` with a `(Did you mean …?)` below. */
export function misused({ message }: CommanderError): GuardError {
  const [, why = message, near] =
    /^error: (.*?)\.?(?:\n\((Did you mean [^\n]*)\))?$/s.exec(message) ?? [];
  return new GuardError({
    what: 'cannot understand the command line',
    why,
    fix: near ?? 'See `guard help`',
  });
}

/** For an option that names a file: an unset variable in a script must not pass for one. */
export function notEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('It is empty.');
  return value;
}

/**
 * Node puts U+FFFD where an argument is not valid UTF-8, and the session would be given another file than the one that
 * was named. Throws GuardError; what was typed as U+FFFD is fine (proc_pid_cmdline(5) has the bytes).
 */
export function requireUtf8(argv: readonly string[]): void {
  if (!argv.some((word) => word.includes('\ufffd'))) return;
  if (isUtf8(readFileSync('/proc/self/cmdline'))) return;
  throw new GuardError({
    what: 'cannot pass on the arguments',
    why: 'one of them is not valid UTF-8',
    fix: 'Rename the file it names, or give it through a pattern that the session expands (sh -c)',
  });
}
