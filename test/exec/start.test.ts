import { spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readFormat } from '../../src/exec/formats.ts';
import { describe as describeFile, release } from '../../src/exec/held-call.ts';
import { ProgramIdentity } from '../../src/exec/identity.ts';
import { startedInstead, type Start } from '../../src/exec/start.ts';

const identity = new ProgramIdentity(['sleep'], ['/usr/bin', '/bin']);
/** open(2) */
const O_PATH = 0o10000000;
const SLEEP = realpathSync('/bin/sleep');

function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'guard-test-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A process that has been started, and what a judge would have seen that starts it. */
async function running(
  program: string,
  args: string[],
  cwd: string,
): Promise<{ pid: number; start: Start }> {
  const child = spawn(program, args, { cwd, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.once('spawn', resolve));
  const pid = child.pid ?? 0;
  const words = () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  // `spawn` comes when the kernel closes what exec closes, which is before it lays the arguments out: execve(2).
  while (words().length === 0) await new Promise(setImmediate);
  const file = statSync(`/proc/${pid}/exe`);
  const argv = words();
  const called = { path: SLEEP, filename: program, argv: [program, ...args], file };
  return { pid, start: { file, argv, cwd, called } };
}

it('takes what was judged for what was judged', async () => {
  const { pid, start } = await running(SLEEP, ['60'], '/');
  expect(startedInstead(pid, start, identity)).toBeNull();
});

it.each<[string, (start: Start) => Partial<Start>]>([
  ['another word', () => ({ argv: [SLEEP, '61'] })],
  ['a word more', () => ({ argv: [SLEEP, '60', ''] })],
  ['a word less', () => ({ argv: [SLEEP] })],
  ['two words in one', () => ({ argv: [`${SLEEP}60`] })],
  ['another folder', () => ({ cwd: '/tmp' })],
  ['another file', ({ file }) => ({ file: { ...file, ino: file.ino + 1 } })],
  ['a file of another disk', ({ file }) => ({ file: { ...file, dev: file.dev + 1 } })],
])('tells %s from what was judged', async (_, change) => {
  const { pid, start } = await running(SLEEP, ['60'], '/');
  expect(startedInstead(pid, { ...start, ...change(start) }, identity)).toEqual({
    path: SLEEP,
    names: ['sleep'],
    argv: [SLEEP, '60'],
    cwd: '/',
  });
});

it('tells a process that is gone from what was judged', async () => {
  const { start } = await running(SLEEP, ['60'], '/');
  expect(startedInstead(0x3fffff, start, identity)?.argv).toEqual([]);
});

it('tells a copy that was written over from what was judged, by its content alone', async () => {
  const folder = makeFolder();
  const program = join(folder, 'program');
  copyFileSync(SLEEP, program);
  const { pid, start } = await running(program, ['60'], folder);
  const called = { ...start.called, path: program };
  const file = describeFile(openSync(program, O_PATH));
  onTestFinished(() => release(file));
  identity.names(file, program);
  expect(startedInstead(pid, { ...start, called }, identity)).toBeNull();
  // Nothing was known of it when it was judged: it was as long as no known program.
  const before = { ...start.file, size: start.file.size + 1 };
  expect(startedInstead(pid, { ...start, called, file: before }, identity)?.path).toBe(program);
  // A link more changes its times, and nothing else.
  const stranger = new ProgramIdentity([], []);
  const linked = { ...start.file, ctimeMs: start.file.ctimeMs - 1 };
  expect(startedInstead(pid, { ...start, called, file: linked }, stranger)).toBeNull();
});

it('looks for a script where its interpreter will', async () => {
  const folder = makeFolder();
  const program = join(folder, 'script');
  const text = '#!/bin/sh\nwhile :; do sleep 60; done\n';
  writeFileSync(program, text, { mode: 0o755 });
  const { pid, start } = await running(program, [], folder);
  const called = { ...start.called, path: program, file: statSync(program) };
  expect(startedInstead(pid, { ...start, called }, identity)).toBeNull();
  renameSync(program, join(folder, 'other'));
  expect(startedInstead(pid, { ...start, called }, identity)?.argv[1]).toBe(program);
  writeFileSync(program, text, { mode: 0o755 });
  expect(startedInstead(pid, { ...start, called }, identity)?.argv[1]).toBe(program);
});

it.each([
  [
    'enabled\ninterpreter /usr/bin/qemu-arm\nflags: PF\noffset 0\nmagic 7f45\n',
    { interpreter: '/usr/bin/qemu-arm', keepsName: true },
  ],
  [
    'enabled\ninterpreter /init\nflags: F\nextension .exe\n',
    { interpreter: '/init', keepsName: false },
  ],
  ['disabled\ninterpreter /init\nflags: P\n', null],
  ['enabled\n', null],
])('reads a registered format: %j', (text, format) => {
  expect(readFormat(text)).toEqual(format);
});
