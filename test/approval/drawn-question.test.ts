import { beforeEach, describe, expect, it } from 'vitest';
import { createApprovals, type ApprovalOptions } from '../../src/approval/approvals.ts';
import type { Fact } from '../../src/approval/types.ts';
import { FakeTerminal, pause, question } from './fake-terminal.ts';
import { InkPainter } from './ink-painter.ts';

const KEYS = 'allow once';
const SIGN = 'amber kite fern';
let terminal: FakeTerminal;
beforeEach(() => {
  terminal = new FakeTerminal().ownScreen();
});

function approvals(options: Partial<ApprovalOptions> = {}, painter = new InkPainter()) {
  return createApprovals({
    terminal,
    timeoutSeconds: 30,
    sign: () => ({ words: SIGN }),
    collect: 0,
    drawn: { painter, colour: true },
    ...options,
  });
}

/** The last frame, without colours. */
const frame = () =>
  (terminal.written.split('\x1b[?2026h').at(-1) ?? '')
    .replace(/\x1b\[[0-9;]*m/g, '')
    .replace(/\x1b\[[0-9;?]*[a-zA-Z]/g, '\n');

it('shows the question with the sign and rings once; y allows, and one line is left', async () => {
  const asked = approvals().ask(question(1));
  await terminal.shows(KEYS);
  for (const text of [SIGN, 'codex wants to run', 'fs.rm.recursive', 'git rm -r'])
    expect(frame()).toContain(text);
  expect(terminal.written.split('\x07')).toHaveLength(2);
  terminal.type('y');
  expect(await asked).toMatchObject({ outcome: 'allow', by: 'user' });
  await pause(10);
  expect(terminal.left).toEqual(['guard: allowed once by you: rm -rf src (fs.rm.recursive)']);
});

it.each(['n', '\r', '\x1b', '\x03', '\x04', '\x1b[27u', '\x1b[99;5u', '\x1b[27;5;99~'])(
  '%j denies',
  async (key) => {
    const asked = approvals().ask(question(1));
    await terminal.shows(KEYS);
    terminal.type(key);
    expect(await asked).toMatchObject({ outcome: 'deny', by: 'user' });
  },
);

describe('what never answers', () => {
  it.each([
    ['y in the Kitty protocol', '\x1b[121u'],
    ['y in modifyOtherKeys', '\x1b[27;1;121~'],
    ['an arrow with y behind it', '\x1b[By'],
    ['a paste', '\x1b[200~y\x1b[201~'],
    ['a click in the y-th column', '\x1b[M\x20y\x21'],
    ['two at once', 'yy'],
  ])('%s', async (_, keys) => {
    const asked = approvals().ask(question(1));
    await terminal.shows(KEYS);
    terminal.type(keys);
    await pause();
    terminal.type('n');
    expect((await asked).outcome).toBe('deny');
  });

  it('a y glued to a sequence that scrolled', async () => {
    const asked = approvals().ask(question(1));
    await terminal.shows(KEYS);
    terminal.type('\x1b[B');
    await pause(10);
    terminal.type('y');
    await pause();
    terminal.type('n');
    expect((await asked).outcome).toBe('deny');
  });

  it('what was typed before the question was drawn', async () => {
    terminal.type('y');
    const asked = approvals().ask(question(1));
    await terminal.shows(KEYS);
    await pause();
    terminal.type('n');
    expect((await asked).outcome).toBe('deny');
  });
});

it('begins to settle again after a resize', async () => {
  const asked = approvals().ask(question(1));
  await terminal.shows(KEYS);
  terminal.resize(60, 20);
  terminal.type('y');
  await terminal.shows(KEYS, 2);
  expect(
    frame()
      .split('\n')
      .filter((line) => line.length > 60),
  ).toEqual([]);
  terminal.type('n');
  expect((await asked).outcome).toBe('deny');
});

it('does not count a y that is pressed while the screen becomes another one', async () => {
  const asked = approvals().ask(question(1));
  await terminal.shows(KEYS);
  // The key is there, its silence is not.
  terminal.type('y');
  await pause(10);
  terminal.resize(100, 30);
  await terminal.shows(KEYS, 2);
  await pause();
  terminal.type('n');
  expect((await asked).outcome).toBe('deny');
});

describe('a command longer than the screen', () => {
  const long = () =>
    question(1, { argv: ['/bin/sh', '-c', `START ${'word '.repeat(1000)}THE-END`] });

  it('is allowed only when all of it has been on the screen', async () => {
    const asked = approvals().ask(long());
    await terminal.shows(KEYS);
    expect(frame()).toContain('START');
    expect(frame()).toContain('THE-END');
    expect(frame()).toMatch(/↓ \d+ lines more/);
    terminal.type('y');
    await terminal.shows('scroll to the end');
    // Straight to the end: what lies between has not been seen.
    terminal.type('\x1b[F');
    await pause();
    terminal.type('y');
    await terminal.shows('scroll to the end', 2);
    terminal.type('\x1b[H');
    await pause();
    for (let page = 0; page < 20; page++) {
      terminal.type('\x1b[6~');
      await pause(20);
    }
    await pause();
    terminal.type('y');
    expect((await asked).outcome).toBe('allow');
  });

  it('is denied at once', async () => {
    const asked = approvals().ask(long());
    await terminal.shows(KEYS);
    terminal.type('n');
    expect((await asked).outcome).toBe('deny');
  });

  it('can only be denied when it is too long to be shown at all', async () => {
    const asked = approvals().ask(question(1, { argv: ['sh', '-c', 'x'.repeat(300_000)] }));
    await terminal.shows(KEYS);
    expect(terminal.written).toContain('more characters cannot be shown');
    terminal.type('y');
    await terminal.shows('can only be denied');
    terminal.type('n');
    expect((await asked).outcome).toBe('deny');
  });
});

it('measures while the question stands there, moves nothing, and settles again', async () => {
  let measured: (facts: readonly Fact[]) => void = () => undefined;
  const facts = () => new Promise<readonly Fact[]>((resolve) => (measured = resolve));
  const asked = approvals().ask(question(1, { facts }));
  await terminal.shows(KEYS);
  expect(frame()).toContain('measuring …');
  const rowOf = (text: string) =>
    frame()
      .split('\n')
      .filter(Boolean)
      .findIndex((line) => line.includes(text));
  const before = rowOf('because');
  measured([{ label: 'files', text: '12, 3 of them untracked\x1b[2J' }]);
  terminal.type('y');
  await terminal.shows(KEYS, 2);
  expect(frame()).toContain('files: 12, 3 of them untracked\\e[2J');
  expect(rowOf('because')).toBe(before);
  terminal.type('n');
  expect((await asked).outcome).toBe('deny');
});

it('cannot be allowed where it cannot be read', async () => {
  terminal.resize(15, 4);
  const asked = approvals().ask(question(1));
  await terminal.shows('guard asks');
  await pause(400);
  terminal.type('y');
  await pause();
  terminal.type('n');
  expect((await asked).outcome).toBe('deny');
});

describe('the plain question takes its place', () => {
  class Hostile extends InkPainter {
    readonly frame: (good: string) => unknown;
    constructor(frame: (good: string) => unknown) {
      super();
      this.frame = frame;
    }
    override async paint(layout: Parameters<InkPainter['paint']>[0]): Promise<unknown> {
      return this.frame((await super.paint(layout)) as string);
    }
  }

  it.each<[string, (good: string) => unknown]>([
    ['moves the cursor', (good) => `${good}\x1b[1;1H`],
    ['sets a title', (good) => `${good}\x1b]0;x\x07`],
    ['hides text', (good) => good.replace('-rf', '\x1b[8m-rf\x1b[28m')],
    ['reorders text', (good) => good.replace('-rf', '\u202e-rf')],
    ['shows another command', (good) => good.replace('-rf src', '-rf lib')],
    ['shows no sign', (good) => good.replace(SIGN, 'lemon moon star')],
    ['is too high', (good) => `${good}\n`.repeat(2)],
    ['is too wide', (good) => good.replace('\n', `${' '.repeat(90)}\n`)],
    ['is no text', () => 7],
  ])('when a frame %s', async (_, change) => {
    const painter = new Hostile(change);
    const said: string[] = [];
    const queue = approvals({ onPlain: (why) => said.push(why) }, painter);
    const first = queue.ask(question(1));
    await terminal.shows('[y/N]');
    expect(terminal.written).not.toContain(KEYS);
    expect(terminal.written).toContain(`your sign: ${SIGN}`);
    terminal.type('y');
    expect((await first).outcome).toBe('allow');
    const second = queue.ask(question(2, { cwd: '/' }));
    await terminal.shows('[y/N]', 2);
    terminal.type('n');
    expect((await second).outcome).toBe('deny');
    expect(said).toHaveLength(1);
    expect(painter.usable).toBe(false);
  });
});
