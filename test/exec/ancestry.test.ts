import { spawn, type ChildProcess } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { Ancestry } from '../../src/exec/ancestry.ts';
import { parentOf } from '../../src/process-stat.ts';

/** A process whose name would confuse a naive reader of /proc/PID/stat. */
function start(script = 'read line'): ChildProcess & { pid: number } {
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child as ChildProcess & { pid: number };
}

test('knows who started a process', () => {
  expect(parentOf(start().pid)).toBe(process.pid);
  expect(parentOf(2 ** 22 + 1)).toBe(0);
});

test('reads the parent behind a name with brackets and spaces', async () => {
  const child = start('printf ") 1 2 (" >/proc/$$/comm; echo ready; read line');
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  expect(parentOf(child.pid)).toBe(process.pid);
});

test('names the chain from the command of the session down, and nothing above it', () => {
  const ancestry = new Ancestry();
  const child = start();
  ancestry.begin(process.pid, null);
  ancestry.record(process.pid, 'agent');
  ancestry.record(child.pid, 'make');
  expect(ancestry.of(child.pid)).toEqual(['agent', 'make']);
  expect(ancestry.of(process.pid)).toEqual(['agent']);
});

test('calls the command of the session by the name of its agent', () => {
  const ancestry = new Ancestry();
  const child = start();
  ancestry.begin(process.pid, 'codex');
  ancestry.record(process.pid, 'node');
  ancestry.record(child.pid, 'bash');
  expect(ancestry.of(child.pid)).toEqual(['codex', 'bash']);
});

test('takes a process that never executed anything for the one it was forked from', async () => {
  const ancestry = new Ancestry();
  const child = start("exec 3<&0; (echo $(exec sh -c 'echo $PPID'); read line <&3) & wait");
  const forked = await new Promise<number>((resolve) =>
    child.stdout?.once('data', (data: Buffer) => resolve(Number(data))),
  );
  onTestFinished(() => {
    try {
      process.kill(forked, 'SIGKILL');
    } catch {
      // Ended with its shell.
    }
  });
  ancestry.begin(child.pid, null);
  ancestry.record(child.pid, 'sh');
  expect(ancestry.of(forked)).toEqual(['sh']);
});

test('goes on when a process is gone', () => {
  const ancestry = new Ancestry();
  ancestry.begin(1, null);
  expect(ancestry.of(2 ** 22 + 1)).toEqual(['?']);
});
