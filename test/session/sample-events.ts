import type { Action } from '../../src/policy/types.ts';
import type { RequestEvent, SessionEnd, SessionStart } from '../../src/session/events.ts';

export function sessionStart(): SessionStart {
  return {
    type: 'session-start',
    session: '20260101-000000-aaaa',
    guard: '0.1.0',
    agent: 'codex',
    program: { path: '/usr/bin/codex', sha256: 'ab'.repeat(32) },
    argv: ['codex', 'exec'],
    task: null,
    user: 'me',
    uid: 1000,
    repository: '/home/me/project',
    commit: null,
    profiles: [
      { layer: 'default', file: 'profiles/base.yaml', sha256: 'cd'.repeat(32), trusted: true },
    ],
    withheldEnv: ['AWS_PROFILE'],
    credentials: [],
    covered: ['/home/me/project/.env'],
  };
}

export function execEvent(id: number, argv: string[], action: Action = 'allow'): RequestEvent {
  return {
    type: 'request',
    gate: 'exec',
    id,
    pid: 42,
    ancestry: ['codex', 'bash'],
    request: {
      kind: 'exec',
      path: '/bin/echo',
      names: ['echo'],
      argv,
      cwd: '/home/me/project',
      repository: '/home/me/project',
      home: '/home/me',
    },
    verdict: {
      action,
      rule: 'default',
      reason: 'nothing matched',
      source: { layer: 'default', file: 'profiles/base.yaml', line: 0 },
    },
  };
}

export function sessionEnd(): SessionEnd {
  return { type: 'session-end', exitCode: 0, signal: null };
}
