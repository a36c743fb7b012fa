import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodePath, encodePath } from '../byte-path.ts';
import { isWatchedInGit } from './git-risk.ts';
import { isTooDeep } from './walk.ts';

/**
 * Everything in a git folder that git might obey, with the git folders of submodules and linked worktrees: what a watch
 * would have noticed. Relative to `root`, as `folder` is; of what cannot be read, nothing.
 */
export function obeyedInGit(root: string, folder: string): string[] {
  const found: string[] = [];
  const open = [''];
  for (let inner = open.pop(); inner !== undefined; inner = open.pop()) {
    const relative = [folder, inner].filter(Boolean).join('/');
    for (const entry of entriesOf(join(root, relative))) {
      const name = decodePath(entry.name);
      const path = inner ? `${inner}/${name}` : name;
      if (!isWatchedInGit(path, entry.isDirectory())) continue;
      found.push(folder ? `${folder}/${path}` : path);
      if (entry.isDirectory()) open.push(path);
    }
  }
  return found;
}

function entriesOf(folder: string) {
  if (isTooDeep(folder)) return [];
  try {
    return readdirSync(encodePath(folder), { withFileTypes: true, encoding: 'buffer' });
  } catch {
    return [];
  }
}
