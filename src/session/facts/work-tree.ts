import { posix } from 'node:path';
import type { Fact } from '../../approval/types.ts';
import { settingOf } from '../../view/git-config.ts';
import { real, type GitRepository } from '../../view/git-layout.ts';
import { isBelow } from './below.ts';
import { pathOf } from './caller-root.ts';
import { Git } from './git-process.ts';
import { placeOfGit } from './git-place.ts';
import { settingsOf } from './git-settings.ts';
import { commitsOnlyIn, lostFacts } from './lost-commits.ts';
import { NotMeasured } from './pace.ts';
import { has, type Scope } from './scope.ts';
import { readTracked } from './tracked-files.ts';
import type { Found, TreeSize } from './tree-size.ts';
import { ago, bytes, count, names } from './wording.ts';

const EVERYTHING = ['.', ':/', '*', ':(top)'];

/** `git clean`: what git does not know. Which of it is ignored, and stays without -x, is for git to say. */
export async function cleanFacts(scope: Scope): Promise<Fact[]> {
  const { cwd, repository } = placeInWorkTree(scope);
  const { operands } = scope.invocation;
  const tracked = await readTracked(repository, scope.pace);
  const found: Found[] = [];
  const sum = { files: 0, bytes: 0, newest: 0 };
  const folders = operands.length ? pathsOf(scope, cwd, operands) : [cwd];
  if (!folders)
    return [{ label: 'removes', text: 'could not be measured: a pattern says which files' }];
  let [cut, gits] = [null as TreeSize['cut'], 0];
  for (const folder of folders) {
    const base = relativeTo(repository, folder);
    if (base === null || cut) continue;
    const target = scope.root.target(folder, '/');
    if (!target) continue;
    const take = (file: Found): void => {
      if (file.path === '.git' || tracked.state(file.path, file) !== 'untracked') return;
      sum.files += 1;
      sum.bytes += file.size;
      sum.newest = Math.max(sum.newest, file.mtime);
      if (found.length < 4) found.push(file);
    };
    if (target.kind !== 'folder') {
      take({ path: base, size: target.size, mtime: target.mtime });
      continue;
    }
    const prefix = base === '' ? '' : `${base}/`;
    const tree = await scope.root.measure(target, scope.pace, {
      onFile: (file) => take({ ...file, path: prefix + file.path }),
      // Without -d a folder that holds nothing git knows is left alone.
      enter: (path) =>
        !/(^|\/)\.git$/.test(path) && (has(scope, 'd') || tracked.holdsTracked(prefix + path)),
    });
    cut ??= tree.cut;
    gits += tree.gits.filter((git) => prefix + git !== '.git').length;
  }
  if (sum.files === 0 && !cut) return [{ label: 'removes', text: 'nothing: git knows every file' }];
  const most = cut ? 'more than' : 'at most';
  const text = [
    `${most} ${count(sum.files, 'file')} that git does not know and cannot bring back`,
    bytes(sum.bytes),
    ...(sum.newest ? [`last changed ${ago(sum.newest)}`] : []),
    ...(has(scope, 'x')
      ? []
      : [
          has(scope, 'X') ? 'of them those that are ignored' : 'of them those that are not ignored',
        ]),
  ].join(', ');
  return [
    {
      label: 'removes',
      text: `${text} (${names(
        found.map(({ path }) => path),
        sum.files,
      )})`,
    },
    ...(gits
      ? [
          {
            label: 'holds',
            text: `${count(gits, 'git repository', 'git repositories')} of another`,
          },
        ]
      : []),
  ];
}

/** `git reset --hard`, `git checkout .` and the like: what was changed since git looked. */
export async function discardFacts(scope: Scope): Promise<Fact[]> {
  const { cwd, repository } = placeInWorkTree(scope);
  const { operands } = scope.invocation;
  const tracked = await readTracked(repository, scope.pace);
  const target = scope.root.target(repository.workTree, '/');
  if (!target) return [];
  const here = operands.length > 0 && operands.every((word) => word === '.');
  const base = (here && relativeTo(repository, cwd)) || '';
  const changed: string[] = [];
  let [number, seen, newest] = [0, 0, 0];
  const tree = await scope.root.measure(target, scope.pace, {
    onFile: (file) => {
      if (base && !isBelow(file.path, base)) return;
      const state = tracked.state(file.path, file);
      if (state !== 'untracked') seen += 1;
      if (state !== 'changed') return;
      number += 1;
      newest = Math.max(newest, file.mtime);
      if (changed.length < 4) changed.push(file.path);
    },
    enter: (path) => tracked.holdsTracked(path),
  });
  const gone = tree.cut || base ? 0 : Math.max(0, tracked.size - seen);
  const least = tree.cut ? 'at least ' : '';
  const found = `${least}${count(number, 'file')} changed since git last looked, by size and time, last ${ago(newest)} (${names(changed, number)})`;
  const none = tree.cut
    ? 'not all files could be looked at'
    : 'no file was changed since git last looked, by size and time';
  const said = [
    number ? found : none,
    gone ? `${count(gone, 'file')} deleted` : '',
    tracked.split ? 'the index is split, so changes may be missing here' : '',
    'what is staged is not counted',
  ].filter(Boolean);
  return [{ label: 'discards', text: said.join('; ') }];
}

/** `git reset --hard REVISION` moves the branch as well. */
export async function resetFacts(scope: Scope): Promise<Fact[]> {
  const facts = await discardFacts(scope);
  const [revision] = scope.invocation.operands;
  if (revision === undefined || revision === 'HEAD') return facts;
  const git = new Git(placeOfGit(scope).repository, scope.pace);
  const [before, after] = await Promise.all([git.commit('HEAD'), git.commit(revision)]);
  if (!before || !after) return facts;
  const lost = await commitsOnlyIn(git, [before], [after]);
  return [
    ...facts,
    ...lostFacts(lost, 'off the branch, which the reflog keeps for a while', 'moves'),
  ];
}

/** A setting may put the work tree elsewhere. @throws NotMeasured */
function placeInWorkTree(scope: Scope): ReturnType<typeof placeOfGit> {
  const place = placeOfGit(scope);
  const { gitDir, workTree } = place.repository;
  const named = settingOf(settingsOf(scope, place.repository), 'core.worktree');
  if (named !== undefined && real(posix.resolve(gitDir, named)) !== workTree)
    throw new NotMeasured('core.worktree says where git works');
  return place;
}

/** Plain paths as the caller means them; null where a pattern is among them. */
function pathsOf({ root }: Scope, cwd: string, words: readonly string[]): string[] | null {
  if (words.some((word) => !EVERYTHING.includes(word) && /^:|[*?[\\]/.test(word))) return null;
  if (words.some((word) => word !== '.' && EVERYTHING.includes(word))) return null;
  return words.flatMap((word) => {
    const handle = root.handle(word.startsWith('/') ? word : `${cwd}/${word}`);
    if (handle === null) return [];
    const path = pathOf(handle);
    root.drop(handle);
    return [path];
  });
}

function relativeTo({ workTree }: GitRepository, path: string): string | null {
  if (path === workTree) return '';
  return isBelow(path, workTree) ? path.slice(workTree.length + 1) : null;
}
