import { decodePath } from '../../byte-path.ts';
import { ended, startGit, type GitPlace } from '../git.ts';
import { SUBMODULE } from '../raw-diff.ts';
import { recordsOf, WHAT } from './commits.ts';

/** A version of a file that a commit made. */
export interface Version {
  commit: string;
  path: string;
  /** Has no parent a file of this name? */
  isNew: boolean;
  blob: string;
  /** What the parents have there. */
  before: string[];
}

/** The id of what is not there. */
export const ABSENT = /^0+$/;

/**
 * Versions of files that commits made, in their order. A merge made what is of none of its parents; what is of one was made
 * before.
 */
export async function* changesOf(
  commits: readonly string[],
  place: GitPlace,
): AsyncGenerator<Version> {
  const git = startGit(
    [
      ...['diff-tree', '--stdin', '--root', '-c', '-r', '--raw', '-z'],
      ...['--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv'],
    ],
    place,
  );
  const end = ended(git, WHAT);
  end.catch(() => undefined);
  git.stdin.end(commits.map((hash) => `${hash}\n`).join(''));
  let commit = '';
  let entry: string | null = null;
  for await (const record of recordsOf(git.stdout)) {
    if (entry !== null) {
      const version = versionOf(entry, commit, record);
      if (version) yield version;
      entry = null;
    } else {
      const text = record.toString('latin1');
      if (text.startsWith(':')) entry = text;
      else commit = text.trim();
    }
  }
  await end;
}

/** `:MODE MODE ID ID STATUS`, or with more parents as many more colons, modes and ids (git-diff-tree(1), "Raw output"). */
function versionOf(entry: string, commit: string, path: Buffer): Version | null {
  const parents = entry.lastIndexOf(':') + 1;
  const fields = entry.slice(parents).split(' ');
  const mode = fields[parents];
  const before = fields.slice(parents + 1, 2 * parents + 1);
  const blob = fields[2 * parents + 1] ?? '';
  if (mode === SUBMODULE || ABSENT.test(blob)) return null;
  const isNew = before.every((id) => ABSENT.test(id));
  return { commit, path: decodePath(path), isNew, blob, before };
}
