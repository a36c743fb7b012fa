import { posix } from 'node:path';
import { GuardError } from '../../guard-error.ts';
import { lstatAt } from '../../view/inside.ts';
import { findGit, type GitRepository } from '../../view/git-layout.ts';
import { pathOf, type CallerRoot } from './caller-root.ts';
import { NotMeasured } from './pace.ts';
import { valuesOf, type Scope } from './scope.ts';

/** Where these stand in the environment git does not look for its repository the usual way: git(1). */
const ELSEWHERE = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_NAMESPACE',
  'GIT_CEILING_DIRECTORIES',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
];

/**
 * The repository that `folder` (as the caller names it) is in: the nearest `.git` above. Null where there is none.
 * Only what is the same for guard as for the caller is read. @throws NotMeasured
 */
export function repositoryAround(root: CallerRoot, folder: string): GitRepository | null {
  for (let at = folder; ; at = posix.dirname(at)) {
    const dotGit = root.target('.git', at);
    if (dotGit) return sameForGuard(root, at);
    if (at === '/') return null;
  }
}

/** The folder and the repository a git command works in. @throws NotMeasured */
export function placeOfGit(scope: Scope): { cwd: string; repository: GitRepository } {
  const { request, root, environment } = scope;
  const { flags } = scope.invocation;
  const option = ['git-dir', 'work-tree', 'namespace', 'bare'].find((each) => flags.has(each));
  if (option) throw new NotMeasured(`--${option} says where git works`);
  const variable = ELSEWHERE.find((name) => environment?.has(name));
  if (variable) throw new NotMeasured(`${variable} says where git works`);
  const named = valuesOf(scope, 'C').reduce(
    (at, next) => (next.startsWith('/') ? next : `${at}/${next}`),
    request.cwd,
  );
  const handle = root.handle(named);
  if (handle === null) throw new NotMeasured('the folder git would work in is not there');
  const cwd = pathOf(handle);
  root.drop(handle);
  const repository = repositoryAround(root, cwd);
  if (!repository) throw new NotMeasured('it is in no git repository');
  return { cwd, repository };
}

function sameForGuard(root: CallerRoot, folder: string): GitRepository {
  const elsewhere = new NotMeasured(`the git repository in ${folder} is not one guard can read`);
  if (!root.sharesWithHost(folder) || !root.sharesWithHost(`${folder}/.git`)) throw elsewhere;
  let repository: GitRepository | null;
  try {
    repository = findGit(folder);
  } catch (error) {
    if (error instanceof GuardError) throw elsewhere;
    throw error;
  }
  if (!repository) throw elsewhere;
  // As git itself refuses what belongs to somebody else (safe.directory).
  const owners = [folder, repository.gitDir, repository.commonDir].map(
    (path) => lstatAt(path)?.uid,
  );
  const own = BigInt(process.getuid?.() ?? -1);
  if (owners.some((owner) => owner !== own))
    throw new NotMeasured(`the git repository in ${folder} belongs to somebody else`);
  return repository;
}
