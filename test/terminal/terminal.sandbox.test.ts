import { spawn } from '@lydell/node-pty';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GUARD, guard, makePlace, type Place } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { ASK } from './user.ts';

/** guard on a terminal, started by a shell that saves the terminal's modes before and after. */
function onTerminal(place: Place, script: string, size = { cols: 97, rows: 31 }) {
  const modes = (when: string) => `stty -g >"${place.home}/${when}"`;
  const words = `${modes('before')}; "$1" "$2" run -q -- sh -c "$3"; echo "code $?"; ${modes('after')}`;
  const terminal = spawn('sh', ['-c', words, 'sh', process.execPath, GUARD, script], {
    ...size,
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
  let screen = '';
  terminal.onData((data) => (screen += data));
  const exited = new Promise<void>((resolve) => terminal.onExit(() => resolve()));
  return {
    terminal,
    screen: () => screen,
    /** Without colours. */
    text: () => screen.replaceAll(/\x1b\[[\d;:]*m/g, ''),
    shows: (text: string) =>
      expect.poll(() => screen, { timeout: 20_000, interval: 20 }).toContain(text),
    exited,
    expectRestored: () =>
      expect(readFileSync(join(place.home, 'after'), 'utf8')).toBe(
        readFileSync(join(place.home, 'before'), 'utf8'),
      ),
  };
}

function askingPlace(): { place: Place; victim: string } {
  const place = makePlace();
  userProfile(
    place,
    "commands: [{ match: 'shred', action: ask, confirm: key, reason: 'it destroys' }]",
  );
  const victim = join(place.repository, 'victim');
  writeFileSync(victim, 'precious');
  return { place, victim };
}

it('gives the command a terminal of its own, with the size of the real one', async () => {
  const run = onTerminal(
    makePlace(),
    'test -t 0 && test -t 1 && test -t 2 && echo is-terminal; stty size; tty; read line; stty size',
  );
  await run.shows('31 97');
  await run.shows('is-terminal');
  run.terminal.resize(111, 40);
  await new Promise((resolve) => setTimeout(resolve, 300));
  run.terminal.write('\r');
  await run.shows('40 111');
  await run.shows('code 0');
  await run.exited;
  run.expectRestored();
});

it('passes Ctrl-C to the command and what it runs', async () => {
  const run = onTerminal(
    makePlace(),
    'trap "echo interrupted; exit 5" INT; echo ready; sleep 600; echo after',
  );
  await run.shows('ready');
  run.terminal.write('\x03');
  await run.shows('interrupted');
  await run.shows('code 5');
  await run.exited;
  run.expectRestored();
});

it('passes keys on as typed to a program that reads them itself', async () => {
  const run = onTerminal(
    makePlace(),
    'stty raw -echo; echo ready; head -c 4 | od -An -tx1; stty sane',
  );
  await run.shows('ready');
  run.terminal.write('\x03\x1a\x1b\r');
  await run.shows('03 1a 1b 0d');
  await run.exited;
  run.expectRestored();
});

it('runs what a person says yes to, once', async () => {
  const { place, victim } = askingPlace();
  const run = onTerminal(place, 'shred victim && echo shredded; echo next');
  await run.shows(ASK);
  expect(run.text()).toContain('shred victim');
  expect(run.text()).toContain('it destroys');
  run.terminal.write('y');
  await run.shows('shredded');
  await run.exited;
  expect(readFileSync(victim, 'utf8')).not.toBe('precious');
  run.expectRestored();
  expect((await guard(place, ['log', 'latest', '--json'])).stdout).toMatch(
    /"outcome":"allow","by":"user"/,
  );
});

it('refuses what a person says no to, and the agent is told', async () => {
  const { place, victim } = askingPlace();
  const run = onTerminal(place, 'shred victim || echo "status $?"');
  await run.shows(ASK);
  run.terminal.write('n');
  await run.shows('status 126');
  expect(run.screen()).toContain('the user said no');
  await run.exited;
  expect(readFileSync(victim, 'utf8')).toBe('precious');
});

it('takes nothing for an answer that was typed before the question stood', async () => {
  const { place, victim } = askingPlace();
  const run = onTerminal(place, 'echo ready; sleep 1; shred victim; echo over');
  await run.shows('ready');
  run.terminal.write('y');
  await run.shows(ASK);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(run.screen()).not.toContain('over');
  run.terminal.write('n');
  await run.shows('over');
  await run.exited;
  expect(readFileSync(victim, 'utf8')).toBe('precious');
});

it('cannot be answered by the agent: what it prints and types reaches no question', async () => {
  const { place, victim } = askingPlace();
  const script =
    '(sleep 1; echo y; printf "y" >/dev/tty; printf "\\033[5n\\033[c\\033[21t") & shred victim; echo over';
  const run = onTerminal(place, script);
  await run.shows(ASK);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(run.screen()).not.toContain('over');
  run.terminal.write('n');
  await run.shows('over');
  await run.exited;
  expect(readFileSync(victim, 'utf8')).toBe('precious');
});

it('asks over a full-screen program too', async () => {
  const { place, victim } = askingPlace();
  const run = onTerminal(
    place,
    'printf "\\033[?1049h\\033[3;3Hfull"; shred victim; printf "\\033[?1049l"; echo over',
  );
  await run.shows(ASK);
  run.terminal.write('n');
  await run.shows('over');
  await run.exited;
  expect(readFileSync(victim, 'utf8')).toBe('precious');
  expect((await guard(place, ['log', 'latest', '--json'])).stdout).toContain('"by":"user"');
});

it('leaves nothing on that a program has left on when it was killed', async () => {
  const run = onTerminal(
    makePlace(),
    'stty raw -echo; printf "\\033[?1049h\\033[?1003h\\033[?1006h\\033[?2004h\\033[?25l\\033[>1u\\033[31m"; kill -9 $$',
  );
  await run.shows('code 137');
  await run.exited;
  run.expectRestored();
  for (const undone of ['?1049l', '?1003l', '?1006l', '?2004l', '?25h', '<32u', '0m'])
    expect(run.screen()).toContain(`\x1b[${undone}`);
});

it('restores the terminal when the session is ended from outside', async () => {
  const run = onTerminal(makePlace(), 'stty raw -echo; echo ready; kill -9 $$');
  await run.shows('code 137');
  await run.exited;
  run.expectRestored();
});

it('ends the session when the terminal goes away', async () => {
  const place = makePlace();
  const run = onTerminal(
    place,
    'trap "echo hung >up; exit" HUP; echo ready; while :; do sleep 0.1; done',
  );
  await run.shows('ready');
  (run.terminal as unknown as { destroy(): void }).destroy();
  await expect.poll(() => existsSync(join(place.repository, 'up')), { timeout: 10_000 }).toBe(true);
});
