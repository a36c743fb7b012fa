// The prompt as a user meets it: guard on a terminal of its own, ink in its worker, a real session behind the gate.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { expect, it, onTestFinished } from 'vitest';
import { GUARD, guard, makePlace, type Place } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { pause } from './fake-terminal.ts';

const KEYS = 'allow once';
const PLAIN = 'Allow this once';
const NEW_FRAME = '\x1b[?2026h';

function askingPlace(): Place {
  const place = makePlace();
  userProfile(
    place,
    "commands: [{ match: 'shred', action: ask, confirm: key, reason: 'it destroys' }]",
  );
  for (const name of ['victim', 'victim-2', 'victim-3'])
    writeFileSync(join(place.repository, name), 'precious');
  return place;
}

function start(
  place: Place,
  script: string,
  { program = GUARD, env = {}, size = { cols: 80, rows: 24 } } = {},
) {
  const terminal = spawn(process.execPath, [program, 'run', '--', 'sh', '-c', script], {
    ...size,
    cwd: place.repository,
    env: { ...place.env, TERM: 'xterm-256color', ...env },
  });
  onTestFinished(() => {
    try {
      terminal.kill('SIGKILL');
    } catch {
      // Ended by itself.
    }
  });
  let screen = '';
  terminal.onData((data) => (screen += data));
  const exited = new Promise<void>((resolve) => terminal.onExit(() => resolve()));
  return {
    terminal,
    exited,
    screen: () => screen,
    shows: (text: string, times = 1) =>
      expect
        .poll(() => screen.split(text).length - 1, { timeout: 30_000, interval: 20 })
        .toBeGreaterThanOrEqual(times),
    /** The last frame, without colours. */
    frame: () =>
      (screen.split(NEW_FRAME).at(-1) ?? '')
        .replace(/\x1b\[[0-9;]*m/g, '')
        .replace(/\x1b\[[0-9;?]*[a-zA-Z]/g, '\n'),
  };
}

const sign = (place: Place) => readFileSync(join(place.state, 'guard', 'sign'), 'utf8').trim();
const journal = async (place: Place) => (await guard(place, ['log', 'latest', '--json'])).stdout;
const decisions = async (place: Place) =>
  (await journal(place))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string; outcome?: string; by?: string })
    .filter(({ type }) => type === 'decision')
    .map(({ outcome, by }) => `${outcome} ${by}`);
const survives = (place: Place, name = 'victim') =>
  readFileSync(join(place.repository, name), 'utf8') === 'precious';

it('draws the question with what is asked and the sign; y runs it once', async () => {
  const place = askingPlace();
  const run = start(place, 'shred victim && echo shred""ded; echo the""-end');
  await run.shows(KEYS);
  for (const text of ['guard asks', sign(place), 'shred victim', 'it destroys', place.repository])
    expect(run.frame()).toContain(text);
  expect(survives(place)).toBe(true);
  run.terminal.write('y');
  await run.shows('shredded');
  await run.exited;
  expect(survives(place)).toBe(false);
  expect(await decisions(place)).toEqual(['allow user']);
});

it('refuses what gets a no, and says in one line what was decided', async () => {
  const place = askingPlace();
  const run = start(place, '/usr/bin/shred victim || echo "status $?"');
  await run.shows(KEYS);
  run.terminal.write('n');
  await run.shows('status 126');
  expect(run.screen()).toContain('guard: denied by you: ');
  await run.exited;
  expect(survives(place)).toBe(true);
});

it('takes no key for an answer that was typed before the question stood there', async () => {
  const place = askingPlace();
  const run = start(place, 'read -r line; shred victim || echo refu""sed');
  await run.shows('guard sign');
  run.terminal.write('go\r');
  // All through what comes next: collecting, loading ink, drawing.
  for (let i = 0; i < 200 && !run.screen().includes(KEYS); i++) {
    run.terminal.write('y');
    await pause(20);
  }
  await run.shows(KEYS);
  await pause(500);
  expect(survives(place)).toBe(true);
  expect(run.screen()).not.toContain('allowed once by');
  run.terminal.write('n');
  await run.shows('refused');
});

it('asks once for many of one shape, and a no is for all of them', async () => {
  const place = askingPlace();
  const script =
    'for i in $(seq 1000); do /usr/bin/shred "victim-$((i % 3 + 1))" 2>/dev/null & done; wait; echo all""-done';
  const run = start(place, script);
  await run.shows(KEYS);
  expect(run.frame()).toMatch(/wants to run \d+ commands of the same kind/);
  // Further ones come while it stands: n holds for those that wait too.
  for (let answers = 0; answers < 20 && !run.screen().includes('all-done'); answers++) {
    run.terminal.write('d');
    await pause(700);
  }
  await run.shows('all-done');
  await run.exited;
  expect(['victim-2', 'victim-3'].every((name) => survives(place, name))).toBe(true);
  const all = await decisions(place);
  expect(all).toHaveLength(1000);
  expect(all.every((decision) => decision.startsWith('deny'))).toBe(true);
  // Not a flood of prompts: `d` ended it.
  expect(run.screen().split('\x07').length - 1).toBeLessThan(4);
}, 120_000);

