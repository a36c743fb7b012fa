import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { startGuard } from '../harness/guard.ts';
import { makeScene, sh, type Scene } from './scene.ts';

/** Processes on the host whose arguments hold `mark`, guard itself apart. */
function marked(mark: string, except: number | undefined): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== except)
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(mark);
      } catch {
        return false;
      }
    });
}

/** Processes that are in the same PID namespace as one of the session's. */
function inNamespace(inode: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        // One that ended and that nobody has waited for is no process any more.
        const ended = /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
        return !ended && statSync(`/proc/${pid}/ns/pid`).ino === inode;
      } catch {
        return false;
      }
    });
}

async function startSession(scene: Scene, script: string) {
  const mark = `mark-${randomBytes(8).toString('hex')}`;
  const child = startGuard(scene, ['run', '-q', '--', ...sh(script, mark)]);
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  await expect
    .poll(() => existsSync(join(scene.repository, 'ready')), { timeout: 10_000 })
    .toBe(true);
  const processes = marked(mark, child.pid);
  const namespaces = new Set(processes.map((pid) => statSync(`/proc/${pid}/ns/pid`).ino));
  namespaces.delete(statSync('/proc/self/ns/pid').ino);
  const [namespace = 0] = namespaces;
  return { child, closed, alive: () => inNamespace(namespace).length };
}

const READY = 'echo ready >ready';
const TREES: Record<string, string> = {
  'a plain child': `${READY}; sleep 600 & wait`,
  'a process that forked twice': `(sh -c 'sleep 600 & sleep 600' "$1" &); ${READY}; sleep 600`,
  'sessions of their own': `setsid sh -c 'sleep 600' "$1" & setsid -f sleep 600; ${READY}; sleep 600`,
  'processes that ignore every signal': `trap '' TERM INT HUP QUIT USR1 USR2 PIPE ALRM; sh -c 'sleep 600; sleep 600' "$1" & ${READY}; while :; do sleep 600; done`,
  'stopped processes': `sleep 600 & kill -STOP $!; ${READY}; kill -STOP $$; sleep 600`,
  'a crowd': `i=0; while [ $i -lt 100 ]; do sleep 600 & i=$((i+1)); done; ${READY}; wait`,
};

it.each(Object.entries(TREES))('ends with guard when that is killed: %s', async (_, script) => {
  const { child, closed, alive } = await startSession(makeScene(), script);
  expect(alive()).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await closed;
  await expect.poll(alive, { timeout: 1000, interval: 20 }).toBe(0);
});

it.each(Object.entries(TREES))(
  'leaves nobody behind when the command ends: %s',
  async (_, script) => {
    // The command ends by itself, its children would not.
    const ending = script.replace(
      /(wait|sleep 600|while :; do sleep 600; done)$/,
      'read line; exit 7',
    );
    const { child, closed, alive } = await startSession(
      makeScene(),
      ending.replace('kill -STOP $$; ', ''),
    );
    expect(alive()).toBeGreaterThan(1);
    child.stdin?.end('go\n');
    expect(await closed).toBe(7);
    expect(alive()).toBe(0);
  },
);
