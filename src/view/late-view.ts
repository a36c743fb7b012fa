import { basename, dirname, join } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import { GuardError } from '../guard-error.ts';
import { completesBare, insideGit, isRiskyInGit, riskyBareConfig } from './git-risk.ts';
import { obeyedInGit } from './git-walk.ts';
import { identityAt, identityOf, inodeOf } from './identity.ts';
import { isEmptyFolder, lstatAt } from './inside.ts';
import { LateContent } from './late-content.ts';
import { LateCovers } from './late-covers.ts';
import { moveOut } from './move-out.ts';
import type { NamePatterns } from './name-patterns.ts';
import { besideGit } from './outside.ts';
import { linkTarget } from './protect.ts';
import { followLink } from './secret-files.ts';
import { walkSteps, type Walked } from './walk.ts';
import type { WatchOptions } from './watch-options.ts';

/** A walk gives way to everything else after this many milliseconds. */
const SLICE = 4;

/** How often what is replaced while it is made read-only is looked at again. */
const TRIES = 20;

/** A read-only bind: by `identity.ts`, what it hangs on and the folder that this lies in. */
interface Bound {
  self: string;
  folder: string;
}

/** Keeps the view true while the session runs. One path is dealt with at a time, in the order they were noticed. */
export class LateView {
  readonly #names: NamePatterns;
  readonly #options: WatchOptions;
  readonly #repository: string;
  readonly #covers: LateCovers;
  readonly #content: LateContent | null;
  /**
   * What was bound read-only at launch, by its path then. A session cannot rename it, but a folder around it: the bind
   * goes with that, and what the session makes at the path is held.
   */
  readonly #readOnly = new Map<string, Bound>();
  readonly #waiting = new Set<string>();
  #queue: Promise<void> = Promise.resolve();
  #held = 0;
  #stopped = false;

  constructor(names: NamePatterns, options: WatchOptions) {
    this.#names = names;
    this.#options = options;
    this.#repository = options.plan.repository;
    for (const path of options.plan.readOnly)
      this.#readOnly.set(path, { self: identityAt(path), folder: identityAt(dirname(path)) });
    const steps = walkSteps(this.#repository, names, true);
    let step = steps.next();
    while (!step.done) step = steps.next();
    this.#covers = new LateCovers(options, step.value.gits);
    this.#content = options.content ? this.#lookThrough(options.content) : null;
  }

  /** Something happened at this path, an absolute one. */
  look(path: string): void {
    if (this.#stopped || this.#waiting.has(path)) return;
    this.#waiting.add(path);
    this.#inTurn(path, () => {
      this.#waiting.delete(path);
      return this.#dealWith(path);
    });
  }

