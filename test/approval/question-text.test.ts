import fc from 'fast-check';
import { expect, it } from 'vitest';
import { answerLine, plainText } from '../../src/approval/question-text.ts';
import { textWidth, wrap } from '../../src/approval/wrap.ts';
import { question } from './fake-terminal.ts';

const SIGN = { words: 'amber kite fern' };
const SIZE = { columns: 80, rows: 24 };

it('shows every fact', () => {
  expect(plainText([question(1)], SIZE, SIGN).lines).toEqual([
    '│ guard: codex wants to run',
    '│ your sign: amber kite fern',
    '│',
    '│   rm -rf src',
    '│',
    '│ in       /home/me/project',
    '│ through  codex ▸ bash ▸ rm',
    '│ rule     fs.rm.recursive',
    '│ because  Recursive deletion cannot be undone.',
    '│ instead  git rm -r, or move the folder away',
  ]);
});

it('fits the screen and shows nothing that acts on a terminal, whatever the agent calls things', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3000 }),
    fc.constant('漢'.repeat(2000)),
  );
  const size = fc.record({
    columns: fc.integer({ min: 40, max: 200 }),
    rows: fc.integer({ min: 24, max: 60 }),
  });
  fc.assert(
    fc.property(text, text, fc.array(text), size, (word, cwd, ancestry, size) => {
      const hostile = question(1, {
        argv: ['rm', word],
        cwd,
        ancestry,
        verdict: { rule: word, reason: cwd },
      });
      const lines = plainText([hostile], size, SIGN).lines;
      expect(lines.length).toBeLessThan(size.rows);
      for (const line of lines) expect(textWidth(line)).toBeLessThan(size.columns);
      const all = [...lines, answerLine(hostile, { outcome: 'deny', by: 'user' }, size.columns)];
      for (const line of all)
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/u);
    }),
  );
});

it('shows both ends of a command that is too long, and how much is missing', () => {
  const argv = ['sh', '-c', `START ${'x'.repeat(5000)} END`];
  const text = plainText([question(1, { argv })], SIZE, SIGN).lines.join('\n');
  expect(text).toMatch(/START/);
  expect(text).toMatch(/END/);
  expect(text).toMatch(/\[… 4\d{3} characters are not shown …\]/);
});

it('keeps every character when wrapping', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 20 }), (text, width) => {
      expect(wrap(text, width).join('')).toBe(text);
    }),
  );
});

it('leaves one line', () => {
  const long = question(1, { argv: ['rm', 'x'.repeat(500)] });
  const line = answerLine(long, { outcome: 'deny', by: 'user' }, 80);
  expect(line).toMatch(/^guard: denied by you: rm x+… \(fs\.rm\.recursive\)$/);
  expect(line.length).toBeLessThan(80);
});

const many = (count: number) =>
  Array.from({ length: count }, (_, id) => question(id, { argv: ['rm', '-rf', `dir-${id}`] })) as [
    ReturnType<typeof question>,
  ];

it('lists the commands of one shape, and says how often each is asked', () => {
  const { lines, shown } = plainText(
    [...many(2), question(9, { argv: ['rm', '-rf', 'dir-0'] })],
    SIZE,
    SIGN,
  );
  expect(lines.slice(3, 5)).toEqual(['│   1 rm -rf dir-0 (2 times)', '│   2 rm -rf dir-1']);
  expect(shown.map(({ id }) => id)).toEqual([0, 1, 9]);
});

it('asks for the first alone when the list does not fit, and says that more wait', () => {
  const { lines, shown } = plainText(many(30), SIZE, SIGN);
  expect(shown.map(({ id }) => id)).toEqual([0]);
  expect(lines.join('\n')).toContain('and 29 more of this kind: n denies them too');
});

it('says why there is no sign', () => {
  const { lines } = plainText([question(1)], SIZE, { missing: 'it\x1b[2J is a link' });
  expect(lines[1]).toBe('│ no sign: it\\e[2J is a link');
});
