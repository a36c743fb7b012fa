import { posix } from 'node:path';
import type { Fact } from '../../approval/types.ts';
import { isBelow } from './below.ts';
import { pathOf, type CallerRoot, type Target } from './caller-root.ts';
import type { Removal } from './removal.ts';
import type { Scope } from './scope.ts';
import { Tally } from './tally.ts';
import { ago, bytes, count, names } from './wording.ts';

/** A command line may hold 100,000 names. */
const TARGETS_LIMIT = 2000;

/** What goes when the targets go: how much, what of it git has, and what is special about it. */
export async function deletionFacts(removal: Removal, scope: Scope): Promise<Fact[]> {
  const { root, pace } = scope;
  const looked = await lookUp(removal, scope);
  const tally = new Tally();
  await tally.readIndex(root, looked.present, scope);
  for (const target of looked.present) {
    if (tally.size.cut) break;
    if (pace.over) tally.size.cut = 'time';
    else if (target.kind !== 'folder') tally.takeFile(target);
    else if (removal.recursive)
      tally.takeTree(target, await root.measure(target, pace, tally.watching(target.path)));
  }
  return [
    ...sizeFact(removal, looked, tally),
    ...tally.gitFact(removal),
    ...placeFacts(looked.present, removal, scope, tally),
    ...missingFact(removal, looked),
  ];
}

interface LookedUp {
  present: Target[];
  missing: string[];
  /** Folders that the command leaves alone. */
  left: string[];
  /** Names that were not looked up. */
  more: number;
}

async function lookUp(
  { targets, recursive, throughLinks }: Removal,
  { root, request, pace }: Scope,
): Promise<LookedUp> {
  const looked: LookedUp = { present: [], missing: [], left: [], more: 0 };
  const found = new Map<string, Target>();
  for (const [index, name] of targets.entries()) {
    const wait = pace.breathe();
    if (wait) await wait;
    if (index === TARGETS_LIMIT) {
      looked.more = targets.length - TARGETS_LIMIT;
      break;
    }
    const target = throughLinks
      ? followed(root, name, request.cwd)
      : root.target(name, request.cwd);
    if (!target) looked.missing.push(name);
    else if (target.kind === 'folder' && !recursive) looked.left.push(name);
    else if (!found.has(target.path)) found.set(target.path, target);
  }
  looked.present = [...found.values()].filter(({ path }) => !isInOneOf(path, found));
  return looked;
}

/** What is in a folder that is named as well counts once. */
function isInOneOf(path: string, found: ReadonlyMap<string, Target>): boolean {
  for (let above = posix.dirname(path); ; above = posix.dirname(above)) {
    if (found.get(above)?.kind === 'folder') return above !== path;
    if (above === '/') return false;
  }
}

function followed(root: CallerRoot, name: string, cwd: string): Target | null {
  const handle = root.handle(name.startsWith('/') ? name : `${cwd}/${name}`);
  if (handle === null) return null;
  const path = pathOf(handle);
  root.drop(handle);
  return root.target(path, '/');
}

function sizeFact({ label, note }: Removal, { present, more }: LookedUp, { size }: Tally): Fact[] {
  if (present.length === 0) return [];
  const { files, folders, newest, unread, cut } = size;
  const only = present.length === 1 ? present[0] : undefined;
  const least = cut || more ? 'more than ' : '';
  const amount = [count(files, 'file'), ...(folders ? [`in ${count(folders, 'folder')}`] : [])];
  const text = [
    only?.kind === 'link' ? 'a link, not what it leads to' : `${least}${amount.join(' ')}`,
    ...(only?.kind === 'link' ? [] : [bytes(size.bytes)]),
    ...(newest ? [`last changed ${ago(newest)}`] : []),
    ...(note === undefined ? [] : [note]),
  ].join(', ');
  const why = [
    cut === 'time' ? 'counting took too long' : '',
    cut === 'size' ? 'more were not counted' : '',
    more ? `${count(more, 'more name')} not looked at` : '',
    unread ? `${count(unread, 'folder')} could not be read` : '',
  ].filter(Boolean);
  return [{ label, text: why.length ? `${text} (${why.join('; ')})` : text }];
}

/** What is special about the targets themselves. */
function placeFacts(
  present: readonly Target[],
  { label }: Removal,
  { request, root }: Scope,
  { size }: Tally,
): Fact[] {
  const folders = present.filter(({ kind }) => kind === 'folder');
  const said: string[] = [];
  for (const { path, name } of folders) {
    if (path === request.repository) said.push(`${names([name])} is the repository itself`);
    else if (path === request.home) said.push(`${names([name])} is the home folder`);
    else if (isBelow(request.repository, path) || isBelow(request.home, path))
      said.push(`${names([name])} holds the repository or the home folder`);
  }
  if (size.gits.length && label !== 'searches')
    said.push(
      `${count(size.gits.length, 'git repository', 'git repositories')} with what was never pushed (${names(size.gits)})`,
    );
  const mounts = root
    .mountPoints()
    .filter((point) => present.some(({ path }) => point === path || isBelow(point, path)));
  if (mounts.length) said.push(`${count(mounts.length, 'mount point')} (${names(mounts)})`);
  return said.length ? [{ label: 'holds', text: said.slice(0, 4).join('; ') }] : [];
}

function missingFact({ targets }: Removal, { missing, left }: LookedUp): Fact[] {
  const said: string[] = [];
  if (missing.length)
    said.push(
      targets.length === missing.length
        ? 'nothing is there'
        : `${count(missing.length, 'name')} of ${targets.length} lead nowhere (${names(missing)})`,
    );
  if (left.length)
    said.push(`${count(left.length, 'folder')} stays: only files go (${names(left)})`);
  return said.length ? [{ label: 'besides', text: said.join('; ') }] : [];
}
