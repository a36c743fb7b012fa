import koffi from 'koffi';
import { spawn } from 'node:child_process';
import { openSync, closeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GUARD, outcome } from '../harness/guard.ts';
import { makeScene, reported, sh, type Scene } from './scene.ts';

const dup2 = koffi.load(null).func('int dup2(int from, int to)') as (
  from: number,
  to: number,
) => number;

/** A process of the user's outside, with a value in its environment and its arguments. */
function bystander(scene: Scene) {
  const child = spawn('sleep', ['600'], {
    env: { ...scene.env, BYSTANDER: scene.secret },
    argv0: `sleep-${scene.key}`,
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  return { pid, alive: () => process.kill(pid, 0) && child.exitCode === null && !child.killed };
}

it('shows no process, environment or command line of the host', async () => {
  const scene = makeScene();
  bystander(scene);
  const script = 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr "\\0" "\\n"';
  const run = await scene.attack(sh(script), { env: { API_TOKEN: scene.secret } });
  expect(run.stdout).toContain('HOME=');
  expect(run.stdout).not.toContain(scene.secret);
  expect(run.stdout).not.toContain(scene.key);
  const outside = await scene.unguarded(sh(`${script} 2>/dev/null`));
  expect(outside.stdout).toContain(scene.key);
});

it('lets no process outside be signalled', async () => {
  const scene = makeScene();
  const other = bystander(scene);
  const run = await scene.attack(sh('kill -9 "$1" || echo none', String(other.pid)));
  expect(run.stdout).toContain('none');
  expect(other.alive()).toBe(true);
});

it('lets no process outside be traced, read or robbed of descriptors', async () => {
  const scene = makeScene();
  const other = bystander(scene);
  const answers = reported<Record<string, unknown>>(
    await scene.attack(['trace.mjs', String(other.pid)]),
  );
  expect(answers).toEqual({ seize: 'ESRCH', read: 'ESRCH', pidfd: 'ESRCH', init: 'EPERM' });
});

it.each([200, 1000])(
  'passes on no descriptor that its own caller left open: %i',
  async (number) => {
    const scene = makeScene();
    const file = join(scene.state, '..', 'held-open');
    writeFileSync(file, scene.secret);
    const fd = openSync(file, 'r+');
    // dup2(2) leaves its result open over execve(2). Node would close the low ones of its children, up to a gap.
    dup2(fd, number);
    const script = `cat /proc/self/fd/${number}; for fd in /proc/[0-9]*/fd/*; do
    case $fd in */[012]) ;; *) timeout 2 head -c 4096 "$fd";; esac; done; ls -l /proc/[0-9]*/fd; echo done`;
    const inside = await scene.attack(sh(script));
    const outside = await scene.unguarded(['cat', `/proc/self/fd/${number}`]);
    for (const each of [fd, number]) closeSync(each);
    expect(inside.stdout).toContain('done');
    expect(inside.stdout).not.toContain(scene.secret);
    expect(inside.stdout).not.toContain('held-open');
    expect(outside.stdout).toBe(scene.secret);
  },
);

it('makes no way out of a folder on standard input', async () => {
  const scene = makeScene();
  const fd = openSync('/', 'r');
  const args = [GUARD, 'run', '-q', '--', 'cat', `/proc/self/fd/0${scene.repository}/.env`];
  const child = spawn(process.execPath, args, {
    cwd: scene.repository,
    env: scene.env,
    stdio: [fd, 'pipe', 'pipe'],
  });
  const run = await outcome(child);
  closeSync(fd);
  expect(run.stdout).not.toContain(scene.secret);
});

it('lets a file on standard input be read only, and one on standard output not be read', async () => {
  const scene = makeScene();
  const paths = ['in', 'out'].map((name) => join(scene.state, '..', name)) as [string, string];
  for (const path of paths) writeFileSync(path, scene.secret);
  const fds = [openSync(paths[0], 'r'), openSync(paths[1], 'a')] as const;
  const script = 'echo planted >/proc/self/fd/0; cat /proc/self/fd/1 >&2; : >/proc/self/fd/1; true';
  const child = spawn(process.execPath, [GUARD, 'run', '-q', '--', 'sh', '-c', script], {
    cwd: scene.repository,
    env: scene.env,
    stdio: [fds[0], fds[1], 'pipe'],
  });
  const run = await outcome(child);
  fds.forEach((fd) => closeSync(fd));
  const now = await scene.unguarded(['cat', ...paths]);
  expect(now.stdout).toBe(`${scene.secret}${scene.secret}`);
  expect(run.stderr).not.toContain(scene.secret);
});
