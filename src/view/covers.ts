import { closeSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import type { Cover } from './types.ts';
import { findGit, type GitRepository } from './git-layout.ts';
import { opensToCompare, trackedPaths, type IndexEntry } from './git-index.ts';
import type { GitCover } from './git-session.ts';
import { openInside, statHandle, withInside } from './inside.ts';
import { standInContent, writeStandIn } from './stand-in.ts';
import { placeOf } from './outside.ts';
import type { StandIns } from '../secrets/stand-ins.ts';
import type { FoundSecret } from './walk.ts';

/** A cover and what is known of the file below it. */
export interface PreparedCover {
  cover: Cover;
  stat: BigIntStats;
  secrets: string[];
  git: GitCover;
}

/** A git work tree inside the repository, by its path relative to it (`''` for the repository itself). */
export type WorkTrees = ReadonlyMap<string, GitRepository | null>;

export interface CoverOptions {
  repository: string;
  sessionDir: string;
  workTrees: WorkTrees;
  standIns: StandIns;
  /** Number of the next stand-in. */
  next: () => number;
}

/** Makes the stand-in of each secret file. What vanished meanwhile is left out. */
export function prepareCovers(
  found: readonly FoundSecret[],
  options: CoverOptions,
): PreparedCover[] {
  const tracked = findTracked(
    found.map(({ path }) => path),
    options.workTrees,
  );
  const out: PreparedCover[] = [];
  for (const secret of found) {
    const source = join(options.sessionDir, 'covers', String(options.next()));
    const prepared = prepareCover(secret, source, tracked.get(secret.path) ?? null, options);
    if (prepared) out.push(prepared);
  }
  return out;
}

/** One stand-in, written to `source`; null if there is no such file (any more). */
export function prepareCover(
  { path, kind, pattern }: FoundSecret,
  source: string,
  entry: IndexEntry | null,
  options: Pick<CoverOptions, 'repository' | 'workTrees' | 'standIns'>,
  rewrite = false,
): PreparedCover | null {
  const { root, relative, absolute, outside } = placeOf(options.repository, path);
  let handle: number;
  try {
    handle = openInside(root, relative);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null;
    // What its user cannot reach, a session outside the repository cannot either.
    if (outside && code === 'EACCES') return null;
    throw new GuardError({
      what: `cannot cover ${absolute}`,
      why: code ?? 'it cannot be opened',
      fix: 'Move it out of the repository, or make it readable',
      cause: error,
    });
  }
  try {
    const stat = statHandle(handle);
    const opened = entry !== null && stat.isFile() && opensToCompare(entry, stat);
    const content = standInContent(handle, stat, {
      kind,
      tracked: entry !== null,
      opened,
      standIns: options.standIns,
    });
    writeStandIn(source, content, rewrite);
    return {
      cover: {
        path: absolute,
        ...(outside ? { outside } : {}),
        kind: content.kind,
        source,
        tracked: entry !== null,
        pattern,
      },
      stat,
      secrets: content.secrets,
      git: {
        paths: outside ? [] : pathsInWorkTrees(path, options.workTrees),
        tracked: entry !== null,
      },
    };
  } finally {
    closeSync(handle);
  }
}

/** Which of the paths git tracks, each in the innermost work tree that it lies in. */
export function findTracked(
  paths: readonly string[],
  workTrees: WorkTrees,
): Map<string, IndexEntry> {
  const byTree = new Map<string, string[]>();
  for (const path of paths.filter((each) => !each.startsWith('/'))) {
    const tree = innermost(path, workTrees);
    if (tree !== null) byTree.set(tree, [...(byTree.get(tree) ?? []), path]);
  }
  const out = new Map<string, IndexEntry>();
  for (const [tree, members] of byTree) {
    const git = workTrees.get(tree);
    if (!git) continue;
    const skip = tree === '' ? 0 : tree.length + 1;
    const names = members.map((path) => path.slice(skip));
    for (const [name, entry] of trackedPaths(git.gitDir, names, git.objectIdBytes))
      out.set(tree === '' ? name : `${tree}/${name}`, entry);
  }
  return out;
}

/** Every work tree inside the repository. A nested one that is not sound is no work tree for guard, nor for git. */
export function findWorkTrees(repository: string, gits: readonly string[]): WorkTrees {
  const trees = new Map<string, GitRepository | null>([['', findGit(repository)]]);
  for (const dotGit of gits) {
    const tree = dotGit.slice(0, -'/.git'.length);
    if (dotGit === '.git') continue;
    try {
      trees.set(tree, findGit(join(repository, tree)));
    } catch (error) {
      if (!(error instanceof GuardError)) throw error;
    }
  }
  return trees;
}

function innermost(path: string, workTrees: WorkTrees): string | null {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    if (workTrees.get(path.slice(0, at))) return path.slice(0, at);
  return workTrees.get('') ? '' : null;
}

export function pathsInWorkTrees(path: string, workTrees: WorkTrees): string[] {
  const out = [path];
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1))
    if (workTrees.get(path.slice(0, at))) out.push(path.slice(at + 1));
  return out;
}

/** The file's state, to notice a change: identity, length and time. */
export function stateOf(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

export function statInside(repository: string, path: string): BigIntStats | null {
  const { root, relative } = placeOf(repository, path);
  try {
    return withInside(root, relative, statHandle);
  } catch {
    return null;
  }
}
