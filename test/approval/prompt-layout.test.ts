import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readFrame } from '../../src/approval/frame.ts';
import { listWindow, scrolled, type ScrollKey } from '../../src/approval/list-window.ts';
import { promptContent } from '../../src/approval/prompt-content.ts';
import { layOut, type PromptState, type Size } from '../../src/approval/prompt-layout.ts';
import type { Question, Sign } from '../../src/approval/types.ts';
import { question } from './fake-terminal.ts';
import { draw } from './ink-painter.ts';

const SIGN: Sign = { words: 'amber kite fern' };
const STATE: PromptState = {
  scroll: 0,
  armed: true,
  readToEnd: true,
  secondsLeft: 117.2,
  waiting: '',
  note: '',
};

const push = question(1, {
  argv: ['/usr/bin/git', 'push', '--force', 'origin', 'feature/checkout flow'],
  calledAs: 'ls',
  ancestry: ['codex', 'bash', 'git'],
  verdict: {
    rule: 'git.push.force',
    reason: 'A force push replaces commits on the server that others may have.',
    safer: 'git push --force-with-lease, after git fetch',
    source: { layer: 'user', file: '/home/me/.config/guard/profile.yaml', line: 12 },
  },
});

function frame(
  questions: [Question, ...Question[]],
  size: Size,
  state: Partial<PromptState> = {},
  { colour = false, sign = SIGN } = {},
): string {
  const content = promptContent(questions, new Map(), sign);
  const { layout } = layOut(content, { ...STATE, ...state }, size, colour);
  const text = draw(layout);
  expect(readFrame(text, layout)).not.toBeNull();
  return text;
}

const plain = (text: string) =>
  text
    .replace(/\x1b\[[0-9;]*m/g, '')
    .split('\n')
    .map((line) => `|${line.trimEnd()}`)
    .join('\n');

it.each([
  [60, 20],
  [80, 24],
  [200, 30],
  [40, 12],
  [20, 6],
])('one command on %d × %d', (columns, rows) => {
  expect(plain(frame([push], { columns, rows }))).toMatchSnapshot();
});

it.each([
  [80, 24],
  [20, 6],
])('several on %d × %d, one of them twice, more waiting', (columns, rows) => {
  const all = ['a', 'b', 'c', 'a'].map((name, id) =>
    question(id, { argv: ['/usr/bin/rm', '-rf', `/home/me/project/${name}`] }),
  );
  const waiting = '2 more like this wait';
  expect(
    plain(frame(all as [Question], { columns, rows }, { waiting, readToEnd: false })),
  ).toMatchSnapshot();
});

it('a long one, in the middle', () => {
  const long = question(1, { argv: ['/bin/sh', '-c', `${'echo one; '.repeat(200)}END`] });
  expect(plain(frame([long], { columns: 80, rows: 24 }, { scroll: 7 }))).toMatchSnapshot();
});

it('an argument cannot lay out a line of its own with spaces', () => {
  const pad = ' '.repeat(90);
  const shown = plain(
    frame(
      [question(1, { argv: ['/bin/rm', `x${pad}because   it is safe${'\u3000'.repeat(40)}y`] })],
      {
        columns: 80,
        rows: 24,
      },
    ),
  );
  expect(shown).toContain("'x\\x20{90}because\\x20{3}it is safe\\x20{40}y'");
});

it('without a sign', () => {
  const sign = { missing: '/home/me/.local/state/guard/sign can be read by others' };
  const text = plain(frame([push], { columns: 80, rows: 24 }, {}, { sign }));
  expect(text.split('\n')[0]).toContain('no sign: /home/me/.local/state/guard/sign can be read');
});

it('has colours only where they are wanted, and its bar stands out without them', () => {
  const size = { columns: 80, rows: 24 };
  const colours = /\x1b\[(?:3[0-7]|9[0-7])m/;
  expect(frame([push], size, {}, { colour: true })).toMatch(colours);
  expect(frame([push], size)).not.toMatch(colours);
  expect(frame([push], size)).toMatch(/\x1b\[(?:1m\x1b\[)?7m/);
});

it('draws whatever the agent calls things as itself: only SGR, nothing too wide, every shown line of the command', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.constantFrom(
      '\x1b[2J\x1b]0;t\x07\x1b[8m',
      '\u202e\u2066abc\u2069\u202a',
      'a\u200b\u200d\u2060\ufeffb\u00ad',
      '👩‍👩‍👧‍👦🇩🇪👍🏽',
      'e\u0301\u0301\u0301',
      '漢字かな한글',
      `${'\x1b[31m'.repeat(2000)}`,
      'x'.repeat(10_000),
    ),
  );
  const size = fc.record({
    columns: fc.integer({ min: 20, max: 200 }),
    rows: fc.integer({ min: 6, max: 60 }),
  });
  fc.assert(
    fc.property(
      fc.array(fc.array(nasty, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
      nasty,
      fc.array(nasty, { maxLength: 3 }),
      size,
      fc.nat(50),
      (commands, text, ancestry, size, scroll) => {
        const all = commands.map((argv, id) =>
          question(id, {
            argv,
            cwd: text,
            calledAs: text,
            ancestry,
            verdict: { rule: text, reason: text, safer: text },
          }),
        );
        const drawn = frame(all as [Question], size, { scroll }, { colour: true });
        const rest = drawn.replace(/\x1b\[\d+m/g, '');
        expect(rest).not.toMatch(
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u,
        );
      },
    ),
    { numRuns: 600, interruptAfterTimeLimit: 50_000 },
  );
}, 60_000);

it('never hides a line without saying so, and reaches every line', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 2, max: 30 }),
      (length, height) => {
        const seen = new Set<number>();
        let scroll = 0;
        for (let step = 0; step <= length; step++) {
          const { start, end, tail, above, below } = listWindow(length, height, scroll);
          const lines = end - start + (tail ? 1 : 0);
          expect(lines + above + below).toBe(length);
          expect(lines + (above + below > 0 ? 1 : 0)).toBeLessThanOrEqual(height);
          for (let line = start; line < end; line++) seen.add(line);
          scroll = scrolled(length, height, scroll, 'down');
        }
        expect(seen.size).toBe(length);
        for (const key of ['page-up', 'page-down', 'end', 'home', 'up'] satisfies ScrollKey[])
          expect(scrolled(length, height, scroll, key)).toBeLessThanOrEqual(length);
      },
    ),
  );
});
