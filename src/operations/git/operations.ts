import type { Operation, OperationClass } from '../../policy/types.ts';
import type { GitRequest, IsForced, RefUpdate } from './types.ts';

type Lfs = Extract<GitRequest, { kind: 'lfs' }>['asks'];

const LFS_CLASS: Readonly<Record<Lfs, OperationClass>> = {
  download: 'read',
  verify: 'read',
  locks: 'read',
  upload: 'change',
  lock: 'change',
  unlock: 'change',
  unknown: 'unknown',
};

/** What a request asks of a repository. Without `isForced` an update of a branch counts as one that drops nothing. */
export function gitOperations(
  request: GitRequest,
  isForced: IsForced = () => null,
): readonly [Operation, ...Operation[]] {
  const { repository, doubtful } = request;
  const [first, ...rest] = [
    ...operationsOf(request, isForced),
    ...(doubtful === null ? [] : [operation(doubtName(request), 'unknown', repository, doubtful)]),
  ];
  return [first ?? operation('push nothing', 'read', repository), ...rest];
}

function operationsOf(request: GitRequest, isForced: IsForced): Operation[] {
  const { repository } = request;
  switch (request.kind) {
    case 'refs':
      return request.service === 'git-upload-pack'
        ? [operation('fetch', 'read', repository)]
        : [operation('push refs', 'read', repository)];
    case 'fetch':
    case 'file':
      return [operation('fetch', 'read', repository)];
    case 'lfs':
      return [operation(`lfs ${request.asks}`, LFS_CLASS[request.asks], repository)];
    case 'push':
      return request.push.updates.map((update) => pushed(update, repository, isForced));
  }
}

function pushed(update: RefUpdate, repository: string, isForced: IsForced): Operation {
  const target = `${repository} ${update.ref}`;
  const forced = update.kind === 'update' && isForced(update) === true;
  const name = `push ${forced ? 'force' : update.kind}`;
  const [kind, because] = classOf(update, forced);
  const made = operation(name, kind, target, because);
  return { ...made, arguments: { ref: update.ref, old: update.old, new: update.new } };
}

function classOf({ kind, ref }: RefUpdate, forced: boolean): [OperationClass, string?] {
  if (kind === 'delete') return ['destroy'];
  if (forced) return ['destroy', 'commits of the branch are dropped'];
  // Gerrit keeps a project's permissions there.
  if (ref === 'refs/meta/config') return ['access', 'it holds who may do what'];
  if (kind === 'update' && ref.startsWith('refs/tags/'))
    return ['destroy', 'a tag is moved, and what it named is not named any more'];
  return ['change'];
}

function doubtName(request: GitRequest): string {
  return request.kind === 'lfs' ? 'lfs' : request.kind === 'push' ? 'push' : 'git';
}

function operation(
  name: string,
  kind: OperationClass,
  target: string,
  because?: string,
): Operation {
  return {
    name,
    class: kind,
    target,
    arguments: {},
    ...(because === undefined ? {} : { because }),
  };
}
