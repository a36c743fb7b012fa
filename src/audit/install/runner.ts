import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../package-root.ts';

/** Its name in a folder of hooks; git runs no file of a name it does not know. */
export const RUNNER_NAME = 'guard-audit';

/**
 * The script that git's hooks call. The same on every machine, for a folder of hooks can be part of the repository: where
 * guard is stands in git's settings (`guard.node`, `guard.program`), so no path is ever part of a script.
 */
export function runnerScript(): string {
  return readFileSync(join(PACKAGE_ROOT, 'profiles', 'git-hooks', RUNNER_NAME), 'utf8');
}
