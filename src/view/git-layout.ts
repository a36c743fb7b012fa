import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { decodePath, encodePath } from '../byte-path.ts';
import { GuardError } from '../guard-error.ts';
import { parseGitConfig, settingOf } from './git-config.ts';
import { readSmall } from './inside.ts';

export interface GitRepository {
  /** Absolute, as everything here. */
  workTree: string;
  /** HEAD, index. */
  gitDir: string;
  /** config, hooks, objects, refs: the same folder, except for a linked worktree. */
  commonDir: string;
  /** Is the git folder outside of `workTree`, so that it has to be bound as well? */
  outside: boolean;
  objectIdBytes: 20 | 32;
}

/** The repository that `folder` is the work tree of, or the bare one that it is; null if it is neither. */
export function findGit(folder: string): GitRepository | null {
  const dotGit = `${folder}/.git`;
  const stat = lstat(dotGit);
  if (!stat) return isGitFolder(folder) ? repository(folder, folder, folder, false) : null;
  if (stat.isSymbolicLink())
    throw refusal(
      dotGit,
      'it is a symbolic link, which the session could point elsewhere',
      'Replace the link by the folder it points to, or by what `git worktree add` makes',
    );
  if (stat.isFile()) return fromGitFile(folder, dotGit);
  if (!stat.isDirectory()) throw refusal(dotGit, 'it is neither a folder nor a file', 'Remove it');
  if (lstat(`${dotGit}/commondir`))
    throw refusal(
      dotGit,
      'its file `commondir` sends git to settings and hooks elsewhere',
      'Remove .git/commondir unless you know why it is there',
    );
  return repository(folder, dotGit, dotGit, false);
}

/**
 * A `.git` file names a folder anywhere. It counts only if that folder names this work tree in turn: a linked worktree
 * by its `gitdir`, a submodule by its `core.worktree`. Otherwise a hostile one could have any folder bound.
 */
function fromGitFile(folder: string, dotGit: string): GitRepository {
  const named = /^gitdir: ([^\n\0]+)\n*$/.exec(readSmall(dotGit, 8192) ?? '')?.[1];
  const gitDir = named && real(resolve(folder, named));
  if (!gitDir)
    throw refusal(dotGit, 'it names no git folder that exists', 'Run `git worktree repair`');
  const common = readSmall(`${gitDir}/commondir`, 8192)?.replace(/\n+$/, '');
  const commonDir = common === undefined ? gitDir : real(resolve(gitDir, common));
  const back = common === undefined ? worktreeSetting(gitDir) : linkedFrom(gitDir);
  const inPlace =
    common === undefined || (commonDir !== null && dirname(gitDir) === `${commonDir}/worktrees`);
  const here = real(folder);
  if (!commonDir || !inPlace || !isGitFolder(commonDir) || !back || back !== here)
    throw refusal(
      dotGit,
      `it points to ${gitDir}, which does not point back to this folder`,
      'If both belong together run `git worktree repair` (linked worktree) or `git config core.worktree "$PWD"` here',
    );
  return repository(folder, gitDir, commonDir, true);
}

/** `gitdir` of a linked worktree's git folder: the path of the `.git` file (gitrepository-layout(5)). */
function linkedFrom(gitDir: string): string | null {
  const file = readSmall(`${gitDir}/gitdir`, 8192)?.replace(/\n+$/, '');
  if (!file) return null;
  const path = resolve(gitDir, file);
  return basename(path) === '.git' ? real(dirname(path)) : null;
}

function worktreeSetting(gitDir: string): string | null {
  const settings = parseGitConfig(readSmall(`${gitDir}/config`) ?? '') ?? [];
  const tree = settingOf(settings, 'core.worktree');
  return tree ? real(resolve(gitDir, tree)) : null;
}

function repository(
  workTree: string,
  gitDir: string,
  commonDir: string,
  outside: boolean,
): GitRepository {
  const settings = parseGitConfig(readSmall(`${commonDir}/config`, 1024 * 1024) ?? '') ?? [];
  const format = settingOf(settings, 'extensions.objectformat')?.toLowerCase();
  return { workTree, gitDir, commonDir, outside, objectIdBytes: format === 'sha256' ? 32 : 20 };
}

/** What git itself asks for: HEAD, objects and refs. */
export function isGitFolder(folder: string): boolean {
  const head = lstat(`${folder}/HEAD`);
  return (
    !!head &&
    (head.isFile() || head.isSymbolicLink()) &&
    isFolder(`${folder}/objects`) &&
    isFolder(`${folder}/refs`)
  );
}

function isFolder(path: string): boolean {
  return statSync(encodePath(path), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function lstat(path: string): Stats | undefined {
  return lstatSync(encodePath(path), { throwIfNoEntry: false });
}

/** Null where nothing is. */
export function real(path: string): string | null {
  try {
    return decodePath(realpathSync.native(encodePath(path), { encoding: 'buffer' }));
  } catch {
    return null;
  }
}

function refusal(dotGit: string, why: string, fix: string): GuardError {
  return new GuardError({ what: `cannot protect ${dotGit}`, why, fix });
}