it('is plain, with the sign, when the prompt cannot be drawn', async () => {
  const place = askingPlace();
  const copy = join(place.home, 'installed');
  const root = dirname(dirname(GUARD));
  for (const part of ['bin', 'dist', 'profiles', 'package.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  execFileSync('ln', ['-s', join(root, 'node_modules'), join(copy, 'node_modules')]);
  rmSync(join(copy, 'dist', 'prompt.mjs'));
  const run = start(
    place,
    'shred victim && echo shred""ded; /usr/bin/shred victim-2; echo next""',
    {
      program: join(copy, 'bin', 'guard.js'),
    },
  );
  await run.shows(PLAIN);
  expect(run.screen()).toContain(`your sign: ${sign(place)}`);
  run.terminal.write('y');
  await run.shows('shredded');
  await run.shows(PLAIN, 2);
  run.terminal.write('n');
  await run.exited;
  expect([survives(place), survives(place, 'victim-2')]).toEqual([false, true]);
  expect((await journal(place)).split('questions are plain from now on')).toHaveLength(2);
});

it('is plain when what draws it is broken', async () => {
  const place = askingPlace();
  const copy = join(place.home, 'installed');
  const root = dirname(dirname(GUARD));
  for (const part of ['bin', 'dist', 'profiles', 'package.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  execFileSync('ln', ['-s', join(root, 'node_modules'), join(copy, 'node_modules')]);
  writeFileSync(
    join(copy, 'dist', 'prompt.mjs'),
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ id }) => parentPort.postMessage({ id, frame: '\\x1b[2Jguard asks' }));`,
  );
  const run = start(place, '/usr/bin/shred victim', { program: join(copy, 'bin', 'guard.js') });
  await run.shows(PLAIN);
  expect(run.screen()).not.toContain('\x1b[2Jguard asks');
  run.terminal.write('n');
  await run.exited;
  expect(survives(place)).toBe(true);
});

it('shows a sign that nothing inside the session can read', async () => {
  const place = askingPlace();
  // Everything the session can see of itself, after the prompt has been up once: files, environment, what is on its terminal.
  const script = `/usr/bin/shred victim; env >view; cat /proc/*/environ /proc/*/cmdline >>view 2>/dev/null
    find / -xdev -name sign -not -path '/proc/*' -not -path '/sys/*' 2>/dev/null >>view
    find "$HOME" "$XDG_STATE_HOME" /tmp /run -type f -exec cat {} + 2>/dev/null | head -c 50000000 >>view2
    cat "${place.state}/guard/sign" >>view 2>&1; echo look""ed`;
  const run = start(place, script);
  await run.shows(KEYS);
  const words = sign(place);
  expect(run.frame()).toContain(words);
  run.terminal.write('n');
  await run.shows('looked');
  await run.exited;
  const seen = ['view', 'view2'].map((name) => readFileSync(join(place.repository, name), 'utf8'));
  expect(seen[0]).toContain('No such file');
  expect(seen.join('')).not.toContain(words);
  expect(await journal(place)).not.toContain(words);
  const folder = join(place.state, 'guard', 'sessions');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const file of files)
    if (file.isFile())
      expect(readFileSync(join(file.parentPath, file.name), 'latin1')).not.toContain(words);
});

it('tells of the sign once, at the first session in a terminal, and not what it is', async () => {
  const place = askingPlace();
  const first = start(place, 'true');
  await first.exited;
  expect(first.screen()).toContain('`guard sign`');
  expect(first.screen()).not.toContain(sign(place));
  const second = start(place, 'true');
  await second.exited;
  expect(second.screen()).not.toContain('guard sign');
});

it('says why when there is no sign, and asks all the same', async () => {
  const place = askingPlace();
  userProfile(
    place,
    "commands: [{ match: 'shred', action: ask, confirm: key, reason: 'it destroys' }]",
  );
  await guard(place, ['sign']);
  execFileSync('chmod', ['644', join(place.state, 'guard', 'sign')]);
  const run = start(place, '/usr/bin/shred victim');
  await run.shows(KEYS);
  expect(run.frame()).toContain('no sign: ');
  run.terminal.write('n');
  await run.exited;
  expect(survives(place)).toBe(true);
});

it('never loads what draws the prompt when there is nobody to ask', async () => {
  const place = makePlace();
  const { code } = await guard(place, ['run', '--', 'true']);
  expect(code).toBe(0);
  expect(existsSync(join(place.state, 'guard', 'sign'))).toBe(false);
});

it('prints the sign and draws another', async () => {
  const place = makePlace();
  const first = await guard(place, ['sign']);
  expect(first.stdout.split('\n')[0]).toBe(sign(place));
  const again = await guard(place, ['sign']);
  expect(again.stdout).toBe(first.stdout);
  const other = await guard(place, ['sign', '--new']);
  expect(other.stdout.split('\n')[0]).toBe(sign(place));
  expect(other.stdout).not.toBe(first.stdout);
});
