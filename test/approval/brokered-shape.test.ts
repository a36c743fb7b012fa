import { expect, it } from 'vitest';
import { shapeOf } from '../../src/approval/shape.ts';
import type { Question } from '../../src/approval/types.ts';

const question = (made?: string): Question => ({
  ...{ id: 1, gate: 'exec', title: 'git push', argv: ['/usr/bin/git', 'push'], cwd: '/repo' },
  ...{ ancestry: [], verdict: { rule: 'broker.git', reason: 'because' } },
  ...(made === undefined ? {} : { made }),
});

it('answers no two calls at once that guard would make differently', () => {
  const one = shapeOf(question('to a.example'));
  expect(shapeOf(question('to a.example'))).toBe(one);
  expect(shapeOf(question('to b.example'))).not.toBe(one);
  expect(shapeOf(question())).not.toBe(one);
});
