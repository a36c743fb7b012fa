import { SUSPENDED_PATH } from '../suspended-path.ts';

/** Execs of guard's own before the command's: setsid(1), then the shell. */
export const LAUNCHER_EXECS = 2;

/**
 * The words that start the command. With a terminal: setsid(1) from util-linux makes the one on descriptor 0 the controlling
 * one of a session that a small shell leads, and that shell has the command for its foreground job. Without it the
 * command's process group would be an orphaned one, in which the kernel lets nothing be stopped from the keyboard
 * (setpgid(2), POSIX "Orphaned Process Group").
 */
export function launcher(argv: readonly string[], terminal: boolean): string[] {
  if (!terminal) return [...argv];
  // The command's words are parameters of the script, never part of it; the first is an absolute path, so no builtin.
  return ['/usr/bin/setsid', '--ctty', '/bin/sh', '-mc', SCRIPT, 'sh', ...argv];
}

/**
 * For dash, bash and busybox. The shell's own words on stderr ("Killed", "Stopped") are not the command's. The trap and
 * the first status are for bash, which leaves a script at once, with status 1, when its job died of SIGINT; the function is
 * for bash as well, which breaks out of loops when a job in them is stopped. Ctrl-C that comes while no job is in the
 * foreground is to end nothing.
 */
const SCRIPT = `
exec 3>&2 2>/dev/null
trap '' INT QUIT
trap 'exit $guard_status' EXIT
guard_status=130
again() { fg %1 >/dev/null; guard_status=$?; }
(trap - INT QUIT EXIT; exec "$@" 2>&3 3>&-)
guard_status=$?
while jobs %1 >/dev/null; do
  ${SUSPENDED_PATH}
  guard_status=130
  again
done
exit $guard_status
`;
