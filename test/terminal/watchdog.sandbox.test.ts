import { execFileSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { terminalModes } from '../../src/kernel/pty.ts';
import { sttyState } from '../../src/terminal/watchdog.ts';
import { GUARD, makePlace } from '../harness/guard.ts';
import { childrenNamed, outerShell } from '../harness/outer-shell.ts';

const RAW = `sh -c 'stty raw -echo; printf "\\033[?1049h\\033[?1000h\\033[?25lrea""dy"; sleep 600'`;

it('writes modes as stty(1) does', async () => {
  const shell = outerShell(makePlace(), 'dash');
  await shell.prompt();
  const path = await shell.ask('tty');
  const modes = terminalModes(openSync(path, 'r'));
  expect(sttyState(modes)).toBe(
    execFileSync('stty', ['-g', '-F', path], { encoding: 'utf8' }).trim(),
  );
});

it('gives the terminal back for a shell that does not, whatever kills guard', async () => {
  for (const signal of ['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const) {
    const shell = outerShell(makePlace(), 'dash');
    await shell.start(RAW);
    await shell.shows('ready');
    const pid = await shell.guard();
    const [dog] = await childrenNamed(pid, 'guard-watchdog');
    process.kill(pid, signal);
    await expect.poll(() => existsSync(`/proc/${dog}`), { timeout: 10_000 }).toBe(false);
    await shell.prompt();
    await shell.isSane();
  }
});

it('leaves with guard', async () => {
  const shell = outerShell(makePlace(), 'bash');
  await shell.start(`sh -c 'echo rea''dy; read line'`);
  await shell.shows('ready');
  const [dog] = await childrenNamed(await shell.guard(), 'guard-watchdog');
  shell.type('\r');
  await expect.poll(() => existsSync(`/proc/${dog}`), { timeout: 10_000 }).toBe(false);
});

it('leaves with the terminal', async () => {
  const shell = outerShell(makePlace(), 'bash');
  await shell.start(RAW);
  await shell.shows('ready');
  const [dog] = await childrenNamed(await shell.guard(), 'guard-watchdog');
  (shell.terminal as unknown as { destroy(): void }).destroy();
  await expect.poll(() => existsSync(`/proc/${dog}`), { timeout: 10_000 }).toBe(false);
});

it('survives what the terminal sends to a whole group, and holds nobody else back', async () => {
  const place = makePlace();
  const shell = outerShell(place, 'bash');
  await shell.prompt();
  shell.run(`'${process.execPath}' '${GUARD}' run -q -- sh -c 'sleep 1; echo piped' | cat`);
  // cat ends when nobody holds the pipe any more.
  await shell.shows('piped');
  await shell.prompt();
  await shell.isSane();
  expect(existsSync(join(place.repository, 'ready'))).toBe(false);
});

it('leaves a terminal alone that somebody else has set', async () => {
  const shell = outerShell(makePlace(), 'dash');
  await shell.prompt();
  const path = await shell.ask('tty');
  await shell.start(RAW);
  await shell.shows('ready');
  const pid = await shell.guard();
  const [dog] = await childrenNamed(pid, 'guard-watchdog');
  execFileSync('stty', ['-F', path, 'sane', '-echo']);
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => existsSync(`/proc/${dog}`), { timeout: 10_000 }).toBe(false);
  expect(execFileSync('stty', ['-a', '-F', path], { encoding: 'utf8' })).toMatch(/ -echo /);
});
