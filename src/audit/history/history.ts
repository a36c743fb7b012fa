import { addedLines, blobContent, inBoth } from '../added-lines.ts';
import { readBlobs } from '../blobs.ts';
import type { EarlierText } from '../earlier-secrets.ts';
import { textOf, type Examiner, type LineRange, type Text } from '../examine.ts';
import { couldNotLook, ended, startGit, type GitPlace } from '../git.ts';
import { ABSENT, changesOf, type Version } from './changes.ts';
import { commitsOf, isShallow, WHAT, type Commit } from './commits.ts';
import { FirstCommits } from './first-commits.ts';
import { filesOfTree, objectsNamed, taggedIn, type NamedObject } from './named-objects.ts';

export interface HistoryOptions extends GitPlace {
  /** As git-rev-list(1) reads them; all that refs lead to where there are none. */
  ranges: readonly string[];
}

/** Bytes. A message is a few hundred, and each look costs as much as some thousand. */
const MESSAGES_AT_ONCE = 64 * 1024;

/**
 * Looks through every version of every file, each once by each name, through messages of commits and tags, through the names
 * of files, and through what a tag names that is no commit. A secret is reported once, with the first commit that has it; in a range only on lines that its commits add.
 */
export async function auditHistory(examiner: Examiner, options: HistoryOptions): Promise<void> {
  const history = new History(examiner, options);
  await history.examineMessages();
  await history.examineVersions();
  await history.examineNamed();
  await history.finish();
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

  async finish(): Promise<void> {
    const { result } = this.#examiner;
    if (this.#options.ranges.length === 0 && (await isShallow(this.#options)))
      this.#examiner.unread('history', 'the clone is shallow: git fetch --unshallow gets the rest');
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
      // Parents come before children: the first that is met is the first there is. What a file is called decides what is
      // looked for in it, and whether it counts.
      const key = `${blob} ${path}`;
      if (!versions.has(key)) versions.set(key, version);
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
        const onlyNew = inRange ? this.#onlyNewOf(version) : {};
        const more = { ...this.#of(version.commit), ...onlyNew };
        await this.#examiner.examine(textOf(version.path, bytes, more));
      },
    );
  }

  /** Messages of tags, and files and folders that a tag or another ref names. */
  async examineNamed(): Promise<void> {
    let objects = await objectsNamed(this.#options.ranges, this.#options);
    while (objects.length > 0) {
      const blobs: NamedObject[] = [];
      for (const object of objects)
        if (object.type === 'tree') blobs.push(...(await filesOfTree(object, this.#options)));
        else blobs.push(object);
      const tagged: NamedObject[] = [];
      await this.#eachObject(
        blobs.map(({ id }) => id),
        async (index, bytes, why) => {
          const object = blobs[index];
          if (object) tagged.push(...(await this.#examineObject(object, bytes, why)));
        },
      );
      objects = tagged;
    }
  }

  /** Returns what the tag names. */
  async #examineObject(
    { name, type, path }: NamedObject,
    bytes: Buffer | null,
    why: string,
  ): Promise<NamedObject[]> {
    const shown = type === 'tag' ? `tag ${name}` : path === '' ? name : `${name}:${path}`;
    if (bytes === null) {
      this.#examiner.unread(shown, why);
      return [];
    }
    if (type !== 'tag') {
      await this.#examiner.examine(textOf(path, bytes, { claim: this.#claim, shown }));
      return [];
    }
    // Behind the first empty line (git-mktag(1)).
    await this.#examineMessage(shown, bytes.subarray(bytes.indexOf('\n\n') + 2), null);
    return taggedIn(bytes, name);
  }

  async #examineMessage(shown: string, message: Buffer, commit: string | null): Promise<void> {
    const of = commit === null ? { claim: this.#claim } : this.#of(commit);
    await this.#examiner.examine(textOf('', message, { ...of, shown, place: 'message' }));
  }

  #of(commit: string): Pick<Text, 'claim' | 'commit'> {
    return { claim: this.#claim, commit: () => this.#firsts.facts(commit) };
  }

  #onlyNewOf(version: Version): Pick<Text, 'added' | 'before'> {
    const { path, before } = version;
    const there = before.filter((id) => !ABSENT.test(id));
    const content = async (id: string): Promise<EarlierText> => ({
      path,
      bytes: await blobContent(id, this.#options),
    });
    return {
      added: () => this.#addedBy(version),
      before: () => Promise.all(there.map(content)),
    };
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
