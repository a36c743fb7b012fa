import { realpathSync } from 'node:fs';
import type { BrokerCall, BrokerContext, BrokerDefinition } from './definition.ts';
import { readCall } from './read-call.ts';
import { resolveFixed } from './resolve-fixed.ts';
import { resolveGit } from './resolve-git.ts';
import type { BrokerDecision } from './types.ts';

/**
 * What becomes of a command line that met a shim. Never throws: what cannot be decided is refused. Runs nothing of the
 * session's; for git it reads the repository's settings with the host's own git, and the user's ssh settings with ssh.
 */
export async function resolveBroker(
  definition: BrokerDefinition,
  call: BrokerCall,
  context: BrokerContext,
): Promise<BrokerDecision> {
  try {
    if (definition.hosts === 'git-remote') return await resolveGit(definition, call, context);
    const cwd = folderInside(call.cwd, context.repository);
    const argv = [definition.program, ...call.argv.slice(1)];
    const read = readCall(definition, argv, {
      repository: context.repository,
      cwd: cwd ?? context.repository,
    });
    if ('kind' in read) return read;
    if (read.refusal) return { kind: 'refuse', ...read.refusal };
    if (cwd === null)
      return {
        kind: 'refuse',
        reason: "it was started outside of the session's repository",
        safer: 'Start it in the repository',
      };
    return await resolveFixed(definition, definition.hosts, read, cwd, context);
  } catch {
    return {
      kind: 'refuse',
      reason: `guard cannot tell what this would do`,
      safer: 'Run it outside of the session',
    };
  }
}

/** The real folder behind `cwd`, or null when that is not in the repository. */
function folderInside(cwd: string, repository: string): string | null {
  try {
    const real = realpathSync(cwd);
    return real === repository || real.startsWith(`${repository}/`) ? real : null;
  } catch {
    return null;
  }
}
