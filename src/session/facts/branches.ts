import type { Fact } from '../../approval/types.ts';
import { printable } from '../../printable.ts';
import { readRegular } from '../../view/inside.ts';
import { Git } from './git-process.ts';
import { placeOfGit } from './git-place.ts';
import { commitsOnlyIn, lostFacts } from './lost-commits.ts';
import { has, type Scope } from './scope.ts';
import { ago, count, names } from './wording.ts';

const BRANCHES_LIMIT = 5;
const REFLOG_LIMIT = 4 * 1024 * 1024;
const SUBJECT_LIMIT = 100;

/** `git branch -D`, `git update-ref -d`: commits that no other branch or tag has. */
export async function branchFacts(scope: Scope): Promise<Fact[]> {
  const { operands, path } = scope.invocation;
  const git = new Git(placeOfGit(scope).repository, scope.pace);
  const raw = path[0] === 'update-ref';
  // `git branch --force NAME START` moves the branch to where it then is.
  const moved = !raw && has(scope, 'force') && !has(scope, 'delete', 'D');
  const named = (raw || moved ? operands.slice(0, 1) : operands).map((name) =>
    raw ? name : `refs/heads/${name}`,
  );
  const refs = await git.refs('refs/');
  const gone = named.slice(0, BRANCHES_LIMIT).filter((ref) => refs.has(ref));
  const facts: Fact[] = [];
  if (gone.length) {
    const kept = [...refs].filter(([ref]) => !named.includes(ref)).map(([, commit]) => commit);
    const start = moved ? await git.commit(operands[1] ?? 'HEAD') : await git.commit('HEAD');
    const from = gone.map((ref) => refs.get(ref) ?? '');
    const short = gone.map((ref) => ref.replace(/^refs\/heads\//, ''));
    const lost = await commitsOnlyIn(
      git,
      from,
      start && !(await isHead(git, named)) ? [...kept, start] : kept,
    );
    facts.push(...lostFacts(lost, `of ${names(short, named.length)} on no other branch or tag`));
  }
  if (named.length > gone.length)
    facts.push({
      label: 'besides',
      text: `${count(named.length - gone.length, 'name')} more not found or not looked at`,
    });
  return facts;
}

/** HEAD keeps nothing where it is one of the refs that go. */
async function isHead(git: Git, refs: readonly string[]): Promise<boolean> {
  const head = await git.head();
  return head !== null && refs.includes(head);
}

/** `git stash drop` and `git stash clear`: the entries, from the reflog that they are (git-stash(1)). */
export function stashFacts(scope: Scope): Fact[] {
  const { commonDir } = placeOfGit(scope).repository;
  const log = readRegular(`${commonDir}/logs/refs/stash`, REFLOG_LIMIT);
  const entries = log ? log.toString('utf8').split('\n').filter(Boolean).reverse() : [];
  if (entries.length === 0) return [{ label: 'removes', text: 'nothing: no work is set aside' }];
  if (scope.invocation.path.includes('clear'))
    return [
      {
        label: 'removes',
        text: `${count(entries.length, 'stash', 'stashes')}, the newest ${entry(entries[0] ?? '')}`,
      },
    ];
  const word = scope.invocation.operands[0] ?? '0';
  const number = Number(/^(?:(?:refs\/)?stash@\{)?(\d{1,6})\}?$/.exec(word)?.[1] ?? NaN);
  const line = entries[number];
  if (line === undefined)
    return [{ label: 'removes', text: 'could not be measured: no such stash is known' }];
  return [{ label: 'removes', text: `stash ${number} of ${entries.length}, ${entry(line)}` }];
}

/** `OLD NEW NAME <MAIL> SECONDS ZONE\tMESSAGE` */
function entry(line: string): string {
  const tab = line.indexOf('\t');
  const seconds = /> (\d+) [+-]\d{4}$/.exec(tab < 0 ? line : line.slice(0, tab))?.[1];
  const message = tab < 0 ? '' : line.slice(tab + 1);
  return `"${printable(message, SUBJECT_LIMIT)}", ${ago(Number(seconds ?? NaN))}`;
}
