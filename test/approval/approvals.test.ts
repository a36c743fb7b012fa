import { beforeEach, describe, expect, it } from 'vitest';
import { createApprovals, type ApprovalOptions } from '../../src/approval/approvals.ts';
import type { DecisionEvent } from '../../src/session/events.ts';
import { FakeTerminal, pause, question } from './fake-terminal.ts';

const ASK = '[y/N]';
let terminal: FakeTerminal;
let recorded: DecisionEvent[];
beforeEach(() => {
  terminal = new FakeTerminal();
  recorded = [];
});

const approvals = (options: Partial<ApprovalOptions> = {}) =>
  createApprovals({
    terminal,
    timeoutSeconds: 30,
    sign: () => ({ words: 'amber kite fern' }),
    collect: 0,
    record: (decision) => recorded.push(decision),
    ...options,
  });

const other = (id: number) =>
  question(id, { title: `rm ${id}`, argv: ['rm', String(id)], cwd: '/elsewhere' });

describe('an answer', () => {
  it('is yes for y, recorded, and leaves one line', async () => {
    const asked = approvals().ask(question(1));
    await terminal.shows(ASK);
    expect(terminal.written).toContain('rm -rf src');
    terminal.type('y');
    expect(await asked).toMatchObject({ outcome: 'allow', by: 'user' });
    await pause(10);
    expect(terminal.written.trimEnd().split('\x1b[J').at(-1)).toBe(
      'guard: allowed once by you: rm -rf src (fs.rm.recursive)',
    );
    expect(recorded).toMatchObject([{ type: 'decision', id: 1, outcome: 'allow', by: 'user' }]);
    expect([terminal.acquired, terminal.released]).toEqual([1, 1]);
  });

  it('is no when it cannot be recorded', async () => {
    const record = () => {
      throw new Error('disk full');
    };
    const asked = approvals({ record }).ask(question(1));
    await terminal.shows(ASK);
    terminal.type('y');
    expect(await asked).toMatchObject({ outcome: 'deny' });
  });

  it('is no when the terminal hangs up', async () => {
    const asked = approvals().ask(question(1));
    await terminal.shows(ASK);
    terminal.hangUp();
    expect((await asked).outcome).toBe('deny');
  });

  it('is no when the terminal cannot be taken', async () => {
    terminal.failing = true;
    expect(await approvals().ask(question(1))).toMatchObject({
      outcome: 'deny',
      by: 'no-terminal',
    });
  });

  it.each(['no-terminal', 'full-screen'] as const)('is no at once: %s', async (state) => {
    terminal.state = state;
    expect(await approvals().ask(question(1))).toMatchObject({ outcome: 'deny', by: state });
    expect(terminal.acquired).toBe(0);
  });

  it('is no after the time is up, and a later y changes nothing', async () => {
    const queue = approvals({ timeoutSeconds: 0.4 });
    const asked = queue.ask(question(1));
    await terminal.shows(ASK);
    expect(await asked).toMatchObject({ outcome: 'deny', by: 'timeout' });
    terminal.type('y');
    await queue.close();
    expect(recorded).toHaveLength(1);
    expect(terminal.written).toContain('denied because nobody answered in time');
    expect(terminal.released).toBe(1);
  });
});

describe('the queue', () => {
  it('asks one at a time, in order', async () => {
    const queue = approvals();
    const [first, second] = [queue.ask(question(1)), queue.ask(other(2))];
    await terminal.shows(ASK);
    expect(terminal.written).not.toContain('rm 2');
    terminal.type('n');
    expect((await first).outcome).toBe('deny');
    await terminal.shows(ASK, 2);
    terminal.type('y');
    expect((await second).outcome).toBe('allow');
  });

  it('does not hand a y for one question to the next', async () => {
    const queue = approvals();
    const [first, second] = [queue.ask(question(1)), queue.ask(other(2))];
    await terminal.shows(ASK);
    terminal.type('y');
    expect((await first).outcome).toBe('allow');
    terminal.type('y');
    await terminal.shows(ASK, 2);
    await pause();
    expect(recorded).toHaveLength(1);
    terminal.type('n');
    expect((await second).outcome).toBe('deny');
  });

  it('is bounded', async () => {
    const queue = approvals({ queueLimit: 2 });
    const asked = [1, 2].map((id) => queue.ask(other(id)));
    expect(await queue.ask(other(3))).toMatchObject({ outcome: 'deny', by: 'queue-full' });
    await queue.close();
    for (const answer of asked) expect(await answer).toMatchObject({ outcome: 'deny', by: 'gone' });
  });

  it('drops a question whose asker died, shown or waiting', async () => {
    const queue = approvals();
    const [shown, waiting, last] = [question(1), other(2), other(3)].map((q) => queue.ask(q));
    await terminal.shows(ASK);
    queue.cancel(2);
    expect(await waiting).toMatchObject({ outcome: 'deny', by: 'gone' });
    queue.cancel(1);
    expect(await shown).toMatchObject({ outcome: 'deny', by: 'gone' });
    await terminal.shows(ASK, 2);
    expect(terminal.written).not.toContain('rm 2');
    terminal.type('y');
    expect((await last)?.outcome).toBe('allow');
    queue.cancel(3);
    queue.cancel(99);
    expect(recorded).toHaveLength(3);
  });

  it('refuses once closed', async () => {
    const queue = approvals();
    await queue.close();
    expect(await queue.ask(question(1))).toMatchObject({ outcome: 'deny', by: 'gone' });
  });
});

