import { accessSync, closeSync, constants, lstatSync, type BigIntStats } from 'node:fs';
import { basename, join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import type { Cover } from './types.ts';
import { findGit, type GitRepository } from './git-layout.ts';
import { opensToCompare, trackedPaths, type IndexEntry } from './git-index.ts';
import type { GitCover } from './git-session.ts';
import { gitSpans, type GitSpans } from './git-spans.ts';
import { openInside, statHandle, withInside } from './inside.ts';
import { standInContent, writeStandIn } from './stand-in.ts';
import { placeOf } from './outside.ts';
import type { RedactedSpans } from './redact-spans.ts';
import type { Pair } from './restore.ts';
import { digestOf, touchOf, type SpanState } from './span-state.ts';
import type { Scanner } from '../secrets/engine/detector.ts';
import type { StandIns } from '../secrets/stand-ins.ts';
import type { FoundSecret } from './walk.ts';

/** A cover and what is known of the file below it. */
export interface PreparedCover {
  cover: Cover;
  stat: BigIntStats;
  secrets: string[];
  git: GitCover;
  /** Where the session may edit it. */
  spans?: SpanState;
}

/** A git work tree inside the repository, by its path relative to it (`''` for the repository itself). */
export type WorkTrees = ReadonlyMap<string, GitRepository | null>;

export interface CoverOptions {
  repository: string;
  sessionDir: string;
  workTrees: WorkTrees;
  standIns: StandIns;
  /** Absent where nothing looks for secrets by content. */
  scanner?: () => Scanner;
  /** May the session not change what is at this absolute path? */
  isProtected: (path: string) => boolean;
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
  secret: FoundSecret,
  source: string,
  entry: IndexEntry | null,
  options: Omit<CoverOptions, 'next' | 'sessionDir'>,
  earlier?: { before: readonly Pair[] },
): PreparedCover | null {
  const { path } = secret;
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
    return coverHandle(handle, secret, source, entry, options, earlier);
  } finally {
    closeSync(handle);
  }
}

function coverHandle(
  handle: number,
  { path, kind, pattern }: FoundSecret,
  source: string,
  entry: IndexEntry | null,
  {
    repository,
    workTrees,
    standIns,
    scanner,
    isProtected,
  }: Omit<CoverOptions, 'next' | 'sessionDir'>,
  earlier?: { before: readonly Pair[] },
): PreparedCover {
  const { absolute, outside } = placeOf(repository, path);
  const stat = statHandle(handle);
  const content = standInContent(handle, stat, {
    kind,
    path,
    tracked: entry !== null,
    opened: entry !== null && stat.isFile() && opensToCompare(entry, stat),
    standIns,
    ...(scanner ? { scanner } : {}),
    ...earlier,
  });
  writeStandIn(source, content, earlier !== undefined);
  const { redaction } = content;
  const why = redaction
    ? readOnlyReason(handle, stat, redaction, outside !== null, isProtected(absolute))
    : content.why;
  const git = gitOf(path, outside !== null, entry, workTrees);
  const cover: Cover = {
    path: absolute,
    ...(outside ? { outside } : {}),
    kind: content.kind,
    source,
    tracked: entry !== null,
    pattern,
    ...(redaction ? { spans: redaction.count } : {}),
    ...(why === undefined ? {} : { why }),
  };
  const prepared = { cover, stat, secrets: content.secrets, git };
  if (!redaction || why !== undefined) return prepared;
  return {
    ...prepared,
    cover: { ...cover, writable: true },
    spans: {
      pairs: redaction.pairs,
      real: digestOf(redaction.content),
      standIn: digestOf(redaction.redacted),
      seen: touchOf(lstatSync(source, { bigint: true })),
    },
    git: { ...git, spans: gitSpansOf(path, source, redaction, entry, workTrees) },
  };
}

/** Why what the session wrote into the stand-in could not be carried back into the file: for people. */
function readOnlyReason(
  handle: number,
  stat: BigIntStats,
  { restorable }: RedactedSpans,
  outside: boolean,
  isProtected: boolean,
): string | undefined {
  if (outside) return 'it is not in the repository';
  if (isProtected) return 'the profile protects it';
  if (stat.nlink > 1n) return 'it has more names than one (hard links)';
  if (!restorable) return 'a secret in it is too short to be told from other text';
  try {
    accessSync(`/proc/self/fd/${handle}`, constants.W_OK);
    return undefined;
  } catch {
    return 'you may not write to it';
  }
}

function gitOf(
  path: string,
  outside: boolean,
  entry: IndexEntry | null,
  workTrees: WorkTrees,
): GitCover {
  return { paths: outside ? [] : pathsInWorkTrees(path, workTrees), tracked: entry !== null };
}

function gitSpansOf(
  path: string,
  source: string,
  { content, pairs }: RedactedSpans & { content: Buffer },
  entry: IndexEntry | null,
  workTrees: WorkTrees,
): GitSpans {
  const tree = innermost(path, workTrees);
  const git = tree === null ? null : workTrees.get(tree);
  return gitSpans(basename(source), content, pairs, entry, git ?? null);
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
