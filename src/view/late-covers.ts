import { lstatSync, type BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import {
  findTracked,
  findWorkTrees,
  pathsInWorkTrees,
  prepareCover,
  statInside,
  stateOf,
  type PreparedCover,
} from './covers.ts';
import { writeGitFiles, type GitCover } from './git-session.ts';
import { identityOf, inodeOf } from './identity.ts';
import { BESIDE_GIT, placeOf } from './outside.ts';
import type { FoundSecret } from './walk.ts';
import type { WatchOptions } from './watch-options.ts';

/** How often a file that is replaced while it is being covered is looked at again. */
const TRIES = 20;

interface Known {
  source: string;
  git: GitCover;
  secret: FoundSecret;
  /** Of the file when its stand-in was made; empty when there was none, or it is gone. */
  state: string;
  /** The mount hangs on this file: when another takes its place, the kernel drops the mount. */
  file: string;
  /** The mount stays with the folder it is in: when the session moves that, another file can stand at the path. */
  folder: string;
}

/** The covers of a running session: those of the launch and those that came later. Paths as in {@link FoundSecret}. */
export class LateCovers {
  readonly #options: WatchOptions;
  readonly #known = new Map<string, Known>();
  #next: number;
  /** Relative paths of the `.git` entries, for which work tree tracks a file. */
  gits: string[];

  constructor(options: WatchOptions, gits: string[]) {
    this.#options = options;
    this.gits = gits;
    const { covers, repository } = options.plan;
    this.#next = nextNumber(covers.map(({ source }) => source));
    const trees = findWorkTrees(repository, gits);
    for (const { path, source, tracked, kind, pattern, outside } of covers) {
      const name = outside ? path : path.slice(repository.length + 1);
      const stat = statInside(repository, name);
      const unchanged = stat !== null && (stat.isDirectory() || carriesTimeOf(source, stat));
      this.#known.set(name, {
        source,
        secret: { path: name, kind, pattern },
        git: { paths: outside ? [] : pathsInWorkTrees(name, trees), tracked },
        state: unchanged ? stateOf(stat) : '',
        file: stat ? identityOf(stat) : '',
        folder: this.#folderOf(name),
      });
    }
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  paths(): string[] {
    return [...this.#known.keys()];
  }

  /** Covers a new secret file, renews the stand-in of one that changed, covers again where another took its place. */
  async renew(secret: FoundSecret): Promise<void> {
    for (let tries = 0; ; tries++) {
      const error = await this.#renewOnce(secret);
      if (!error) return;
      if (tries < TRIES) continue;
      throw new GuardError({
        what: `cannot cover ${placeOf(this.#options.plan.repository, secret.path).absolute}`,
        why: error.message,
        fix: 'Start the session again: the file will then be covered from the beginning',
        cause: error,
      });
    }
  }

  /** Returns why the file could not be covered, perhaps because it was replaced meanwhile. */
  async #renewOnce(found: FoundSecret): Promise<Error | null> {
    const { path } = found;
    const { repository } = this.#options.plan;
    const known = this.#known.get(path);
    const stat = statInside(repository, path);
    if (!stat) {
      if (known) known.state = '';
      return null;
    }
    const folder = this.#folderOf(path);
    const inPlace = known?.folder === folder;
    if (inPlace && known.state === stateOf(stat)) return null;
    const secret = known?.secret ?? found;
    // The files in a folder are covered one by one, unless it is covered whole.
    const whole = secret.pattern === BESIDE_GIT || (known && isFolder(known.source));
    if (stat.isDirectory() && !whole) return null;
    const same = inPlace && known.state !== '' && known.file === identityOf(stat) ? known : null;
    const moved = same ? null : await this.#movedHere(path, stat);
    const prepared = this.#prepare(secret, (same ?? moved)?.source ?? null);
    if (!prepared) return null;
    const { source } = prepared.cover;
    const error = same || moved ? null : await this.#mount(prepared);
    if (error) return error;
    this.#known.set(path, {
      source,
      secret,
      git: prepared.git,
      state: stateOf(prepared.stat),
      file: identityOf(prepared.stat),
      folder,
    });
    writeGitFiles(
      this.#options.sessionDir,
      [...this.#known.values()].map(({ git }) => git),
    );
    if (known && inPlace) this.#options.onSecrets(prepared.secrets);
    else this.#options.onCover(prepared.cover, prepared.secrets);
    return null;
  }

  /** A stand-in in place of what is there, or in `source`, an earlier one of the same file. */
  #prepare(secret: FoundSecret, source: string | null): PreparedCover | null {
    const { plan, sessionDir } = this.#options;
    const workTrees = findWorkTrees(plan.repository, this.gits);
    const entry = findTracked([secret.path], workTrees).get(secret.path) ?? null;
    return prepareCover(
      secret,
      source ?? join(sessionDir, 'covers', String(this.#next++)),
      entry,
      { repository: plan.repository, workTrees, standIns: plan.standIns },
      source !== null,
    );
  }

  /**
   * A file that was covered elsewhere, or here before, takes its mount along wherever it goes. Is it so? Then what is seen
   * at the path is the stand-in itself, which laying it over itself shows and does not change.
   */
  async #movedHere(path: string, stat: BigIntStats): Promise<Known | null> {
    const file = identityOf(stat);
    const { absolute } = placeOf(this.#options.plan.repository, path);
    for (const known of this.#known.values()) {
      if (known.file !== file || isFolder(known.source) !== stat.isDirectory()) continue;
      const inode = inodeOf(lstatSync(known.source, { bigint: true }));
      const laid = this.#options.mount({ source: absolute, path: absolute, inode });
      if (
        await laid.then(
          () => true,
          () => false,
        )
      )
        return known;
    }
    return null;
  }

  async #mount({ cover, stat }: PreparedCover): Promise<Error | null> {
    try {
      await this.#options.mount({ source: cover.source, path: cover.path, inode: inodeOf(stat) });
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #folderOf(name: string): string {
    const { root, relative } = placeOf(this.#options.plan.repository, name);
    const folder = dirname(relative);
    const stat = statInside(root, folder === '.' ? '' : folder);
    return stat ? identityOf(stat) : '';
  }
}

/** Stand-ins are numbered; some of the plan's may not be in use. */
function nextNumber(sources: readonly string[]): number {
  return (
    Math.max(-1, ...sources.map((source) => Number(source.slice(source.lastIndexOf('/') + 1)))) + 1
  );
}

function isFolder(source: string): boolean {
  return lstatSync(source).isDirectory();
}

/** A stand-in has its original's time, in microseconds: is it still that of the file? */
function carriesTimeOf(source: string, stat: BigIntStats): boolean {
  const own = lstatSync(source, { bigint: true, throwIfNoEntry: false });
  const apart = own ? own.mtimeNs - stat.mtimeNs : 1_000_000_000n;
  return apart > -2000n && apart < 2000n;
}