describe('asks of one shape', () => {
  it('are one prompt, one answer and a record each', async () => {
    const queue = approvals({ collect: 50 });
    const asked = [1, 2, 3].map((id) => queue.ask(other(id)));
    const elsewhere = queue.ask(question(4, { cwd: '/' }));
    await terminal.shows(ASK);
    expect(terminal.written).toContain('3 commands of the same kind');
    for (const id of [1, 2, 3]) expect(terminal.written).toContain(`rm ${id}`);
    terminal.type('y');
    for (const answer of asked)
      expect(await answer).toMatchObject({ outcome: 'allow', by: 'user' });
    await terminal.shows(ASK, 2);
    terminal.type('n');
    expect((await elsewhere).outcome).toBe('deny');
    expect(recorded.map(({ id, outcome }) => [id, outcome])).toEqual([
      [1, 'allow'],
      [2, 'allow'],
      [3, 'allow'],
      [4, 'deny'],
    ]);
  });

  it('are not allowed by a yes that was given before they were listed', async () => {
    const queue = approvals();
    const first = queue.ask(other(1));
    await terminal.shows(ASK);
    const second = queue.ask(other(2));
    terminal.type('y');
    expect((await first).outcome).toBe('allow');
    await terminal.shows(ASK, 2);
    expect(recorded.map(({ id }) => id)).toEqual([1]);
    terminal.type('n');
    expect((await second).outcome).toBe('deny');
  });

  it('join a list that is shown only with a settle time of their own', async () => {
    const queue = approvals();
    const first = queue.ask(other(1));
    await terminal.shows(ASK);
    const second = queue.ask(other(2));
    await terminal.shows('2 commands of the same kind');
    // The new list stands there, and what answers it does not yet.
    terminal.type('y');
    await terminal.shows(ASK, 2);
    expect(recorded).toEqual([]);
    terminal.type('y');
    expect((await first).outcome).toBe('allow');
    expect((await second).outcome).toBe('allow');
  });

  it('are denied together, those included that wait', async () => {
    const queue = approvals();
    const first = queue.ask(other(1));
    await terminal.shows(ASK);
    const rest = Array.from({ length: 50 }, (_, id) => queue.ask(other(100 + id)));
    terminal.type('n');
    for (const answer of [first, ...rest])
      expect(await answer).toMatchObject({ outcome: 'deny', by: 'user' });
    await queue.close();
    expect(terminal.acquired).toBe(1);
  });

  it('leave the list when their asker dies, and the prompt closes with the last', async () => {
    const queue = approvals({ collect: 50 });
    const asked = [1, 2].map((id) => queue.ask(other(id)));
    await terminal.shows('2 commands of the same kind');
    queue.cancel(1);
    await terminal.shows(ASK);
    queue.cancel(2);
    for (const answer of asked) expect(await answer).toMatchObject({ outcome: 'deny', by: 'gone' });
    await queue.close();
    expect(terminal.written).toContain('denied because the asker is gone');
    expect(terminal.released).toBe(1);
  });

  it('are denied for the rest of the session by d, without asking', async () => {
    const queue = approvals();
    const first = queue.ask(other(1));
    await terminal.shows(ASK);
    terminal.type('d');
    expect(await first).toMatchObject({ outcome: 'deny', by: 'user' });
    expect(await queue.ask(other(2))).toMatchObject({ outcome: 'deny', by: 'user-earlier' });
    const another = queue.ask(question(3));
    await terminal.shows(ASK, 2);
    expect(terminal.acquired).toBe(2);
    terminal.type('y');
    expect((await another).outcome).toBe('allow');
    expect(terminal.written).toContain('denied from now on by you: rm 1');
  });
});

it('takes a no for the same command again at once: a shell tries every folder of PATH', async () => {
  let time = 0;
  const queue = approvals({ now: () => time });
  const first = queue.ask(other(1));
  await terminal.shows(ASK);
  terminal.type('n');
  expect((await first).outcome).toBe('deny');
  expect(await queue.ask(other(1))).toMatchObject({ outcome: 'deny', by: 'user-earlier' });
  time += 3000;
  const later = queue.ask(other(1));
  await terminal.shows(ASK, 2);
  terminal.type('y');
  expect((await later).outcome).toBe('allow');
});
