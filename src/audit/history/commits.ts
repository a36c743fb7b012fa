import { couldNotLook, ended, gitOutput, startGit, type GitPlace } from '../git.ts';

export const WHAT = 'cannot look at the history';

export interface Commit {
  hash: string;
  /** Seconds, as the author's clock had them. */
  at: number;
  message: Buffer;
}

const SEPARATOR = 0;

/**
 * Commits of the ranges, or all that refs and stashes lead to, parents before children. Entries of the stash but the last
 * are in its reflog alone (git-stash(1)).
 */
export async function* commitsOf(
  ranges: readonly string[],
  place: GitPlace,
): AsyncGenerator<Commit> {
  if (ranges.some((range) => range.startsWith('-')))
    throw couldNotLook(WHAT, 'a range begins with "-"', 'Write it as git does: main..topic, ^main');
  const stashes = ranges.length > 0 ? [] : await stashedCommits(place);
  const what = ranges.length > 0 ? ranges : ['--all', ...stashes];
  const git = startGit(
    // An author's message in whatever encoding it was written in; the time is the one thing else that is shown.
    [
      ...['-c', 'i18n.logOutputEncoding=UTF-8', 'rev-list', '--topo-order', '--reverse'],
      ...['--format=%at%n%B%x00', ...what, '--'],
    ],
    place,
  );
  const end = ended(git, WHAT);
  end.catch(() => undefined);
  git.stdin.end();
  for await (const record of recordsOf(git.stdout)) {
    const commit = readCommit(record);
    if (commit) yield commit;
  }
  await end;
}

async function stashedCommits(place: GitPlace): Promise<string[]> {
  const git = startGit(['rev-list', '--walk-reflogs', 'refs/stash', '--'], place);
  // Without a stash there is no such ref.
  const end = ended(git, WHAT, [0, 128]);
  git.stdin.end();
  let text = '';
  git.stdout.setEncoding('latin1').on('data', (piece: string) => (text += piece));
  await end;
  return text.split('\n').filter((line) => /^[0-9a-f]{40,64}$/.test(line));
}

/** `commit HASH`, the time, the message. */
function readCommit(record: Buffer): Commit | null {
  const start = record.indexOf('commit ');
  const first = record.indexOf(10, start);
  const second = record.indexOf(10, first + 1);
  if (start < 0 || first < 0 || second < 0) return null;
  return {
    hash: record.toString('latin1', start + 'commit '.length, first),
    at: Number(record.toString('latin1', first + 1, second)),
    message: record.subarray(second + 1),
  };
}

/** What stands between NUL bytes. */
export async function* recordsOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  for await (const piece of stream) {
    let from = 0;
    for (let at = piece.indexOf(SEPARATOR); at >= 0; at = piece.indexOf(SEPARATOR, from)) {
      yield Buffer.concat([...held, piece.subarray(from, at)]);
      held = [];
      from = at + 1;
    }
    held.push(piece.subarray(from));
  }
}

/** Does the history end where commits were not fetched? */
export async function isShallow(place: GitPlace): Promise<boolean> {
  const answer = await gitOutput(['rev-parse', '--is-shallow-repository'], place, WHAT);
  return answer.toString('latin1').trim() === 'true';
}
