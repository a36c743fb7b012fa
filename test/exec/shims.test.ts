import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { ShimOrder } from '../../src/exec/protocol.ts';
import type { ExecRequest } from '../../src/policy/types.ts';
import { describe as describeFile } from '../../src/exec/held-call.ts';
import { mayBeBrokered, Shims } from '../../src/exec/shims.ts';

const order = (change: Partial<ShimOrder> = {}): ShimOrder => ({
  broker: 'git',
  program: 'git',
  file: '1:1',
  real: '/bin/sh',
  over: true,
  words: ['push', 'fetch'],
  calls: '/nowhere',
  ...change,
});

it.each([
  ['git', ['git', 'push'], true],
  ['git', ['git', '-C', 'x', 'push', 'origin'], true],
  ['git', ['push'], true],
  ['git-push', ['git-push'], true],
  ['git', ['git-fetch'], true],
  ['git', ['git', 'status'], false],
  ['git', ['git'], false],
  ['git', [], false],
])('sees whether a call may be a broker’s: %s %j', (called, argv, expected) => {
  expect(mayBeBrokered(order(), called, argv)).toBe(expected);
});

it('takes every call for one, where no words tell', () => {
  for (const argv of [[], ['gh'], ['gh', '--help']])
    expect(mayBeBrokered(order({ words: null }), 'gh', argv)).toBe(true);
});

function shell() {
  const fd = openSync('/bin/sh', 'r');
  onTestFinished(() => closeSync(fd));
  return describeFile(fd);
}

const request = (argv: string[], cwd = '/repo'): ExecRequest => ({
  ...{ kind: 'exec', path: '/bin/sh', names: ['sh'], repository: '/repo', home: '/home' },
  ...{ argv, cwd },
});

it('lets pass exactly what was judged, once, and only that process', () => {
  const shims = new Shims([order()]);
  const caller = { pid: 7, inside: 3, nested: false };
  const judged = request(['git', 'log', '-1']);
  const real = shell();
  const passes = (pid: number, argv: string[], cwd?: string) =>
    shims.passes(pid, real, request(argv, cwd));
  shims.pass(caller, order(), judged);
  expect(passes(8, ['git', 'log', '-1'])).toBe(false);
  expect(passes(7, ['/run/guard/real/git/git', 'log', '-1'])).toBe(true);
  expect(passes(7, ['git', 'log', '-1'])).toBe(false);
  for (const [argv, cwd] of [
    [['git', 'log', '-2'], '/repo'],
    [['git', 'log'], '/repo'],
    [['git', 'log', '-1'], '/other'],
  ] as const) {
    shims.pass(caller, order(), judged);
    expect(passes(7, [...argv], cwd)).toBe(false);
    // What differed has used it up.
    expect(passes(7, ['git', 'log', '-1'])).toBe(false);
  }
});

it('lets no other command pass by the name that the program is started by', () => {
  const shims = new Shims([order()]);
  const caller = { pid: 7, inside: 3, nested: false };
  const passes = (judged: string, started: string) => {
    shims.pass(caller, order(), request([judged, '-fdx']));
    return shims.passes(7, shell(), request([started, '-fdx']));
  };
  expect(passes('git-clean', '/run/guard/real/git/git-clean')).toBe(true);
  expect(passes('git', 'git-clean')).toBe(false);
  expect(passes('git-status', '/run/guard/real/git/git')).toBe(false);
});

it('takes away an answer that is left from an earlier process of that number', () => {
  const calls = mkdtempSync(join(tmpdir(), 'guard-calls-'));
  onTestFinished(() => rmSync(calls, { recursive: true }));
  writeFileSync(join(calls, '3'), '');
  const shims = new Shims([order({ calls })]);
  const pass = (nested: boolean) =>
    shims.pass({ pid: 7, inside: 3, nested }, order({ calls }), request(['git']));
  // In a namespace of its own that number says nothing.
  expect(() => pass(true)).toThrow('belongs to another call');
  pass(false);
  expect(existsSync(join(calls, '3'))).toBe(false);
});
