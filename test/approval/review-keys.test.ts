import { expect, it } from 'vitest';
import { KeyReader } from '../../src/approval/key-reader.ts';
import { shapeOf } from '../../src/approval/shape.ts';
import type { Question } from '../../src/approval/types.ts';
import { TypedSequence } from '../../src/terminal/typed-sequence.ts';
import { FakeTerminal, pause } from './fake-terminal.ts';

it.each([
  ['a mode report', '\x1b[?2026;2$', 'y'],
  ['a device control string', '\x1bP1$r0', 'm\x1b\\'],
  ['a paste', '\x1b[200~some te', 'xt\x1b[201~'],
])('gives the agent the end of what it has the start of: %s', (_, start, end) => {
  const typed = new TypedSequence(() => 0);
  typed.see(Buffer.from(start));
  expect(typed.rest(Buffer.from(`${end}n`))).toBe(end.length);
  expect(typed.rest(Buffer.from('y'))).toBe(0);
});

it('leaves a prompt its keys after Escape, and after what only looks like a start', () => {
  let time = 0;
  const typed = new TypedSequence(() => time);
  typed.see(Buffer.from('\x1b'));
  expect(typed.rest(Buffer.from('y'))).toBe(0);
  typed.see(Buffer.from('\x1bP'));
  time = 2000;
  expect(typed.rest(Buffer.from('y'))).toBe(0);
});

it('takes no letter of a text that somebody types slowly for a yes', async () => {
  const terminal = new FakeTerminal();
  const keys = new KeyReader(terminal);
  const { signal } = new AbortController();
  await keys.drain(signal, 1);
  const key = keys.next(signal);
  for (const letter of 'may') {
    terminal.type(letter);
    await pause(200);
  }
  terminal.type('n');
  expect(await key).toBe('no');
});

it('has no group of what is one program and called differently', () => {
  const question = (calledAs: string): Question => ({
    id: 1,
    gate: 'exec',
    title: '',
    argv: ['/bin/busybox', 'x'],
    calledAs,
    cwd: '/',
    ancestry: [],
    verdict: { rule: 'r', reason: '' },
  });
  expect(shapeOf(question('ls'))).not.toBe(shapeOf(question('rm')));
  expect(shapeOf(question('ls'))).toBe(shapeOf(question('ls')));
});
