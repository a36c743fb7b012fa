import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { couldNotLook } from '../git.ts';

const LONGEST_ANSWER = 1024 * 1024;

export interface HooksFolder {
  /** Where git looks for hooks, or where those that it finds there are kept. Need not exist. */
  path: string;
  /**
   * `own`: within the git folder. `shared`: within the work tree, so part of the repository. `outside`: other repositories
   * can have the same.
   */
  whose: 'own' | 'shared' | 'outside';
  /** Why it is not `.git/hooks`, for people. */
  because: string | null;
  /** Husky gives its hooks to a shell itself, executable or not. */
  husky: boolean;
}

export interface GitPlaces {
  /** Null for a bare repository. */
  workTree: string | null;
  /** The git folder that linked worktrees share: settings and hooks. */
  commonDir: string;
  hooks: HooksFolder;
}

/** Asks git where it is and where its hooks are. Throws GuardError outside of a repository. */
export function findHooks(cwd: string): GitPlaces {
  const commonDir = answer(['rev-parse', '--path-format=absolute', '--git-common-dir'], cwd);
  if (commonDir === null)
    throw couldNotLook(
      'cannot find the hooks',
      `${cwd} is not in a git repository, or git is older than 2.31`,
      'Go into a repository',
    );
  const bare = answer(['rev-parse', '--is-inside-work-tree'], cwd) !== 'true';
  const workTree = bare ? null : answer(['rev-parse', '--show-toplevel'], cwd);
  // Relative paths are those of the folder that hooks start in: git-config(1), core.hooksPath.
  const start = workTree ?? answer(['rev-parse', '--absolute-git-dir'], cwd) ?? cwd;
  const named = answer(['rev-parse', '--git-path', 'hooks'], start) ?? join(commonDir, 'hooks');
  const path = resolve(start, named);
  const own = join(commonDir, 'hooks');
  const origin = real(path) === real(own) && path === own ? null : hooksPathOrigin(start);
  const because = origin ?? (real(path) === own ? null : 'it is a symbolic link');
  const husky = workTree !== null && real(path).startsWith(join(real(workTree), '.husky'));
  // Version 9 starts from scripts of its own, which it writes anew, those that people write beside them.
  const kept = husky && basename(path) === '_' ? dirname(path) : path;
  return {
    workTree,
    commonDir,
    hooks: { path: kept, whose: whose(kept, commonDir, workTree), because, husky },
  };
}

function whose(path: string, commonDir: string, workTree: string | null): HooksFolder['whose'] {
  const at = `${real(path)}/`;
  if (at.startsWith(`${real(commonDir)}/`)) return 'own';
  return workTree !== null && at.startsWith(`${real(workTree)}/`) ? 'shared' : 'outside';
}

/** `core.hooksPath of your settings (/home/me/.gitconfig)`. */
function hooksPathOrigin(cwd: string): string | null {
  const found = answer(['config', '--show-scope', '--show-origin', '--get', 'core.hooksPath'], cwd);
  if (found === null) return null;
  const [scope = '', origin = ''] = found.split('\t');
  const settings =
    { global: 'your settings', system: "this machine's settings" }[scope] ??
    (scope === 'command' ? 'the command line' : "the repository's settings");
  return `core.hooksPath of ${settings} (${origin.replace(/^file:/, '')})`;
}

/** What git prints, without its last line feed; null where it ends with an error. */
export function answer(args: readonly string[], cwd: string): string | null {
  try {
    return execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      maxBuffer: LONGEST_ANSWER,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).replace(/\n$/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw couldNotLook('cannot find the hooks', 'git is not installed', 'Install git');
    return null;
  }
}

/** Links resolved as far as there is something. */
export function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === dirname(path) ? path : join(real(dirname(path)), basename(path));
  }
}
