import { readdirSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { decodePath, encodePath } from '../byte-path.ts';
import type { WorkTrees } from './covers.ts';
import { parseGitConfig } from './git-config.ts';
import { real, type GitRepository } from './git-layout.ts';
import { lstatAt, readSmall } from './inside.ts';
import type { Walked } from './walk.ts';

export interface Protection {
  readOnly: string[];
  pinned: string[];
  extraBinds: string[];
  /** Protected names that are links: their targets as they were. */
  links: Record<string, string>;
}

/**
 * What is bound read-only: existing paths that the profile protects and, in every git folder, whatever makes git run a
 * program or look for its settings elsewhere. What was found is relative to the repository.
 */
export function planProtection(
  repository: string,
  { protects, gits, bares }: Pick<Walked, 'protects' | 'gits' | 'bares'>,
  workTrees: WorkTrees,
): Protection {
  const root = workTrees.get('') ?? null;
  const bare = root?.gitDir === repository;
  const protection: Protection = { readOnly: [], pinned: [], extraBinds: [], links: {} };
  const homes = [real(repository) ?? repository];
  if (root?.outside) {
    protection.extraBinds.push(root.commonDir);
    homes.push(root.commonDir);
    protection.pinned.push(...foldersBetween(root.commonDir, repository));
  } else if (root && !bare) protection.pinned.push(root.gitDir);
  const paths = new Set(protects.map((path) => join(repository, path)));
  for (const path of gits) {
    const dotGit = join(repository, path);
    if (!isFolder(dotGit)) paths.add(dotGit);
    else if (dotGit !== root?.gitDir) for (const sub of gitFolderPaths(dotGit)) paths.add(sub);
  }
  for (const path of bares)
    for (const sub of gitFolderPaths(join(repository, path))) paths.add(sub);
  for (const git of workTrees.values())
    if (git && (!git.outside || git === root))
      for (const path of repositoryPaths(git)) paths.add(path);
  for (const path of paths) protectPath(path, homes, protection);
  protection.readOnly = outermost(protection.readOnly);
  return protection;
}

/** What exists is bound over itself; for a link that is its target, if the session can write there. */
function protectPath(path: string, homes: readonly string[], protection: Protection): void {
  const stat = lstatAt(path);
  if (!stat) return;
  if (!stat.isSymbolicLink()) {
    if (stat.isDirectory() || stat.isFile()) protection.readOnly.push(path);
    return;
  }
  protection.links[path] = linkTarget(path);
  const target = real(path);
  if (target && homes.some((home) => target.startsWith(`${home}/`)))
    protection.readOnly.push(target);
}

export function linkTarget(path: string): string {
  return decodePath(readlinkSync(encodePath(path), { encoding: 'buffer' }));
}

/** A work tree inside its common folder: it and what it lies in, outermost first, so that none can be renamed. */
function foldersBetween(commonDir: string, repository: string): string[] {
  if (!repository.startsWith(`${commonDir}/`)) return [];
  const out: string[] = [];
  for (let at = commonDir.length; at >= 0; at = repository.indexOf('/', at + 1))
    if (at > commonDir.length) out.push(repository.slice(0, at));
  return [...out, repository];
}

function repositoryPaths(git: GitRepository): string[] {
  const paths = [...gitFolderPaths(git.commonDir), ...namedByConfig(git)];
  if (git.gitDir !== git.commonDir)
    paths.push(
      ...['commondir', 'gitdir', 'config.worktree'].map((name) => join(git.gitDir, name)),
      ...otherWorktrees(git),
    );
  return paths;
}

/**
 * Their work trees are not seen in the session: git there would take them for gone, and `git worktree prune` what it knows
 * of them. Not the whole folder, because `git gc` rewrites the logs in it.
 */
function otherWorktrees(git: GitRepository): string[] {
  const folder = join(git.commonDir, 'worktrees');
  return folders(folder)
    .map((name) => join(folder, name))
    .filter((path) => path !== git.gitDir)
    .flatMap((path) => [join(path, 'HEAD'), join(path, 'index')]);
}

/** gitrepository-layout(5), with the git folders of submodules and what links worktrees to this one. */
function gitFolderPaths(gitDir: string): string[] {
  const paths = ['config', 'config.worktree', 'hooks'].map((name) => join(gitDir, name));
  for (const name of folders(join(gitDir, 'worktrees')))
    for (const file of ['config.worktree', 'commondir', 'gitdir'])
      paths.push(join(gitDir, 'worktrees', name, file));
  for (const module of moduleFolders(join(gitDir, 'modules')))
    paths.push(...gitFolderPaths(module));
  return paths;
}

/** A submodule's name may hold slashes, so its git folder may lie deeper. */
function moduleFolders(folder: string, depth = 0): string[] {
  if (depth > 16) return [];
  return folders(folder).flatMap((name) => {
    const path = join(folder, name);
    return lstatAt(join(path, 'HEAD')) ? [path] : moduleFolders(path, depth + 1);
  });
}

/** Hooks and further settings that the configuration puts elsewhere in the work tree. */
function namedByConfig(git: GitRepository): string[] {
  const settings =
    parseGitConfig(readSmall(join(git.commonDir, 'config'), 1024 * 1024) ?? '') ?? [];
  const out: string[] = [];
  for (const { key, value } of settings) {
    if (value.startsWith('~') || value === '') continue;
    if (key === 'core.hookspath') out.push(resolve(git.workTree, value));
    if (/^include(if\..*)?\.path$/.test(key)) out.push(resolve(git.commonDir, value));
  }
  const tree = `${git.workTree}/`;
  return out.filter((path) => path.startsWith(tree));
}

/** Nothing below a path that is read-only as a whole. */
function outermost(paths: readonly string[]): string[] {
  const out: string[] = [];
  const inOrder = [...new Set(paths)].map((path) => `${path}/`).sort();
  for (const path of inOrder.map((folder) => folder.slice(0, -1))) {
    const last = out.at(-1);
    if (last === undefined || !path.startsWith(`${last}/`)) out.push(path);
  }
  return out;
}

function folders(folder: string): string[] {
  try {
    return readdirSync(encodePath(folder), { withFileTypes: true, encoding: 'buffer' })
      .filter((entry) => entry.isDirectory())
      .map((entry) => decodePath(entry.name));
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  return lstatAt(path)?.isDirectory() ?? false;
}
