import type { ExecRequest, Verdict } from '../policy/types.ts';

/** Stands in the record for a call that could not be read. */
export const UNREAD: ExecRequest = {
  kind: 'exec',
  path: '',
  names: [],
  argv: [],
  cwd: '',
  repository: '',
  home: '',
};

export function unreadable(error: unknown): Verdict {
  const reason = `guard could not read what was to be run (${error instanceof Error ? error.message : 'unknown error'})`;
  return {
    action: 'deny',
    rule: 'exec.unreadable',
    reason,
    source: { layer: 'default', file: 'guard', line: 0 },
  };
}
