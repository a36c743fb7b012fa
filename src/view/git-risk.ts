import { dirname, join, resolve } from 'node:path';
import { isInertGitConfig } from './git-config.ts';
import { isGitFolder, real } from './git-layout.ts';
import { lstatAt, readSmall } from './inside.ts';

/** Folders of a git folder that hold nothing that git runs or obeys, and most of the files. */
const DULL = /^(objects|refs|logs|info|lfs|branches|rr-cache)$/;
const OBEYED = /^(config|config\.worktree|commondir|gitdir)$/;

/** Position of a `.git` component: what follows it lies in a git folder. Null outside of one. */
export function insideGit(relative: string): { folder: string; inner: string } | null {
  const match = /^(?:.*?\/)?\.git(?=\/|$)/s.exec(relative);
  return match && { folder: match[0], inner: relative.slice(match[0].length + 1) };
}

/** Need a path inside a git folder be watched? `isFolder` undefined where it is not known yet. */
export function isWatchedInGit(inner: string, isFolder: boolean | undefined): boolean {
  const parts = inner.split('/');
  const [first = '', second] = parts;
  if (inner === '' || first === 'hooks') return parts.length <= 2;
  if (OBEYED.test(inner)) return true;
  if (first === 'worktrees') return parts.length <= 2 || OBEYED.test(parts[2] ?? '');
  if (first !== 'modules') return false;
  if (second === undefined || isFolder === undefined) return true;
  const hook = parts.at(-2) === 'hooks';
  if (!isFolder) return hook || OBEYED.test(parts.at(-1) ?? '');
  return parts.length === 2 || !parts.slice(2).some((part) => DULL.test(part));
}

/**
 * Would git run a program, or take its settings from elsewhere, because of this new path inside a git folder? What
 * `git init`, `git clone`, `git worktree add` and `git submodule add` write is let be, sample hooks included.
 */
export function isRiskyInGit(root: string, folder: string, inner: string): boolean {
  const path = join(root, folder, inner);
  const stat = lstatAt(path);
  if (!stat) return false;
  const parts = inner.split('/');
  const name = parts.at(-1) ?? '';
  if (inner === '') return stat.isSymbolicLink() || (stat.isFile() && !isKnownGitFile(root, path));
  if (parts.at(-2) === 'hooks') return !name.endsWith('.sample');
  if (name === 'hooks') return !stat.isDirectory();
  if (name === 'config' || name === 'config.worktree')
    return !stat.isDirectory() && !isInertGitConfig(readSmall(path) ?? '[');
  // What `git worktree add` writes leads back to the folder that it lies in.
  if (name === 'commondir') return parts[0] !== 'worktrees' || readSmall(path)?.trim() !== '../..';
  return false;
}

/** Folder that git would take for a bare repository, with settings that run programs: its `config` is held. */
export function riskyBareConfig(root: string, relative: string): string | null {
  const folder = dirname(relative);
  const absolute = folder === '.' ? root : join(root, folder);
  const config = join(absolute, 'config');
  const stat = lstatAt(config);
  if (!stat || stat.isDirectory() || !isGitFolder(absolute)) return null;
  if (stat.isFile() && isInertGitConfig(readSmall(config) ?? '[')) return null;
  return folder === '.' ? 'config' : `${folder}/config`;
}

/** Names whose appearance can complete such a folder. */
export function completesBare(relative: string): boolean {
  return /(^|\/)(HEAD|objects|refs|config)$/.test(relative);
}

/** A `.git` file of a worktree or submodule of this same repository. */
function isKnownGitFile(root: string, path: string): boolean {
  const named = /^gitdir: ([^\n\0]+)\n*$/.exec(readSmall(path, 8192) ?? '')?.[1];
  const target = named && real(resolve(dirname(path), named));
  const home = real(join(root, '.git'));
  if (!target || !home || !target.startsWith(`${home}/`)) return false;
  const inner = target.slice(home.length + 1);
  // Not in a folder where nobody looks for hooks and settings.
  return /^(modules|worktrees)\//.test(inner) && isWatchedInGit(inner, true);
}