  /** Something happened at this path, whose name says nothing. */
  touched(path: string): void {
    if (!path.startsWith(`${this.#repository}/`)) return;
    const relative = path.slice(this.#repository.length + 1);
    if (this.#covers.has(relative)) this.look(path);
    else this.#content?.touched(relative);
  }

  /** The session has written into the stand-in of this name. */
  edited(standIn: string): void {
    const path = this.#covers.editedPath(standIn);
    if (path !== undefined) this.look(path);
  }

  /** Nothing of the session runs any more: what it has written is carried back now. */
  settle(): void {
    this.#covers.settle();
  }

  /** To be called last: keeps what the session has written and could be carried back nowhere. */
  keepRest(): void {
    this.#covers.keepRest();
  }

  /** Resolves when nothing is left to deal with. */
  async idle(): Promise<void> {
    for (let last; last !== this.#queue;) await (last = this.#queue);
  }

  /** From now on what files hold is nobody's concern: the session is over. */
  async stopLooking(): Promise<void> {
    this.#content?.stop();
    await this.#content?.idle();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Looks at every name in the repository, and again at all that is covered and protected. */
  async walk(): Promise<void> {
    let walked: Walked;
    try {
      walked = await this.#walkInSlices();
    } catch (error) {
      return this.#fail(this.#repository, error);
    }
    this.#covers.gits = walked.gits;
    this.#content?.compare(walked.files);
    const here = (path: string) => this.look(join(this.#repository, path));
    for (const { path } of walked.secrets) here(path);
    for (const path of [...walked.protects, ...walked.bares.map((bare) => join(bare, 'config'))])
      here(path);
    for (const path of this.#covers.paths())
      if (path.startsWith('/')) this.look(path);
      else here(path);
    for (const git of walked.gits)
      for (const path of [git, ...obeyedInGit(this.#repository, git)]) here(path);
    for (const bind of this.#options.plan.extraBinds) {
      for (const path of obeyedInGit(bind, '')) this.look(join(bind, path));
      for (const { path } of besideGit(bind, this.#repository, this.#names)) this.look(path);
    }
    for (const path of this.#readOnly.keys()) this.look(path);
    await this.idle();
  }

  #lookThrough(content: NonNullable<WatchOptions['content']>): LateContent {
    const isLeftOut = (path: string): boolean =>
      this.#covers.has(path) ||
      insideGit(path) !== null ||
      this.#names.exposesContent(path) ||
      this.#names.secretBelow(path) !== null;
    return new LateContent({
      ...content,
      repository: this.#repository,
      standIns: this.#options.plan.standIns,
      isLeftOut,
      cover: (secret) => this.#inTurn(secret.path, () => this.#covers.renew(secret)),
    });
  }

  #inTurn(path: string, deal: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (!this.#stopped) await deal().catch((error: unknown) => this.#fail(path, error));
    });
  }

  async #walkInSlices(): Promise<Walked> {
    const steps = walkSteps(this.#repository, this.#names, true);
    let since = performance.now();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      if (performance.now() - since < SLICE) continue;
      await pause();
      since = performance.now();
    }
  }

  async #dealWith(path: string): Promise<void> {
    if (this.#isBound(path)) return this.#renewReadOnly(path);
    if (!path.startsWith(`${this.#repository}/`)) return this.#dealWithOutside(path);
    const relative = path.slice(this.#repository.length + 1);
    const git = insideGit(relative);
    if (git) return this.#dealWithGit(this.#repository, git.folder, git.inner);
    if (!this.#isReadOnly(path)) {
      const held = this.#toHold(relative);
      if (held !== null) return this.#hold(this.#repository, held);
    }
    const secret = this.#names.secretBelow(relative);
    const found =
      secret && followLink(this.#repository, { path: relative, ...secret }, this.#names);
    // A covered name that is gone, or not a name of its own (a link's target), is known by its path.
    const known = this.#covers.has(relative)
      ? [{ path: relative, kind: 'hide', pattern: '' } as const]
      : [];
    for (const file of found?.length ? found : known)
      // What a new link leads to outside was seen by the session before there was a link.
      if (!file.path.startsWith('/') || this.#covers.has(file.path)) await this.#covers.renew(file);
  }

  async #dealWithOutside(path: string): Promise<void> {
    if (this.#covers.has(path)) return this.#covers.renew({ path, kind: 'hide', pattern: '' });
    const bind = this.#options.plan.extraBinds.find((folder) => path.startsWith(`${folder}/`));
    if (bind === undefined) return;
    const beside = besideGit(bind, this.#repository, this.#names).find((b) => b.path === path);
    if (beside) await this.#covers.renew(beside);
    else this.#dealWithGit(bind, '', path.slice(bind.length + 1));
  }

  #dealWithGit(root: string, folder: string, inner: string): void {
    const relative = [folder, inner].filter(Boolean).join('/');
    const path = join(root, relative);
    if (this.#isReadOnly(path) || this.#isKnownLink(path)) return;
    if (isRiskyInGit(root, folder, inner)) this.#hold(root, relative);
  }

  /** The outermost of the path and the folders above it that is protected and was not there at launch. */
  #toHold(relative: string): string | null {
    if (completesBare(relative)) {
      const config = riskyBareConfig(this.#repository, relative);
      if (config !== null && !this.#isReadOnly(join(this.#repository, config))) return config;
    }
    for (let at = relative.indexOf('/'); ; at = relative.indexOf('/', at + 1)) {
      const path = at < 0 ? relative : relative.slice(0, at);
      const protects =
        this.#names.protect(path) !== null || this.#readOnly.has(join(this.#repository, path));
      if (protects && !this.#covers.has(path))
        return this.#isKnownLink(join(this.#repository, path)) ? null : path;
      if (at < 0) return null;
    }
  }

  #isReadOnly(path: string): boolean {
    for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1))
      if (this.#isBound(path.slice(0, at))) return true;
    return false;
  }

  /** Is the bind of this path still where it was? */
  #isBound(path: string): boolean {
    const bound = this.#readOnly.get(path);
    return bound !== undefined && identityAt(dirname(path)) === bound.folder;
  }

  /** Is this, or what it lies in, something that was bound read-only under another name? It is so still. */
  #isMoved(path: string): boolean {
    const bound = new Set([...this.#readOnly.values()].map(({ self }) => self));
    for (let at = path.length; at > this.#repository.length; at = path.lastIndexOf('/', at - 1)) {
      const stat = lstatAt(path.slice(0, at));
      // A file's other names are bound no more than they ever were.
      if (stat && (stat.isDirectory() || stat.nlink === 1n) && bound.has(identityOf(stat)))
        return true;
    }
    return false;
  }

  #isKnownLink(path: string): boolean {
    const { links } = this.#options.plan;
    if (!Object.hasOwn(links, path)) return false;
    return !!lstatAt(path)?.isSymbolicLink() && linkTarget(path) === links[path];
  }

  /** When its user replaces a read-only file (as `git config` does), the kernel drops the bind: it is made again. */
  async #renewReadOnly(path: string): Promise<void> {
    for (let tries = 0; this.#isBound(path); tries++) {
      const stat = lstatAt(path);
      const self = stat ? identityOf(stat) : '';
      const folder = this.#readOnly.get(path)?.folder ?? '';
      if (self === this.#readOnly.get(path)?.self) return;
      try {
        if (stat) await this.#options.mount({ source: path, path, inode: inodeOf(stat) });
        this.#readOnly.set(path, { self, folder });
      } catch (error) {
        if (tries >= TRIES) throw error;
      }
    }
  }

  #hold(root: string, relative: string): void {
    // Nothing obeys an empty folder, and a sandbox of the agent's own makes some to mount over.
    if (isEmptyFolder(join(root, relative)) || this.#isMoved(join(root, relative))) return;
    const kept = join(this.#options.sessionDir, 'held', String(this.#held), basename(relative));
    try {
      moveOut(root, relative, kept);
    } catch (error) {
      // Gone, or a folder on the way became a link, since it was noticed.
      if (/^(ENOENT|ENOTDIR|ELOOP)$/.test((error as NodeJS.ErrnoException).code ?? '')) return;
      throw error;
    }
    this.#held++;
    this.#options.onHeld(join(root, relative), kept);
  }

  #fail(path: string, error: unknown): void {
    if (this.#stopped) return;
    this.#options.onFailure(
      error instanceof GuardError
        ? error
        : new GuardError({
            what: `cannot keep ${path} covered or held`,
            why: error instanceof Error ? error.message : String(error),
            fix: 'Look at this path before you start again',
            cause: error,
          }),
    );
  }
}
