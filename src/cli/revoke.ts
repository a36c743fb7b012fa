import type { Command } from 'commander';
import { GuardError } from '../guard-error.ts';
import { printable } from '../printable.ts';

/** `guard revoke`: takes a credential from running sessions. */
export function registerRevokeCommand(program: Command): void {
  program
    .command('revoke')
    .description('take a credential from running sessions, at once and for good')
    .argument('<credential>', 'its name in the profile')
    .argument('[session]', 'ID, or the beginning of one; without it, every running session')
    .action(async (credential: string, session: string | undefined) => {
      const { findSession, listSessions } = await import('../session/session-folder.ts');
      const { isRunning, readSessionFile } = await import('../session/session-file.ts');
      const { revoke } = await import('../credentials/revoke.ts');
      const folders = session === undefined ? listSessions() : [findSession(session)];
      const running = folders.flatMap((folder) => {
        const file = readSessionFile(folder.path);
        return typeof file !== 'string' && isRunning(file) ? [{ folder, file }] : [];
      });
      const having = running.filter(({ file }) => file.credentials?.includes(credential));
      if (having.length === 0) throw nothingToRevoke(credential, session, running);
      for (const { folder } of having) revoke(folder.path, credential);
      const ids = having.map(({ folder }) => folder.id).join(', ');
      console.log(`revoked: ${printable(credential, 100)} in ${ids}`);
    });
}

function nothingToRevoke(
  credential: string,
  session: string | undefined,
  running: readonly { file: { credentials?: readonly string[] } }[],
): GuardError {
  const names = [...new Set(running.flatMap(({ file }) => file.credentials ?? []))];
  const which = session === undefined ? 'no running session' : `session ${session}`;
  return new GuardError({
    what: `cannot revoke ${credential}`,
    why:
      running.length === 0
        ? session === undefined
          ? 'no session is running'
          : `${which} is not running`
        : `${which} has no credential of that name${names.length ? `: there is ${names.join(', ')}` : ''}`,
    fix: 'guard log lists the sessions; a credential ends with its session',
    exitCode: 1,
  });
}
