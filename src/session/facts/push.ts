import type { Fact } from '../../approval/types.ts';
import type { GitRepository } from '../../view/git-layout.ts';
import type { GitSetting } from '../../view/git-config.ts';
import { lstatAt } from '../../view/inside.ts';
import { Git } from './git-process.ts';
import { placeOfGit } from './git-place.ts';
import { includesMore, settingsOf } from './git-settings.ts';
import { commitsOnlyIn, lostFacts } from './lost-commits.ts';
import { NotMeasured } from './pace.ts';
import { remoteOf, trackingRef, updatesOf, type PushRemote, type Update } from './push-target.ts';
import { has, type Scope } from './scope.ts';
import { ago, count, names } from './wording.ts';

/** Branches whose commits are looked at one by one. */
const BRANCHES_LIMIT = 5;

/** Where a push goes, and which commits the other side had that it will not have afterwards. */
export async function pushFacts(scope: Scope): Promise<Fact[]> {
  const { repository } = placeOfGit(scope);
  const settings = settingsOf(scope, repository);
  const git = new Git(repository, scope.pace);
  const head = await git.head();
  const remote = remoteOf(scope, settings, head);
  const facts = [remoteFact(scope, settings, remote)];
  if (remote.name === null) return [...facts, unknown('what is there now is not known here')];
  try {
    const losses = has(scope, 'mirror')
      ? await mirrored(git, settings, remote)
      : await updated(
          git,
          settings,
          remote,
          await updatesOf(scope, settings, remote, git, head),
          repository,
        );
    return [...facts, ...losses];
  } catch (error) {
    if (error instanceof NotMeasured) return [...facts, unknown(error.message)];
    throw error;
  }
}

function remoteFact(
  { environment }: Scope,
  settings: readonly GitSetting[],
  remote: PushRemote,
): Fact {
  const text = [...(remote.name === null ? [] : [remote.name]), ...remote.addresses].join(', ');
  const doubts = [
    includesMore(settings) ? 'settings that are included from other files were not read' : '',
    environment === null ? 'its environment may say otherwise' : '',
  ].filter(Boolean);
  return { label: 'remote', text: doubts.length ? `${text} (${doubts.join('; ')})` : text };
}

async function updated(
  git: Git,
  settings: readonly GitSetting[],
  { name }: PushRemote,
  updates: readonly Update[],
  repository: GitRepository,
): Promise<Fact[]> {
  const facts: Fact[] = [];
  const fetched = lastFetched(repository);
  for (const { destination, source } of updates.slice(0, BRANCHES_LIMIT)) {
    const short = destination.replace(/^refs\/heads\//, '');
    const tracking = trackingRef(settings, name, destination);
    const before = tracking === null ? null : await git.commit(tracking);
    const after = source === null ? null : await git.commit(source);
    if (tracking === null || before === null) {
      facts.push({ label: 'branch', text: `${short}: what is there now is not known here` });
      continue;
    }
    if (source !== null && after === null) {
      facts.push({ label: 'branch', text: `${short}: what would be pushed cannot be told` });
      continue;
    }
    const does =
      after === null ? 'is deleted' : `goes from ${before.slice(0, 7)} to ${after.slice(0, 7)}`;
    facts.push({ label: 'branch', text: `${short} ${does}` });
    const kept = after === null ? await others(git, settings, name, tracking) : [after];
    const whose =
      after === null ? 'that no other branch of the remote has' : 'that would no longer be in it';
    facts.push(...lostFacts(await commitsOnlyIn(git, [before], kept), `${whose}, ${fetched}`));
  }
  if (updates.length > BRANCHES_LIMIT)
    facts.push({
      label: 'besides',
      text: `${count(updates.length - BRANCHES_LIMIT, 'more branch', 'more branches')} were not looked at`,
    });
  return facts;
}

async function others(
  git: Git,
  settings: readonly GitSetting[],
  remote: string | null,
  but: string,
): Promise<string[]> {
  const all = await tracked(git, settings, remote);
  return [...all].filter(([ref]) => ref !== but).map(([, commit]) => commit);
}

/** The remote's branches as they are known here. */
async function tracked(
  git: Git,
  settings: readonly GitSetting[],
  remote: string | null,
): Promise<Map<string, string>> {
  const folder = trackingRef(settings, remote, 'refs/heads/x')?.replace(/x$/, '');
  if (!folder?.startsWith('refs/')) throw new NotMeasured('what is there now is not known here');
  const refs = await git.refs(folder);
  refs.delete(`${folder}HEAD`);
  return refs;
}

/** git-push(1), --mirror: afterwards the remote has these refs and no other. */
async function mirrored(
  git: Git,
  settings: readonly GitSetting[],
  { name }: PushRemote,
): Promise<Fact[]> {
  const there = await tracked(git, settings, name);
  const here = await git.refs('refs/');
  const folder = trackingRef(settings, name, 'refs/heads/x')?.replace(/x$/, '') ?? '';
  const deleted = [...there.keys()]
    .map((ref) => ref.slice(folder.length))
    .filter((branch) => !here.has(`refs/heads/${branch}`));
  // Where tracking refs are mirrored as well they keep the commits, under another name.
  const kept = [...here].filter(([ref]) => !ref.startsWith(folder)).map(([, commit]) => commit);
  const lost = await commitsOnlyIn(git, [...there.values()], kept);
  return [
    ...(deleted.length
      ? [
          {
            label: 'deletes',
            text: `${count(deleted.length, 'branch', 'branches')} not known here: ${names(deleted)}`,
          },
        ]
      : []),
    ...lostFacts(lost, 'that no branch here has, as last fetched'),
  ];
}

function unknown(why: string): Fact {
  return { label: 'loses', text: `could not be measured: ${why}` };
}

function lastFetched({ commonDir }: GitRepository): string {
  const at = lstatAt(`${commonDir}/FETCH_HEAD`)?.mtimeNs;
  return at === undefined
    ? 'as last fetched'
    : `as last fetched ${ago(Number(at / 1_000_000_000n))}`;
}
