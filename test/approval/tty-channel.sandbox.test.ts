import { spawn as spawnPlain } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type IPty } from '@lydell/node-pty';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Answer } from '../../src/approval/types.ts';
import { pause } from './fake-terminal.ts';

const ASK = '[y/N]';
let folder: string;
let program: string;
let pty: IPty | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guard-tty-'));
  program = join(folder, 'ask.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'ask-program.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
});
afterEach(() => {
  try {
    pty?.kill('SIGKILL');
  } catch {
    // Ended by itself.
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The program on a new terminal, with all three standard descriptors elsewhere. */
function start(
  name: string,
  { mode = '', script = 'node "$1" "$2" "$3" </dev/null >/dev/null 2>&1' } = {},
) {
  const file = join(folder, `${name}.json`);
  const settings = (when: string) => `stty -g >"${folder}/${name}.${when}"`;
  const words = [
    '-c',
    `${settings('before')}; ${script}; ${settings('after')}`,
    'sh',
    program,
    file,
    mode,
  ];
  const terminal = spawn('sh', words, { cols: 80, rows: 24, env: process.env });
  pty = terminal;
  let screen = '';
  let look = () => {};
  terminal.onData((data) => {
    screen += data;
    look();
  });
  const exited = new Promise<void>((resolve) => terminal.onExit(() => resolve()));
  return {
    terminal,
    exited,
    shows: (text: string) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (screen.includes(text)) resolve();
        };
        look();
      }),
    screen: () => screen,
    answer: () => JSON.parse(readFileSync(file, 'utf8')) as Answer,
    settings: (when: 'before' | 'after') => readFileSync(join(folder, `${name}.${when}`), 'utf8'),
  };
}

it('asks on the terminal, and leaves it as it was', async () => {
  const run = start('yes');
  await run.shows(ASK);
  run.terminal.write('y');
  await run.exited;
  expect(run.answer()).toMatchObject({ outcome: 'allow', by: 'user' });
  expect(run.screen().trimEnd()).toMatch(/allowed once by you: rm -rf src \(fs\.rm\.recursive\)$/);
  expect(run.settings('after')).toBe(run.settings('before'));
});

it('takes nothing typed ahead for an answer', async () => {
  const run = start('ahead', { script: 'sleep 0.5; node "$1" "$2" "$3" </dev/null' });
  // One key only: that several at once are no answer is another rule.
  run.terminal.write('y');
  await run.shows(ASK);
  await pause(300);
  expect(run.screen()).not.toMatch(/allowed|denied/);
  run.terminal.write('n');
  await run.exited;
  expect(run.answer()).toMatchObject({ outcome: 'deny', by: 'user' });
});

it('takes no reply of the terminal for an answer, however it is split', async () => {
  const run = start('reply');
  await run.shows(ASK);
  for (const piece of [
    '\x1b]',
    'l',
    'y',
    '\x07',
    '\x1b[?1;2',
    'y',
    '\x1b[0n',
    '\x1bP',
    'y',
    '\x1b\\',
  ]) {
    run.terminal.write(piece);
    // The first two bytes of a reply come together on any terminal; ESC alone is the Escape key.
    await pause();
  }
  expect(run.screen()).not.toMatch(/allowed|denied/);
  run.terminal.write('y');
  await run.exited;
  expect(run.answer()).toMatchObject({ outcome: 'allow', by: 'user' });
});

it('takes Ctrl-C for a no, not for a signal', async () => {
  const run = start('interrupt');
  await run.shows(ASK);
  run.terminal.write('\x03');
  await run.exited;
  expect(run.answer()).toMatchObject({ outcome: 'deny', by: 'user' });
});

it('puts the terminal back when the process exits in the middle', async () => {
  const run = start('exit', { mode: 'exit' });
  await run.shows(ASK);
  await run.exited;
  expect(run.settings('after')).toBe(run.settings('before'));
});

it('denies in the background, without being stopped', async () => {
  const run = start('background', { script: 'set -m; node "$1" "$2" "$3" </dev/null & wait' });
  await run.exited;
  expect(run.answer()).toMatchObject({ outcome: 'deny', by: 'no-terminal' });
});

it('denies without a terminal', async () => {
  const file = join(folder, 'none.json');
  // `detached` begins a session of its own, which has no controlling terminal.
  const child = spawnPlain(process.execPath, [program, file], { detached: true, stdio: 'ignore' });
  await new Promise((resolve) => child.on('exit', resolve));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    outcome: 'deny',
    by: 'no-terminal',
  });
});

it('denies when the terminal goes away', async () => {
  const run = start('hang-up', {
    script: 'trap "" HUP; node "$1" "$2" "$3" </dev/null >/dev/null 2>&1',
  });
  await run.shows(ASK);
  // Closes the master: the terminal is gone for good.
  (run.terminal as unknown as { destroy(): void }).destroy();
  await expect.poll(() => run.answer(), { timeout: 10_000 }).toMatchObject({ outcome: 'deny' });
});
