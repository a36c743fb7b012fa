import { expect, test } from 'vitest';
import { ownPlaceholders } from '../../src/view/own-placeholders.ts';

test('a placeholder, a part of one and something around one are its own, a part of something else is not', () => {
  const isOwn = ownPlaceholders(['qX7yPz93kLm2', 'tok_Qp3ZkR81mWxYvT7aLd', '7', 'ab']);
  for (const text of [
    'qX7yPz93kLm2',
    'Pz93kLm',
    'url:qX7yPz93kLm2@host',
    'xtok_Qp3ZkR81mWxYvT7aLd',
  ])
    expect(isOwn(text)).toBe(true);
  for (const text of ['7ab7ab7ab7', 'qX7yPz93kLm3', 'Atok_Qp3ZkR81mWxYvT7aLe', 'abab'])
    expect(isOwn(text)).toBe(false);
});
