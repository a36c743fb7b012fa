import { randomInt } from 'node:crypto';
import { spawn as openTerminal } from '@lydell/node-pty';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GUARD } from '../harness/guard.ts';
import { KIT, makeScene, reported } from './scene.ts';

type Answers = Record<string, string>;

it('keeps the keyrings of the user out of reach', async () => {
  const scene = makeScene();
  const name = `guard-test-${randomInt(2 ** 40)}`;
  const kernel = (...words: string[]) => ['kernel.mjs', ...words];
  expect(reported<Answers>(await scene.unguarded(kernel('make-key', name))).add).toBe('done');
  expect(reported<Answers>(await scene.unguarded(kernel('keys', name))).search).toBe('done');
  expect(reported(await scene.attack(kernel('keys', name)))).toEqual({
    search: 'EPERM',
    ring: 'EPERM',
    request: 'EPERM',
    add: 'EPERM',
  });
});

it('keeps shared memory and message queues of the host out of reach', async () => {
  const scene = makeScene();
  const key = String(randomInt(1, 2 ** 31 - 1));
  const all = (answer: string) => ({ memory: answer, queue: answer });
  expect(reported(await scene.unguarded(['kernel.mjs', 'make-ipc', key]))).toEqual(all('done'));
  onTestFinished(async () => {
    await scene.unguarded(['ipcrm', '-M', key, '-Q', key]);
  });
  expect(reported(await scene.unguarded(['kernel.mjs', 'ipc', key]))).toEqual(all('done'));
  expect(reported(await scene.attack(['kernel.mjs', 'ipc', key]))).toEqual(all('ENOENT'));
});

it('opens no raw or packet socket, and lets no route be changed', async () => {
  const scene = makeScene();
  const answers = reported<Answers>(await scene.attack(['kernel.mjs', 'sockets']));
  expect(answers).toMatchObject({ raw: 'EPERM', packet: 'EPERM', route: 'E1' });
});

it('opens no socket to the hypervisor, which no namespace confines', async () => {
  const scene = makeScene();
  const { vsock } = reported<Answers>(await scene.attack(['kernel.mjs', 'sockets']));
  expect(vsock).toMatch(/^(EPERM|EACCES|EAFNOSUPPORT)$/);
});

it('grants no privileged call', async () => {
  const scene = makeScene();
  expect(reported(await scene.attack(['kernel.mjs', 'privileged']))).toEqual({
    module: expect.stringMatching(/^(EPERM|ENOSYS)$/) as string,
    bpf: expect.stringMatching(/^(EPERM|ENOSYS)$/) as string,
    setns: 'EPERM',
    chroot: 'EPERM',
  });
});

it('lets nobody inside listen to system calls in the place of guard', async () => {
  const scene = makeScene();
  const inside = reported<Answers>(await scene.attack(['kernel.mjs', 'listener']));
  expect(inside.listener).toBe('EBUSY');
});

it('lets nothing be typed into a terminal', async () => {
  const scene = makeScene();
  const attack = [process.execPath, join(KIT, 'kernel.mjs'), 'terminal'];
  const [plain, guarded] = await Promise.all([
    onTerminal(scene.env, attack),
    onTerminal(scene.env, [process.execPath, GUARD, 'run', '-q', '--', ...attack]),
  ]);
  expect(guarded).toContain('{"plain":"EPERM","high":"EPERM","console":"EPERM"}');
  expect(plain).not.toContain('"plain":"EPERM"');

  function onTerminal(env: Record<string, string>, [program = '', ...args]: string[]) {
    const terminal = openTerminal(program, args, { cwd: scene.repository, env });
    onTestFinished(() => terminal.kill('SIGKILL'));
    let screen = '';
    terminal.onData((data) => (screen += data));
    return new Promise<string>((resolve) => terminal.onExit(() => resolve(screen)));
  }
});
