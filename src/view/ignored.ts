import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { posix } from 'node:path';
import { readIgnoreFile, type IgnoreFile } from './ignore-file.ts';
import { trackedBelow } from './git-index.ts';
import { findGit, type GitRepository } from './git-layout.ts';

export interface IgnoredOptions {
  /** Root of the repository, where the caller sees it and on this machine alike. */
  repository: string;
  /** Milliseconds since 1970: what was written later does not say that something is ignored. Null: everything counts. */
  before: number | null;
}

/** PATH_MAX, limits.h. */
const LONGEST_PATH = 4096;
/** More words than that are not looked at. */
const WORDS = 256;
const DEPTH = 40;
/** Entries of a folder that are looked at for repositories of their own. */
const CHILDREN = 2000;
const LARGEST_INDEX = 32 * 1024 * 1024;
/** The exec gate waits for this. Milliseconds. */
const TIME = 300;

/**
 * Which of the words of a command name what git ignores and has nothing of: absolute paths, as they would be found without
 * following links. By the .gitignore files from the root of the repository to the folder of the operand and by info/exclude,
 * not by settings of the user's or of the repository's. Whatever is unclear is not ignored: a link on the way, a pattern
 * that tools read differently, an index that cannot be read, a repository inside. Synchronous; nothing is run.
 */
export function ignoredPaths(
  words: readonly string[],
  cwd: string,
  { repository, before }: IgnoredOptions,
): string[] {
  const paths = [...new Set(words.slice(0, WORDS).flatMap((word) => pathsIn(word, cwd)))];
  const inside = paths.filter((path) => path.startsWith(`${repository}/`) && isPlainPath(path));
  if (inside.length === 0 || words.length > WORDS) return [];
  const until = performance.now() + TIME;
  const inTime = (): boolean => performance.now() < until;
  try {
    const git = findGit(repository);
    if (git?.workTree !== repository) return [];
    const patterns = new Patterns(git, before);
    const ignored = inside.filter(
      (path) => inTime() && patterns.ignores(path.slice(repository.length + 1)),
    );
    const tracked =
      ignored.length > 0 &&
      trackedBelow(
        git.gitDir,
        ignored.map((path) => path.slice(repository.length + 1)),
        git.objectIdBytes,
        { largest: LARGEST_INDEX, before: inTime },
      );
    if (!tracked) return [];
    return ignored.filter((path) => !tracked.has(path.slice(repository.length + 1)));
  } catch {
    return [];
  }
}

/** `dist`, `of=dist/x`, `--out=dist`. `..` only where it stands in front: behind a name it may lead through a link. */
function pathsIn(word: string, cwd: string): string[] {
  const values = [word, ...(word.includes('=') ? [word.slice(word.indexOf('=') + 1)] : [])];
  return values
    .filter(
      (value) =>
        value !== '' &&
        value.length <= LONGEST_PATH &&
        !value.startsWith('-') &&
        !climbsBehindName(value),
    )
    .map((value) => posix.normalize(value.startsWith('/') ? value : `${cwd}/${value}`))
    .map((path) => (path.length > 1 ? path.replace(/\/$/, '') : path));
}

function climbsBehindName(path: string): boolean {
  let named = false;
  return path.split('/').some((part) => {
    if (part === '..') return named;
    named ||= part !== '' && part !== '.';
    return false;
  });
}

/** Patterns match bytes in git and characters here: the same for ASCII. */
function isPlainPath(path: string): boolean {
  return /^[ -~]+$/.test(path) && path.split('/').length <= DEPTH;
}

type Said = 'ignored' | 'unclear' | 'nothing';

/** The patterns of one repository. */
class Patterns {
  readonly #git: GitRepository;
  readonly #before: number | null;
  readonly #files = new Map<string, IgnoreFile | 'unclear' | null>();

  constructor(git: GitRepository, before: number | null) {
    this.#git = git;
    this.#before = before;
  }

  /** @param relative to the root */
  ignores(relative: string): boolean {
    const parts = relative.split('/');
    if (parts.includes('.git')) return false;
    let ignored = false;
    for (let depth = 1; depth <= parts.length; depth++) {
      const level = parts.slice(0, depth);
      const stat = lstat(`${this.#git.workTree}/${level.join('/')}`);
      const last = depth === parts.length;
      // What is not there may become a folder: nothing is lost either way.
      const folder = stat ? stat.isDirectory() : true;
      if (stat && !(folder || (last && stat.isFile() && stat.nlink === 1))) return false;
      if (stat && folder && this.#isRepository(level.join('/'), last)) return false;
      // Below what git leaves alone nothing is taken in again.
      if (!ignored) {
        const said = this.#said(level, folder);
        if (said === 'unclear') return false;
        ignored = said === 'ignored';
      }
    }
    return ignored;
  }

  /** From the nearest file to the farthest; the first that speaks of a path counts. */
  #said(level: readonly string[], folder: boolean): Said {
    for (let depth = level.length - 1; depth >= -1; depth--) {
      const base = level.slice(0, Math.max(0, depth));
      const path =
        depth < 0
          ? `${this.#git.commonDir}/info/exclude`
          : [this.#git.workTree, ...base, '.gitignore'].join('/');
      const file = this.#file(path);
      if (file === 'unclear') return 'unclear';
      if (file === null) continue;
      const { ignored, unignored } = file.test(
        level.slice(base.length).join('/') + (folder ? '/' : ''),
      );
      // What is taken in again may be so for one of the folders on the way only.
      if (unignored) return 'unclear';
      if (ignored && (this.#before === null || file.ctime < this.#before)) return 'ignored';
    }
    return 'nothing';
  }

  #file(path: string): IgnoreFile | 'unclear' | null {
    let file = this.#files.get(path);
    if (file === undefined) this.#files.set(path, (file = readIgnoreFile(path)));
    return file;
  }

  /** A repository of its own: its ignore files and index are others, and it may hold the only copy of commits. */
  #isRepository(relative: string, last: boolean): boolean {
    const folder = `${this.#git.workTree}/${relative}`;
    if (lstat(`${folder}/.git`)) return true;
    if (!last) return false;
    return readdirSync(folder)
      .slice(0, CHILDREN)
      .some((name) => lstat(`${folder}/${name}/.git`));
  }
}

function lstat(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
