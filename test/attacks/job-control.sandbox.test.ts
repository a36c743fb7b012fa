import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makePlace } from '../harness/guard.ts';
import { outerShell, type OuterShell } from '../harness/outer-shell.ts';

/** The launcher's shell: the parent of the command. */
const SHELL = '$PPID';

async function startAttack(script: string): Promise<OuterShell> {
  const shell = outerShell(makePlace(), 'bash');
  await shell.start(`sh -c 'echo att""ack; ${script}'`);
  await shell.shows('attack');
  return shell;
}

/** The session ended, or ends when told to; the user's terminal is as it was. */
async function expectUsable(shell: OuterShell): Promise<void> {
  await shell.prompt();
  await shell.isSane();
  expect(shell.screen()).not.toContain('Stopped');
}

it.each([
  ['itself', 'exec /run/guard/suspended'],
  ['from a child', '/run/guard/suspended; echo status $?; exit 1'],
  ['from an orphan', '(/run/guard/suspended &) ; sleep 1; exit 1'],
  [
    'from a file of its own',
    'mkdir -p /run/guard; cp /bin/true /run/guard/suspended; /run/guard/suspended; exit 1',
  ],
])(
  'does not stop guard by executing the path that the launcher executes: %s',
  async (_, script) => {
    await expectUsable(await startAttack(script));
  },
);

it.each([
  ['kills', `kill -KILL ${SHELL}; sleep 600`],
  ['hangs up', `kill -HUP ${SHELL}; sleep 600`],
  ['terminates', `kill -TERM ${SHELL}; sleep 600`],
])('ends the session, the terminal given back, when it %s the launcher', async (_, script) => {
  await expectUsable(await startAttack(script));
});

it('leaves a session that can be ended when it stops the launcher and goes', async () => {
  const shell = await startAttack(`kill -STOP ${SHELL}; echo sto""pped; exit 3`);
  await shell.shows('stopped');
  process.kill(await shell.guard(), 'SIGTERM');
  await expectUsable(shell);
});

it('gives nothing but its own signals away when it takes the foreground of its terminal', async () => {
  // With job control a shell gives the terminal to each of its jobs.
  const shell = await startAttack('set -m; sleep 600');
  const pid = await shell.guard();
  await expect
    .poll(
      () => {
        if (existsSync(`/proc/${pid}`)) shell.type('\x03');
        return existsSync(`/proc/${pid}`);
      },
      { timeout: 15_000, interval: 500 },
    )
    .toBe(false);
  await expectUsable(shell);
});

it('is only given another turn when it stops itself again and again', async () => {
  const shell = outerShell(makePlace(), 'bash');
  await shell.start(`sh -c 'while :; do kill -STOP $$; done'`);
  for (let round = 0; round < 3; round += 1) {
    await shell.shows('Stopped');
    await shell.prompt();
    await shell.isSane();
    await shell.prompt();
    shell.run('fg');
  }
  await shell.shows('Stopped');
  await shell.prompt();
  shell.run('kill -KILL %1');
  await shell.prompt();
  await shell.isSane();
});
