import { spawnSync } from 'node:child_process';
import { explainSandboxFailure } from '../doctor/explain-sandbox-failure.ts';
import type { GuardError } from '../guard-error.ts';
import { OUTER_ARGUMENTS } from './first-stage.ts';

const PROBE_LIMIT_MS = 10_000;

/**
 * Why the first stage did not come up. bubblewrap wrote its reason to the command's own stderr, so the outer sandbox is
 * tried once more, with nothing in it, to read what it says.
 */
export function explainStartFailure(bwrap: string, error: unknown): GuardError {
  const probe = spawnSync(bwrap, [...OUTER_ARGUMENTS, '/bin/true'], {
    encoding: 'utf8',
    env: {},
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: PROBE_LIMIT_MS,
  });
  const said = probe.status === 0 ? '' : probe.stderr;
  return explainSandboxFailure(said || (error instanceof Error ? error.message : 'unknown error'));
}
