import { realpathSync } from 'node:fs';
import type { Treatment, UnderGuard } from '../audit/reach/types.ts';
import { isVisible } from '../sandbox/visible.ts';
import type { Prepared } from '../session/prepare.ts';

/** Reads off the plan of a session what it would have. */
export function underGuardOf({ plan, view, home }: Prepared): UnderGuard {
  const covers = new Map(view.covers.map(({ path, kind }) => [path, kind]));
  const coverOf = (path: string): string | undefined => {
    for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/')) || '/') {
      const kind = covers.get(at);
      if (kind !== undefined) return kind;
    }
    return undefined;
  };
  const seen = (path: string): boolean => isVisible(path, plan.mounts);
  return {
    file(path) {
      const cover = coverOf(path) ?? coverOf(real(path));
      if (cover !== undefined) return cover === 'hide' ? 'hidden' : 'redacted';
      if (seen(path)) return 'visible';
      return path.startsWith(`${home}/`) ? 'not in its home' : 'hidden';
    },
    variable: (name): Treatment =>
      plan.env[name] !== undefined && plan.env[name] === process.env[name]
        ? 'visible'
        : 'not passed',
    // Also where it is bound: a socket's file opens nothing unless the whole of it is there.
    socket: (path) => (seen(path) && coverOf(path) === undefined ? 'visible' : 'not reachable'),
    history: 'in history',
  };
}

/** Where no session can be planned. */
export const NO_SESSION: UnderGuard = {
  file: () => 'unknown',
  variable: () => 'unknown',
  socket: () => 'unknown',
  history: 'unknown',
};

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
