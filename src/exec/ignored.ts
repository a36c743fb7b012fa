import { lstatSync, readFileSync } from 'node:fs';
import type { ExecRequest } from '../policy/types.ts';
import { ignoredPaths } from '../view/ignored.ts';

/** mountinfo of a session has some hundred lines. */
const MOUNTS_LIMIT = 1024 * 1024;

/**
 * The words of a held call that name what git ignores, as the caller sees it: where the same file stands here under the same
 * name, and nothing is mounted on it or below it.
 */
export function ignoredBy(request: ExecRequest, tid: number, before: number): string[] {
  const { argv, cwd, repository } = request;
  const paths = ignoredPaths(argv.slice(1), cwd, { repository, before });
  if (paths.length === 0) return [];
  try {
    const mounts = readFileSync(`/proc/${tid}/mountinfo`, 'latin1');
    if (mounts.length > MOUNTS_LIMIT) return [];
    const points = mounts.split('\n').map((line) => line.split(' ')[4] ?? '');
    return paths.filter(
      (path) =>
        isSame(path, tid) &&
        !points.some((point) => point === path || point.startsWith(`${path}/`)),
    );
  } catch {
    return [];
  }
}

function isSame(path: string, tid: number): boolean {
  const [here, there] = [path, `/proc/${tid}/root${path}`].map((name) =>
    lstatSync(name, { bigint: true, throwIfNoEntry: false }),
  );
  return here?.dev === there?.dev && here?.ino === there?.ino;
}
