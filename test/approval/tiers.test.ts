import { beforeEach, describe, expect, it } from 'vitest';
import { createApprovals, type ApprovalOptions } from '../../src/approval/approvals.ts';
import { challengeFor, shownResource } from '../../src/approval/challenge.ts';
import { shapeOf } from '../../src/approval/shape.ts';
import type { Fact, Question } from '../../src/approval/types.ts';
import type { Tier } from '../../src/policy/types.ts';
import type { DecisionEvent } from '../../src/session/events.ts';
import { FakeTerminal, pause, question } from './fake-terminal.ts';
import { InkPainter } from './ink-painter.ts';
import { typeKeys, typeLine } from './typist.ts';

/** Longer than a prompt with Enter stands before it can be answered. */
const REVIEW_SETTLES = 1200;
let terminal: FakeTerminal;
let recorded: DecisionEvent[];
beforeEach(() => {
  terminal = new FakeTerminal();
  recorded = [];
});

const approvals = (options: Partial<ApprovalOptions> = {}) => {
  const own = recorded;
  return createApprovals({
    terminal,
    timeoutSeconds: 30,
    sign: () => ({ words: 'amber kite fern' }),
    collect: 0,
    record: (decision) => own.push(decision),
    ...options,
  });
};

const asked = (id: number, tier: Tier, changes: Partial<Question> = {}): Question => {
  const { verdict, ...rest } = question(id, changes);
  return { ...rest, verdict: { resource: 'shop-prod', ...verdict, tier } };
};

const drawn = () => ({ drawn: { painter: new InkPainter(), colour: false } });

describe.each([
  { kind: 'drawn', how: drawn, review: ' runs it', type: ' runs it' },
  { kind: 'plain', how: () => ({}), review: 'Enter runs it', type: 'Type it to run it' },
])('a question that is $kind', ({ kind, how, review, type }) => {
  beforeEach(() => {
    if (kind === 'drawn') terminal.ownScreen();
  });

  describe('for review', () => {
    it('runs with Enter, once what was measured is there', async () => {
      let measured: (facts: Fact[]) => void = () => undefined;
      const facts = () => new Promise<Fact[]>((resolve) => (measured = resolve));
      const answer = approvals(how()).ask(asked(1, 'review', { facts }));
      if (kind === 'drawn') {
        await terminal.shows('measuring');
        await pause(REVIEW_SETTLES);
        terminal.type('\r');
        await terminal.shows('still measuring');
        measured([{ label: 'removes', text: '12 files' }]);
      } else setTimeout(() => measured([{ label: 'removes', text: '12 files' }]), 100);
      await terminal.shows('12 files');
      await pause(REVIEW_SETTLES);
      expect(recorded).toEqual([]);
      terminal.type('\r');
      expect(await answer).toMatchObject({ outcome: 'allow', by: 'user' });
    });

    it.each(['y', 'a', 'yes\r', '\r\r', '\x1b[13u', '\x1b[200~\r\x1b[201~'])(
      'does not run with %j',
      async (keys) => {
        const answer = approvals(how()).ask(asked(1, 'review', { keep: 'x' }));
        await terminal.shows(review);
        terminal.type(keys);
        await pause();
        expect(recorded).toEqual([]);
        terminal.type('n');
        expect(await answer).toMatchObject({ outcome: 'deny', by: 'user' });
      },
    );

    it('takes no Enter that ends some other text', async () => {
      const answer = approvals(how()).ask(asked(1, 'review'));
      await terminal.shows(review);
      terminal.type('m');
      await pause(700);
      terminal.type('\r');
      await pause();
      expect(recorded).toEqual([]);
      terminal.type('n');
      expect((await answer).outcome).toBe('deny');
    });

    it.each(['n', '\x1b', '\x03'])('is refused by %j', async (key) => {
      const answer = approvals(how()).ask(asked(1, 'review'));
      await terminal.shows(review);
      terminal.type(key);
      expect(await answer).toMatchObject({ outcome: 'deny', by: 'user' });
    });
  });

  describe('for a name', () => {
    it('runs when the name is typed, and tells what is wrong', async () => {
      const answer = approvals(how()).ask(asked(1, 'type'));
      await terminal.shows(type);
      await typeLine(terminal, 'shop-prof');
      await terminal.shows(kind === 'drawn' ? 'Nothing was done' : 'was not it');
      await typeLine(terminal, 'shop-prodd\x7f');
      expect(await answer).toMatchObject({ outcome: 'allow', by: 'user' });
    });

    it.each(['y', 'a', 'd', '\r', 'n', 'yes'])('is not answered by %j alone', async (keys) => {
      const answer = approvals(how()).ask(asked(1, 'type'));
      await terminal.shows(type);
      await typeKeys(terminal, keys);
      await pause();
      expect(recorded).toEqual([]);
      terminal.type('\x1b');
      expect(await answer).toMatchObject({ outcome: 'deny', by: 'user' });
    });

    it('is refused by n and Enter, as everywhere', async () => {
      const answer = approvals(how()).ask(asked(1, 'type'));
      await terminal.shows(type);
      await typeLine(terminal, 'n');
      expect(await answer).toMatchObject({ outcome: 'deny', by: 'user' });
    });

    it.each([
      ['a paste', '\x1b[200~shop-prod\x1b[201~'],
      ['what comes in one piece', 'shop-prod'],
    ])('does not take %s', async (_, text) => {
      const answer = approvals(how()).ask(asked(1, 'type'));
      await terminal.shows(type);
      terminal.type(text);
      await pause();
      terminal.type('\r');
      await pause();
      expect(recorded).toEqual([]);
      terminal.type('\x03');
      expect((await answer).outcome).toBe('deny');
    });
  });
});

