import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusalText } from '../../src/exec/refusal.ts';
import type { Verdict } from '../../src/policy/types.ts';

const verdict = (parts: Partial<Verdict> = {}): Verdict => ({
  action: 'deny',
  rule: 'fs.rm.root',
  reason: 'it removes the root',
  source: { layer: 'default', file: 'filesystem.yaml', line: 3 },
  ...parts,
});

test('names the rule, the reason, who decided and what to do', () => {
  expect(refusalText(verdict({ safer: 'Name one folder.' }), 'policy')).toBe(
    'guard: refused (policy): it removes the root [rule fs.rm.root]\n' +
      'guard: instead: Name one folder.\n' +
      'guard: do not try another way to the same end; ask the user.\n',
  );
});

test('leaves out what there is not', () => {
  expect(refusalText(verdict(), 'the user said no')).not.toContain('instead');
});

test('holds nothing that a terminal acts on, whatever a profile says', () => {
  const text = fc.string({ unit: 'binary', maxLength: 600 });
  fc.assert(
    fc.property(text, text, text, (reason, rule, safer) => {
      const told = refusalText(verdict({ reason, rule, safer }), 'policy');

      expect(told).not.toMatch(
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/,
      );
      expect(told.split('\n').every((line) => line === '' || line.startsWith('guard: '))).toBe(
        true,
      );
    }),
  );
});

test('fits what a pipe takes at once', () => {
  const long = 'x'.repeat(100_000);
  // pipe(7): PIPE_BUF
  expect(
    refusalText(verdict({ reason: long, rule: long, safer: long }), 'policy').length,
  ).toBeLessThan(4096);
});
