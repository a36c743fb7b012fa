// What an agent can do with its terminal before an ask, to have it answered, hidden, or never shown.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { expect, it, onTestFinished } from 'vitest';
import { GUARD, makePlace, type Place } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { ASK } from '../terminal/user.ts';

function askingPlace(): Place {
  const place = makePlace();
  userProfile(
    place,
    "commands: [{ match: 'shred', action: ask, confirm: key, reason: 'it destroys' }]",
  );
  for (const name of ['victim', 'other']) writeFileSync(join(place.repository, name), 'precious');
  return place;
}
/** A person before a terminal that only records: what is sent to it would keep a real model busy as well. */
function atTerminal(place: Place, script: string) {
  const terminal = spawn(process.execPath, [GUARD, 'run', '--', 'sh', '-c', script], {
    cols: 80,
    rows: 24,
    cwd: place.repository,
    env: { ...place.env, TERM: 'xterm-256color' },
  });
  onTestFinished(() => {
    try {
      terminal.kill('SIGKILL');
    } catch {
      // Ended by itself.
    }
  });
  let all = '';
  terminal.onData((data) => (all += data));
  const exited = new Promise<void>((resolve) => terminal.onExit(() => resolve()));
  return {
    all: () => all,
    exited,
    type: (keys: string) => terminal.write(keys),
    says: (text: string) =>
      expect.poll(() => all, { timeout: 15_000, interval: 20 }).toContain(text),
  };
}

const survives = (place: Place, name = 'victim') =>
  readFileSync(join(place.repository, name), 'utf8') === 'precious';

it.each(['b', 'S', 'T', 'L', 'M', 'I', 'Z'])(
  'asks although something was to be done thirty million times before: CSI 30000000 %s',
  async (final) => {
    const place = askingPlace();
    const run = atTerminal(place, `printf 'x\\033[30000000${final}'; shred victim; echo "over $?"`);
    await run.says(ASK);
    run.type('n');
    await run.says('over 126');
    await run.exited;
    expect(survives(place)).toBe(true);
  },
);

it('waits longer where a command joins what a person may have read already', async () => {
  const place = askingPlace();
  const run = atTerminal(
    place,
    '/usr/bin/shred victim & sleep 2; /usr/bin/shred other & wait; echo ov""er',
  );
  await run.says(ASK);
  // The moment the other one is listed.
  await run.says('2 commands of the same kind');
  for (let times = 0; times < 3; times += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    run.type('y');
  }
  expect(run.all()).not.toContain('allowed once');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  run.type('n');
  await run.says('over');
  await run.exited;
  expect([survives(place), survives(place, 'other')]).toEqual([true, true]);
});

it.each([
  [
    'a clipboard whose number has more zeros',
    '\\033]0000000000000000000000000000000000000052;c;aGk=\\007',
  ],
  ['a clipboard whose number wraps around', '\\033]4294967348;c;aGk=\\007'],
  ['a macro', '\\033P1;0;0!zecho\\033\\\\\\033[1*z'],
  ['a locked keyboard', '\\033[2h'],
])('passes nothing on to the terminal of %s', async (_, sequence) => {
  const run = atTerminal(makePlace(), `printf 'before${sequence}after'; echo; echo ov""er`);
  await run.says('over');
  await run.exited;
  expect(run.all()).toContain('beforeafter');
});

it('ends a string that the agent ends by beginning another control, for whoever takes it for more of it', async () => {
  const run = atTerminal(makePlace(), `printf 'a\\033P\\033[?25hb'; echo; echo ov""er`);
  await run.says('over');
  await run.exited;
  expect(run.all()).toContain('a\x1bP\x18\x1b\\\x1b[?25hb');
});