describe('what has to be typed', () => {
  it('is the name where it can be typed', () => {
    for (const name of ['shop-prod', 'src', 'my db', 'arn:aws:s3:::x/*', 'x'.repeat(60)])
      expect(challengeFor(name)).toEqual({ text: name, isName: true });
  });

  it.each([
    ...['', 'n', 'NO', 'y', 'yes', 'ok', '/', '.', 'a\tb', 'a  b', ' ab', 'abc ', 'x'.repeat(61)],
    ...['рrod', 'naïve', 'a\u202eb', 'a\u200bb', 'a\nb', '\x1b[31m', 'Ｐrod'],
  ])('is a word of guard’s in place of %j', (name) => {
    const { text, isName } = challengeFor(name);
    expect(isName).toBe(false);
    expect(text).toMatch(/^[a-z]{5,9}$/);
  });

  it('is another word for another prompt', () => {
    const words = new Set(Array.from({ length: 50 }, () => challengeFor('').text));
    expect(words.size).toBeGreaterThan(5);
  });

  it('is shown with letters of other alphabets written out', () => {
    expect(shownResource('рrod', 100)).toBe('\\u{440}rod (it looks like рrod)');
    expect(shownResource('prod', 100)).toBe('prod');
  });
});

describe('a group', () => {
  it('never mixes tiers, nor resources or commands at the top', () => {
    const shapes = [
      asked(1, 'confirm'),
      asked(1, 'review'),
      asked(1, 'type'),
      asked(1, 'type', { verdict: { rule: 'fs.rm.recursive', reason: '', resource: 'other' } }),
      asked(1, 'type', { argv: ['rm', '-fr', 'src'] }),
    ].map(shapeOf);
    expect(new Set(shapes).size).toBe(shapes.length);
    const two = [asked(1, 'review'), asked(2, 'review', { argv: ['rm', '-rf', 'lib'] })];
    expect(new Set(two.map(shapeOf)).size).toBe(1);
  });

  it('holds no more for review than what is measured', async () => {
    terminal.ownScreen();
    const queue = approvals({ ...drawn(), collect: 20 });
    const all = Array.from({ length: 10 }, (_, id) =>
      queue.ask(asked(id, 'review', { argv: ['rm', String(id)] })),
    );
    await terminal.shows('8 commands of the same kind');
    await pause(REVIEW_SETTLES);
    terminal.type('\r');
    await Promise.all(all.slice(0, 8));
    expect(recorded.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await queue.close();
  });
});

describe('a yes that is kept', () => {
  const kept = (id: number, changes: Partial<Question> = {}) =>
    asked(id, 'confirm', { keep: 'file:1', ...changes });

  it('allows exactly the same again without asking, and without a terminal', async () => {
    const queue = approvals();
    const first = queue.ask(kept(1));
    await terminal.shows('[y/a/N]');
    terminal.type('a');
    expect(await first).toMatchObject({ outcome: 'allow', by: 'user' });
    terminal.state = 'no-terminal';
    expect(await queue.ask(kept(2))).toMatchObject({ outcome: 'allow', by: 'user-earlier' });
    // Through whom it comes says nothing about what it does.
    const through = { ancestry: ['codex', 'make'] };
    expect(await queue.ask(kept(3, through))).toMatchObject({ outcome: 'allow' });
    const others: Partial<Question>[] = [
      { argv: ['rm', '-rf', 'src', 'x'] },
      { cwd: '/elsewhere' },
      { keep: 'file:2' },
      { calledAs: 'x' },
      { made: 'x' },
      { verdict: { rule: 'other', reason: '' } },
    ];
    for (const [index, change] of others.entries())
      expect(await queue.ask(kept(10 + index, change)), JSON.stringify(change)).toMatchObject({
        outcome: 'deny',
        by: 'no-terminal',
      });
    const harder = { ...kept(20), verdict: { ...kept(20).verdict, tier: 'review' as const } };
    expect(await queue.ask(harder)).toMatchObject({ outcome: 'deny' });
    expect(recorded.slice(0, 2)).toMatchObject([{ by: 'user' }, { by: 'user-earlier' }]);
    expect(terminal.written).toContain('allowed from now on by you');
  });

  it('is not offered where it cannot be told what would run, nor above one key', async () => {
    const queue = approvals();
    const first = queue.ask(asked(1, 'confirm'));
    await terminal.shows('[y/N]');
    terminal.type('a');
    await pause();
    expect(recorded).toEqual([]);
    terminal.type('n');
    expect((await first).outcome).toBe('deny');
  });
});

describe('a command that is refused again and again', () => {
  it('takes more for a yes each second time, and then is not asked about', async () => {
    let time = 0;
    const queue = approvals({ now: () => time });
    const refuse = async (id: number, shows: string, times: number) => {
      time += 10_000;
      const answer = queue.ask(asked(id, 'confirm'));
      await terminal.shows(shows, times);
      await pause(20);
      terminal.type('\x1b');
      return answer;
    };
    for (const [id, shows, times] of [
      [1, '[y/N]', 1],
      [2, '[y/N]', 2],
      [3, 'Enter runs it', 1],
      [4, 'Enter runs it', 2],
      [5, 'Type it to run it', 1],
    ] as const)
      expect(await refuse(id, shows, times)).toMatchObject({ outcome: 'deny', by: 'user' });
    expect(terminal.written).toContain('you refused this 4 times');
    time += 10_000;
    expect(await queue.ask(asked(6, 'confirm'))).toMatchObject({
      outcome: 'deny',
      by: 'user-earlier',
    });
    // Of the same rule and resource, by other words; and another resource altogether.
    const other = { argv: ['rm', '-fr', 'src'] };
    expect(await queue.ask(asked(7, 'confirm', other))).toMatchObject({ by: 'user-earlier' });
    const elsewhere = {
      ...other,
      verdict: { rule: 'fs.rm.recursive', reason: '', resource: 'x-y' },
    };
    const answer = queue.ask(asked(8, 'confirm', elsewhere));
    await terminal.shows('[y/N]', 3);
    terminal.type('y');
    expect((await answer).outcome).toBe('allow');
    expect(recorded.map(({ tier }) => tier)).toEqual([
      ...[undefined, undefined, 'review', 'review', 'type', undefined, undefined, undefined],
    ]);
  });

  it('is not counted when nobody answered', async () => {
    const queue = approvals({ timeoutSeconds: 0.3 });
    for (const id of [1, 2, 3])
      expect(await queue.ask(asked(id, 'confirm'))).toMatchObject({ by: 'timeout' });
    expect(terminal.written).not.toContain('Enter runs it');
  });

  it('is asked about twice at most where the rule itself wants the name', async () => {
    let time = 0;
    const queue = approvals({ now: () => time });
    for (const id of [1, 2]) {
      time += 10_000;
      const answer = queue.ask(asked(id, 'type'));
      await terminal.shows('Type it to run it', id);
      terminal.type('\x1b');
      expect(await answer).toMatchObject({ by: 'user' });
    }
    time += 10_000;
    expect(await queue.ask(asked(3, 'type'))).toMatchObject({ by: 'user-earlier' });
  });
});
