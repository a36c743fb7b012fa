import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ago, bytes, count, names } from '../../../src/session/facts/wording.ts';

it('says numbers, sizes and ages in words', () => {
  expect(count(1, 'file')).toBe('1 file');
  expect(count(12_345, 'branch', 'branches')).toBe('12,345 branches');
  expect([0, 1, 999, 1000, 1_500, 12_345, 999_600, 7e12].map(bytes)).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1.0 kB',
    '1.5 kB',
    '12 kB',
    '1.0 MB',
    '7.0 TB',
  ]);
  const at = (seconds: number) => ago(1e9 - seconds, 1e9);
  expect([0, 59, 60, 7200, 86_400 * 3, 86_400 * 45, 86_400 * 800, -3600, NaN].map(at)).toEqual([
    'just now',
    'just now',
    '1 minute ago',
    '2 hours ago',
    '3 days ago',
    '1 month ago',
    '2 years ago',
    'at a time in the future',
    'at an unknown time',
  ]);
});

it('shows a few names, whatever they hold', () => {
  expect(names(['a', 'b', 'c', 'd'])).toBe('a, b, c, …');
  expect(names(['a'], 2)).toBe('a, …');
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 10 }), (all) => {
      const said = names(all);
      return !/[\p{Cc}\u202a-\u202e]/u.test(said) && said.length < 4000;
    }),
  );
});
