import type { Fact } from '../../approval/types.ts';
import type { GitRepository } from '../../view/git-layout.ts';
import { isBelow } from './below.ts';
import type { CallerRoot, Target } from './caller-root.ts';
import { repositoryAround } from './git-place.ts';
import { NotMeasured } from './pace.ts';
import type { Removal } from './removal.ts';
import type { Scope } from './scope.ts';
import { readTracked, type TrackedFiles } from './tracked-files.ts';
import { emptyTree, type Found, type TreeSize } from './tree-size.ts';
import { count, names } from './wording.ts';

/** Adds up what the targets hold. */
export class Tally {
  readonly size = emptyTree();
  /** Folders named themselves, which count as well. */
  #tracked: TrackedFiles | null = null;
  #repository: GitRepository | null = null;
  #unknown: string | null = null;
  #untracked: string[] = [];
  #changed: string[] = [];
  #counts = { untracked: 0, changed: 0, outside: 0 };

  async readIndex(root: CallerRoot, targets: readonly Target[], { pace }: Scope): Promise<void> {
    const [first] = targets;
    if (!first) return;
    try {
      this.#repository = repositoryAround(root, first.folder);
      if (this.#repository) this.#tracked = await readTracked(this.#repository, pace);
    } catch (error) {
      if (!(error instanceof NotMeasured)) throw error;
      this.#unknown = error.message;
    }
  }

  takeFile(target: Target): void {
    const { kind, size, mtime, path } = target;
    this.size.files += 1;
    if (kind === 'file') this.size.bytes += size;
    this.size.newest = Math.max(this.size.newest, mtime);
    this.#sort(path, { size, mtime });
  }

  watching(folder: string): { onFile: (file: Found) => void } {
    return { onFile: (file) => this.#sort(`${folder === '/' ? '' : folder}/${file.path}`, file) };
  }

  takeTree(target: Target, tree: TreeSize): void {
    this.size.files += tree.files;
    this.size.folders += tree.folders + 1;
    this.size.bytes += tree.bytes;
    this.size.newest = Math.max(this.size.newest, tree.newest);
    this.size.unread += tree.unread;
    this.size.cut ??= tree.cut;
    this.size.gits.push(...tree.gits.map((git) => `${target.name.replace(/\/+$/, '')}/${git}`));
    if (target.last === '.git') this.size.gits.push(target.name);
  }

  #sort(path: string, file: Omit<Found, 'path'>): void {
    if (!this.#tracked || !this.#repository) return;
    const { workTree } = this.#repository;
    if (!isBelow(path, workTree)) {
      this.#counts.outside += 1;
      return;
    }
    const relative = path.slice(workTree.length + (workTree === '/' ? 0 : 1));
    const state = this.#tracked.state(relative, file);
    if (state === 'same') return;
    this.#counts[state] += 1;
    const list = state === 'untracked' ? this.#untracked : this.#changed;
    if (list.length < 4) list.push(relative);
  }

  gitFact({ label }: Removal): Fact[] {
    const { untracked, changed, outside } = this.#counts;
    const { files, cut } = this.size;
    if (files === 0) return [];
    const least = cut ? 'at least ' : '';
    const fact = (text: string): Fact[] => [{ label: 'git', text }];
    if (this.#unknown !== null) return fact(`could not be measured: ${this.#unknown}`);
    if (!this.#repository)
      return label === 'destroys' ? [] : fact('has none of it: this is in no git repository');
    const said: string[] = [];
    if (untracked)
      said.push(
        `${least}${count(untracked, 'file')} not tracked, which git cannot bring back (${names(this.#untracked, untracked)})`,
      );
    if (changed)
      said.push(
        `${least}${count(changed, 'tracked file')} changed since git last looked, by size and time (${names(this.#changed, changed)})`,
      );
    if (outside) said.push(`${least}${count(outside, 'file')} outside this repository`);
    if (said.length) return fact(said.join('; '));
    return fact(cut ? 'all files that were looked at are tracked' : 'all files are tracked');
  }
}
