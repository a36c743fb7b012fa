// The place that several benchmarks work in, and how they take the time there.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const GUARD = fileURLToPath(new URL('../bin/guard.js', import.meta.url));
export const place = mkdtempSync(join(tmpdir(), 'guard-bench-'));
export const home = join(place, 'home');
export const repository = join(home, 'project');
mkdirSync(repository, { recursive: true });
export const env = {
  ...process.env,
  HOME: home,
  XDG_STATE_HOME: join(place, 'state'),
  XDG_CONFIG_HOME: join(home, '.config'),
};

/** Milliseconds a shell script takes by the clock of the shell that runs it, start-up left out. */
export function inner(prefix, script) {
  const timed = `s=$(date +%s%N); ${script} >/dev/null 2>&1; e=$(date +%s%N); echo $(( (e - s) / 1000 ))`;
  const [command, ...args] = [...prefix, 'sh', '-c', timed];
  return (
    Number(
      execFileSync(command, args, {
        cwd: repository,
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    ) / 1000
  );
}

export const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
