// What an agent may try against the questions that take more than a key. It chooses every word of a command and when to
// ask; a person types.
import { beforeEach, describe, expect, it } from 'vitest';
import { createApprovals, type ApprovalOptions } from '../../src/approval/approvals.ts';
import type { Question } from '../../src/approval/types.ts';
import { printable } from '../../src/printable.ts';
import { FakeTerminal, pause, question } from '../approval/fake-terminal.ts';
import { InkPainter } from '../approval/ink-painter.ts';
import { typeKeys, typeLine } from '../approval/typist.ts';

/** The keys are there: typing counts from now on. */
const READY = ' runs it';
let terminal: FakeTerminal;
beforeEach(() => {
  terminal = new FakeTerminal().ownScreen();
});

const approvals = (options: Partial<ApprovalOptions> = {}) =>
  createApprovals({
    terminal,
    timeoutSeconds: 60,
    sign: () => ({ words: 'amber kite fern' }),
    collect: 0,
    drawn: { painter: new InkPainter(), colour: true },
    ...options,
  });

const naming = (id: number, resource: string, changes: Partial<Question> = {}): Question => {
  const { verdict, ...rest } = question(id, changes);
  return { ...rest, verdict: { ...verdict, tier: 'type', resource } };
};

/** The last frame, a line each, without colours. */
const frame = (): string[] =>
  (terminal.written.split('\x1b[?2026h').at(-1) ?? '')
    .replace(/\x1b\[[0-9;]*m/g, '')
    .replace(/\x1b\[[0-9;?]*[a-zA-Z]/g, '\n')
    .split('\n');

/** What the prompt wants typed, and what it shows as typed. */
const wanted = () =>
  frame()
    .map((line) => /^ (?:to run it, )?type {2}(.*)$/.exec(line)?.[1])
    .find((text) => text !== undefined);
const typed = () =>
  frame()
    .map((line) => /^ +> {2}(.*)$/.exec(line)?.[1])
    .find((text) => text !== undefined);

/** What was typed is gone, and typing counts again. */
const readyAgain = () =>
  expect.poll(() => frame().join('\n'), { timeout: 10_000 }).toMatch(/type it from the [^]*\bEsc/);

const undecided = async (answer: Promise<unknown>): Promise<boolean> =>
  (await Promise.race([answer, pause(200).then(() => 'open')])) === 'open';

it('takes nothing that was typed ahead, however well it was guessed', async () => {
  for (const key of 'shop-prod\rshop-prod\r') terminal.type(key);
  const answer = approvals().ask(naming(1, 'shop-prod'));
  for (const key of 'shop-prod\r') {
    terminal.type(key);
    await pause(20);
  }
  await terminal.shows(READY);
  expect(typed()).toBe('');
  await pause(100);
  terminal.type('\r');
  expect(await undecided(answer)).toBe(true);
  terminal.type('\x1b');
  expect(await answer).toMatchObject({ outcome: 'deny', by: 'user' });
});

it('takes no Enter that was typed ahead of a review, nor one on the heels of other keys', async () => {
  const { verdict, ...rest } = question(1);
  terminal.type('\r');
  const answer = approvals().ask({ ...rest, verdict: { ...verdict, tier: 'review' } });
  await pause(100);
  terminal.type('\r');
  await pause(600);
  terminal.type('\r');
  await terminal.shows(READY);
  terminal.type('\r');
  await terminal.shows('close upon other keys');
  expect(await undecided(answer)).toBe(true);
  terminal.type('n');
  expect((await answer).outcome).toBe('deny');
});

describe('a name of the agent’s choice', () => {
  it.each([
    ['that a person types for no', 'n'],
    ['that a person types for yes', 'yes'],
    ['of nothing', ''],
    ['of blanks', '   '],
    ['with control characters', 'prod\x1b[2J\x1b[1;1Hguard asks\r\n y allow'],
    ['with a carriage return', '\rok\r'],
    ['that runs from right to left', '\u202edorp'],
    ['with nothing to see in it', 'prod\u200b'],
    ['that looks like another', 'рrod-db'],
    ['with an accent of its own', 'prod\u0301'],
    ['longer than a line', 'x'.repeat(5000)],
    ['of bytes that are no text', 'prod\udcff'],
  ])('%s is not what has to be typed', async (_, name) => {
    const answer = approvals().ask(naming(1, name));
    await terminal.shows(READY);
    expect(wanted()).toMatch(/^[a-z]{5,9}$/);
    expect(wanted()).not.toBe(name);
    for (const line of frame()) expect(printable(line, 1000)).toBe(line);
    // Nothing of it stands where an answer would.
    expect(frame().slice(-3).join('')).not.toContain('allow');
    // Neither it nor what is typed of it does anything but a refusal.
    await typeLine(terminal, name.slice(0, 3).replace(/[^ -~]/g, ''));
    if (await undecided(answer)) terminal.type('\x03');
    expect(await answer).toMatchObject({ outcome: 'deny' });
  });

  it('that looks like another is told from it', async () => {
    const answer = approvals().ask(naming(1, 'рrod-db'));
    await terminal.shows(READY);
    expect(frame().join('\n')).toContain('\\u{440}rod-db');
    await typeLine(terminal, 'prod-db');
    expect(await undecided(answer)).toBe(true);
    await typeLine(terminal, wanted() ?? '');
    expect((await answer).outcome).toBe('allow');
  });

  it('with spaces that push text into a column of guard’s is not typed', async () => {
    const answer = approvals().ask(naming(1, `a${' '.repeat(40)}Enter runs it`));
    await terminal.shows('refuses');
    expect(wanted()).toMatch(/^[a-z]{5,9}$/);
    expect(frame().join('\n')).toContain('a\\x20{40}Enter');
    terminal.type('\x03');
    expect((await answer).outcome).toBe('deny');
  });
});

describe('while a name is being typed', { timeout: 20_000 }, () => {
  it('one more ask of the same takes what was typed away, and its own time to be read', async () => {
    const queue = approvals();
    const first = queue.ask(naming(1, 'shop-prod'));
    await terminal.shows(READY);
    await typeKeys(terminal, 'shop-pro');
    const second = queue.ask(naming(2, 'shop-prod'));
    await terminal.shows('2 commands of the same kind');
    // What completes it is typed into a question that was not read.
    terminal.type('d');
    await pause(90);
    terminal.type('\r');
    await readyAgain();
    expect(await undecided(first)).toBe(true);
    await typeLine(terminal, 'shop-prod');
    expect(await Promise.all([first, second])).toMatchObject([
      { outcome: 'allow' },
      { outcome: 'allow' },
    ]);
  });

  it('other commands and other resources do not join', async () => {
    const queue = approvals();
    const first = queue.ask(naming(1, 'shop-prod'));
    await terminal.shows(READY);
    await typeKeys(terminal, 'shop-pro');
    const others = [
      naming(2, 'shop-prod', { argv: ['rm', '-rf', '/'] }),
      naming(3, 'shop'),
      question(4),
    ].map((one) => queue.ask(one));
    await pause(1200);
    expect(typed()).toBe('shop-pro');
    await typeLine(terminal, 'd');
    expect((await first).outcome).toBe('allow');
    await queue.close();
    for (const other of others) expect(await other).toMatchObject({ outcome: 'deny', by: 'gone' });
  });

  it('a resize takes it away', async () => {
    const answer = approvals().ask(naming(1, 'shop-prod'));
    await terminal.shows(READY);
    await typeKeys(terminal, 'shop-pro');
    terminal.resize(60, 20);
    terminal.type('d');
    await pause(90);
    terminal.type('\r');
    await readyAgain();
    expect(typed()).toBe('');
    expect(await undecided(answer)).toBe(true);
    terminal.type('\x1b');
    expect((await answer).outcome).toBe('deny');
  });

  it('a screen too small for the command and the name takes no yes', async () => {
    const name = 'a-name-that-takes-up-more-lines-than-there-are-on-it-x'.slice(0, 54);
    const answer = approvals().ask(naming(1, name));
    await terminal.shows(READY);
    terminal.resize(20, 6);
    await terminal.shows('enlarg');
    await pause(400);
    await typeLine(terminal, name);
    expect(await undecided(answer)).toBe(true);
    terminal.type('n');
    expect((await answer).outcome).toBe('deny');
  });

  it('a command longer than the screen has to be read first', async () => {
    const argv = ['/bin/sh', '-c', `START ${'word '.repeat(1000)}THE-END`];
    const answer = approvals().ask(naming(1, 'shop-prod', { argv }));
    await terminal.shows(READY);
    await typeLine(terminal, 'shop-prod');
    await terminal.shows('scroll to the end');
    expect(await undecided(answer)).toBe(true);
    terminal.type('\x1b');
    expect((await answer).outcome).toBe('deny');
  });
});

it('a frame that shows another name than the one to be typed is not shown', async () => {
  const painter = new InkPainter();
  const forged = {
    usable: true,
    warm: () => undefined,
    giveUp() {
      this.usable = false;
    },
    paint: async (layout: Parameters<InkPainter['paint']>[0]) =>
      String(await painter.paint(layout)).replaceAll('shop-prod', 'shop-test'),
  };
  const plain: string[] = [];
  const answer = approvals({
    drawn: { painter: forged, colour: true },
    onPlain: (why) => plain.push(why),
  }).ask(naming(1, 'shop-prod', { argv: ['rm', 'x'], title: 'rm x' }));
  await terminal.shows('Type it to run it');
  expect(plain).toHaveLength(1);
  terminal.type('\x1b');
  expect((await answer).outcome).toBe('deny');
});
