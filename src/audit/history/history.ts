import { addedLines, inBoth } from '../added-lines.ts';
import { readBlobs } from '../blobs.ts';
import { textOf, type Examiner, type LineRange, type Text } from '../examine.ts';
import { couldNotLook, ended, startGit, type GitPlace } from '../git.ts';
import { changesOf, type Version } from './changes.ts';
import { annotatedTags, commitsOf, WHAT, type Commit } from './commits.ts';
import { FirstCommits } from './first-commits.ts';

export interface HistoryOptions extends GitPlace {
  /** As git-rev-list(1) reads them; all that refs lead to where there are none. */
  ranges: readonly string[];
}

/** Bytes. A message is a few hundred, and each look costs as much as some thousand. */
const MESSAGES_AT_ONCE = 64 * 1024;

/**
 * Looks through every version of every file, each once, through messages of commits and tags, and through the names of
 * files. A secret is reported once, with the first commit that has it; in a range only on lines that its commits add.
 */
export async function auditHistory(examiner: Examiner, options: HistoryOptions): Promise<void> {
  const history = new History(examiner, options);
  await history.examineMessages();
  await history.examineVersions();
  if (options.ranges.length === 0) await history.examineTags();
  history.finish();
}

class History {
  readonly #examiner: Examiner;
  readonly #options: HistoryOptions;
  readonly #firsts = new FirstCommits();
  readonly #claim: Text['claim'] = (secret, finding) => this.#firsts.claim(secret, finding);

  constructor(examiner: Examiner, options: HistoryOptions) {
    this.#examiner = examiner;
    this.#options = options;
  }

  finish(): void {
    const { result } = this.#examiner;
    result.findings = this.#firsts.firstOnly(result.findings);
  }

  async examineMessages(): Promise<void> {
    let held: Commit[] = [];
    let bytes = 0;
    const examine = async (): Promise<void> => {
      if (this.#examiner.mayHold(held.map(({ message }) => message)))
        for (const { hash, message } of held)
          await this.#examineMessage(`commit ${hash.slice(0, 12)}`, message, hash);
      held = [];
      bytes = 0;
    };
    for await (const commit of commitsOf(this.#options.ranges, this.#options)) {
      this.#firsts.add(commit.hash, commit.at);
      held.push(commit);
      bytes += commit.message.length;
      if (bytes > MESSAGES_AT_ONCE) await examine();
    }
    await examine();
  }

  async examineVersions(): Promise<void> {
    const versions = new Map<string, Version>();
    const names = new Set<string>();
    for await (const version of changesOf(this.#firsts.hashes, this.#options)) {
      const { path, isNew, blob } = version;
      // Parents come before children: the first that is met is the first there is.
      if (!versions.has(blob)) versions.set(blob, version);
      if (!isNew || names.has(path)) continue;
      names.add(path);
      await this.#examiner.examineName(path, this.#of(version.commit));
    }
    const list = [...versions.values()];
    const inRange = this.#options.ranges.length > 0;
    await this.#eachObject(
      list.map(({ blob }) => blob),
      async (index, bytes, why) => {
        const version = list[index];
        if (!version) return;
        if (bytes === null) return this.#examiner.unread(version.path, why);
        const added = inRange ? { added: () => this.#addedBy(version) } : {};
        const more = { ...this.#of(version.commit), ...added };
        await this.#examiner.examine(textOf(version.path, bytes, more));
      },
    );
  }

  async examineTags(): Promise<void> {
    const tags = await annotatedTags(this.#options);
    await this.#eachObject(
      tags.map(({ id }) => id),
      async (index, bytes, why) => {
        const name = `tag ${tags[index]?.name ?? ''}`;
        if (bytes === null) return this.#examiner.unread(name, why);
        // Behind the first empty line (git-mktag(1)).
        await this.#examineMessage(name, bytes.subarray(bytes.indexOf('\n\n') + 2), null);
      },
    );
  }

  async #examineMessage(shown: string, message: Buffer, commit: string | null): Promise<void> {
    const of = commit === null ? { claim: this.#claim } : this.#of(commit);
    await this.#examiner.examine(textOf('', message, { ...of, shown, place: 'message' }));
  }

  #of(commit: string): Pick<Text, 'claim' | 'commit'> {
    return { claim: this.#claim, commit: () => this.#firsts.facts(commit) };
  }

  /** Lines that no parent has. */
  async #addedBy({ blob, before }: Version): Promise<LineRange[] | null> {
    let added: LineRange[] | null = null;
    for (const id of before) {
      const ranges = await addedLines(id, blob, this.#options);
      if (ranges) added = added ? inBoth(added, ranges) : ranges;
    }
    return added;
  }

  async #eachObject(
    ids: readonly string[],
    look: (index: number, bytes: Buffer | null, why: string) => Promise<void> | void,
  ): Promise<void> {
    if (ids.length === 0) return;
    const git = startGit(['cat-file', '--batch', '--buffer'], this.#options);
    const end = ended(git, WHAT);
    end.catch(() => undefined);
    git.stdin.end(ids.map((id) => `${id}\n`).join(''));
    let index = 0;
    for await (const { bytes, why = '' } of readBlobs(git)) await look(index++, bytes, why);
    await end;
    if (index !== ids.length)
      throw couldNotLook(WHAT, 'git answered for another number of objects', 'Run it again');
  }
}
