import { addedLines, blobContent } from './added-lines.ts';
import { readBlobs, type Blob } from './blobs.ts';
import { textOf, type Examiner, type LineRange, type Text } from './examine.ts';
import { couldNotLook, ended, gitOutput, startGit, type Git, type GitPlace } from './git.ts';
import { parseRawDiff, SUBMODULE, SYMLINK, type RawChange } from './raw-diff.ts';

const WHAT = 'cannot look at what is staged';

/** The tree without entries, in either object format (`git hash-object -t tree /dev/null`). */
const EMPTY_TREE = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};

export interface StagedOptions extends GitPlace {
  /** Also what stands on lines that the commit does not touch. */
  wholeFiles: boolean;
}

/**
 * What would be committed: the index's content, never the working tree's. In a hook git names the index itself
 * (GIT_INDEX_FILE, githooks(5)), which for `commit -a` and `commit FILE` is a temporary one. Git starts when this is made,
 * so that the scanner can be loaded meanwhile.
 */
export class StagedSource {
  readonly #options: StagedOptions;
  readonly #batch: Git;
  readonly #batchEnd: Promise<unknown>;
  readonly #changes: Promise<RawChange[]>;

  constructor(options: StagedOptions) {
    this.#options = options;
    this.#changes = stagedChanges(options);
    // Before it is known what to ask for: the two processes start at the same time.
    this.#batch = startGit(['cat-file', '--batch'], options);
    this.#batchEnd = ended(this.#batch, WHAT);
    // Said when they are waited for.
    this.#changes.catch(() => undefined);
    this.#batchEnd.catch(() => undefined);
  }

  async examineWith(examiner: Examiner): Promise<void> {
    let changes: RawChange[];
    try {
      changes = (await this.#changes).filter(holdsText);
    } catch (error) {
      this.#batch.kill();
      throw error;
    }
    this.#batch.stdin.end(changes.map(({ newId }) => `${newId}\n`).join(''));
    let index = 0;
    for await (const blob of readBlobs(this.#batch)) {
      const change = changes[index];
      index += 1;
      if (change) await this.#examine(examiner, change, blob);
    }
    await this.#batchEnd;
    if (index !== changes.length)
      throw couldNotLook(WHAT, 'git answered for another number of files', 'Run the audit again');
  }

  async #examine(examiner: Examiner, change: RawChange, { bytes, why }: Blob): Promise<void> {
    const { wholeFiles } = this.#options;
    if (wholeFiles || isNewName(change)) await examiner.examineName(change.path);
    if (bytes === null) return examiner.unread(change.path, why ?? '');
    const onlyNew = wholeFiles ? {} : onlyNewOf(change, this.#options);
    await examiner.examine(textOf(change.path, bytes, onlyNew));
  }
}

async function stagedChanges(place: GitPlace): Promise<RawChange[]> {
  const diff = ['diff-index', '--cached', '--raw', '-z', '-M', '--full-index', '--no-ext-diff'];
  const parse = async (tree: string, more: string[] = []): Promise<RawChange[]> =>
    parseRawDiff(await gitOutput([...diff, ...more, tree, '--'], place, WHAT));
  try {
    return await parse('HEAD');
  } catch (error) {
    if (await hasCommit(place)) {
      // Telling a rename by likeness needs the content of what was there before, which a partial clone may lack.
      return await parse('HEAD', ['--no-renames']).catch(() => {
        throw error;
      });
    }
    return await parse(EMPTY_TREE[await objectFormat(place)]);
  }
}

async function hasCommit(place: GitPlace): Promise<boolean> {
  const git = startGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], place);
  git.stdin.end();
  git.stdout.resume();
  return (await ended(git, WHAT, [0, 1])) === 0;
}

async function objectFormat(place: GitPlace): Promise<'sha1' | 'sha256'> {
  const format = await gitOutput(['rev-parse', '--show-object-format'], place, WHAT);
  return format.toString('latin1').trim() === 'sha256' ? 'sha256' : 'sha1';
}

/** Deletions have nothing to look at; a submodule's entry is the name of a commit; git commits nothing unmerged. */
function holdsText({ status, newMode }: RawChange): boolean {
  return status !== 'D' && status !== 'U' && newMode !== SUBMODULE;
}

function isNewName({ status }: RawChange): boolean {
  return status === 'A' || status === 'R' || status === 'C';
}

function onlyNewOf(change: RawChange, place: GitPlace): Pick<Text, 'added' | 'before'> {
  return {
    added: () => newLines(change, place),
    before: async () => [{ path: change.oldPath, bytes: await blobContent(change.oldId, place) }],
  };
}

/** Null for all lines: of what is new, or was no such text before. */
function newLines(change: RawChange, place: GitPlace): Promise<LineRange[] | null> {
  const { status, oldId, newId, oldMode, newMode } = change;
  const other = (oldMode === SYMLINK) !== (newMode === SYMLINK) || oldMode === SUBMODULE;
  if (status === 'A' || other) return Promise.resolve(null);
  return addedLines(oldId, newId, place);
}
