import { lstatSync, type BigIntStats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
import { MOVED } from './earlier-covers.ts';
import { writeGitFiles, type GitCover } from './git-session.ts';
import { identityOf, inodeOf } from './identity.ts';
import { compileNames } from './name-patterns.ts';
import { BESIDE_GIT, placeOf } from './outside.ts';
import { withRemembered } from './remembered.ts';
import { SpanEdits, type EditedCover } from './span-edits.ts';
import type { SpanState } from './span-state.ts';
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
  /** Where the session may edit it. */
  edited: EditedCover | null;
}

/** The covers of a running session: those of the launch and those that came later. Paths as in {@link FoundSecret}. */
export class LateCovers {
  readonly #options: WatchOptions;
  readonly #known = new Map<string, Known>();
  readonly #edits: SpanEdits;
  readonly #protects: (path: string) => boolean;
  #next: number;
  /** Relative paths of the `.git` entries, for which work tree tracks a file. */
  gits: string[];

  constructor(options: WatchOptions, gits: string[]) {
    this.#options = options;
    this.gits = gits;
    this.#edits = new SpanEdits(options);
    const { covers, repository, readOnly } = options.plan;
    const names = compileNames(options.files);
    const locked = new Set([
      ...readOnly,
      // A cover in place of a read-only bind.
      ...covers.filter(({ writable }) => !writable).map(({ path }) => path),
    ]);
    this.#protects = (path) =>
      [...pathsAbove(path), path].some(
        (each) => locked.has(each) || names.protect(each.slice(repository.length + 1)) !== null,
      );
    this.#next = nextNumber(covers.map(({ source }) => source));
    const trees = findWorkTrees(repository, gits);
    for (const { path, source, tracked, kind, pattern, outside } of covers) {
      const name = outside ? path : path.slice(repository.length + 1);
      const stat = statInside(repository, name);
      const unchanged = stat !== null && (stat.isDirectory() || carriesTimeOf(source, stat));
      this.#known.set(name, {
        source,
        secret: { path: name, kind, pattern },
        git: options.plan.git.get(source) ?? {
          paths: outside ? [] : pathsInWorkTrees(name, trees),
          tracked,
        },
        edited: editedOf(source, options.plan.spans.get(source)),
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
    if (known?.edited && !this.#carryBack(path, known, known.edited)) return null;
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
    const from = same ?? moved;
    if (moved?.edited) this.#carryBack(path, moved, moved.edited, true);
    // What the session may not edit now it cannot edit later: the mount stays as it is.
    const prepared = this.#prepare(secret, from);
    if (!prepared) return null;
    const { source, kind } = prepared.cover;
    const error = from ? null : await this.#mount(prepared);
    if (error) return error;
    const file = identityOf(prepared.stat);
    if (!from && !path.startsWith('/'))
      this.#options.earlier?.add({ path, file, kind, moved: secret.pattern === MOVED });
    const edited = editedOf(source, prepared.spans);
    if (from?.edited && edited) from.edited.spans = edited.spans;
    this.#known.set(path, {
      source,
      secret,
      git: prepared.git,
      state: stateOf(prepared.stat),
      file,
      folder,
      edited: from ? from.edited && edited && from.edited : edited,
    });
    writeGitFiles(
      this.#options.sessionDir,
      [...this.#known.values()].map(({ git }) => git),
    );
    if (known && inPlace) this.#options.onSecrets(prepared.secrets);
    else this.#options.onCover(prepared.cover, prepared.secrets);
    return null;
  }

  /** Carries back what the session wrote. False where that is still to come, and nothing else may be done until then. */
  #carryBack(path: string, known: Known, edited: EditedCover, now = false): boolean {
    const { repository } = this.#options.plan;
    const stat = statInside(repository, path);
    if (!stat) return true;
    if (identityOf(stat) !== known.file) {
      // Where the session has moved the folder, the file is covered at its new place.
      if (this.#folderOf(path) === known.folder)
        this.#edits.keep(edited, path, 'the file was replaced meanwhile');
      return true;
    }
    const done = this.#edits.carryBack(edited, { path, state: known.state }, now);
    if (done !== null && done !== 'later') known.state = stateOf(done);
    return done !== 'later';
  }

  /** Nothing of the session runs any more: what it has written is whole. */
  settle(): void {
    this.#edits.over = true;
  }

  /** To be called last: what could be carried back nowhere is kept. */
  keepRest(): void {
    for (const [path, { edited }] of this.#known)
      if (edited) this.#edits.keep(edited, path, 'the file is gone');
  }

  /** The paths of the files that the session may edit, by the names of their stand-ins. */
  editedPath(name: string): string | undefined {
    for (const [path, { edited, source }] of this.#known)
      if (edited && basename(source) === name)
        return placeOf(this.#options.plan.repository, path).absolute;
    return undefined;
  }

  /** A stand-in in place of what is there, or in that of an earlier one of the same file. */
  #prepare(secret: FoundSecret, from: Known | null): PreparedCover | null {
    const { plan, sessionDir, content } = this.#options;
    const workTrees = findWorkTrees(plan.repository, this.gits);
    const entry = findTracked([secret.path], workTrees).get(secret.path) ?? null;
    return prepareCover(
      secret,
      from?.source ?? join(sessionDir, 'covers', String(this.#next++)),
      entry,
      {
        repository: plan.repository,
        workTrees,
        standIns: plan.standIns,
        isProtected: this.#protects,
        ...(content ? { scanner: withRemembered(content.scanner, content.remembered) } : {}),
      },
      from ? { before: from.edited?.spans.pairs ?? [] } : undefined,
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
      const writable = known.edited !== null;
      const laid = this.#options.mount({ source: absolute, path: absolute, inode, writable });
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
      const { source, path, writable = false } = cover;
      await this.#options.mount({ source, path, inode: inodeOf(stat), writable });
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

function editedOf(source: string, spans: SpanState | undefined): EditedCover | null {
  return spans ? { source, spans, since: 0 } : null;
}

/** Absolute, the outermost first. */
function pathsAbove(path: string): string[] {
  const out: string[] = [];
  for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1))
    out.push(path.slice(0, at));
  return out;
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
