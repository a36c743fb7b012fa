import { realpathSync } from 'node:fs';
import type { BrokerContext } from './definition.ts';
import type { GitState } from './git-settings.ts';

/** Whether the session can write the file, so that it could have written these settings. */
export function isSessions(
  file: string,
  { commonDir, gitDir }: Pick<GitState, 'commonDir' | 'gitDir'>,
  { repository, writable = [], readOnly }: BrokerContext,
): boolean {
  const kept = readOnly ?? [`${commonDir}/config`, `${gitDir}/config.worktree`];
  const real = realOr(file);
  if (kept.some((path) => real === path || real.startsWith(`${path}/`))) return false;
  return [repository, ...writable].some((folder) => real.startsWith(`${folder}/`));
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
