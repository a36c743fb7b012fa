import { describe, expect, it } from 'vitest';
import { checkLinear } from '../../../src/secrets/rules/linear.ts';

describe('a pattern is refused', () => {
  it.each([
    ['a*', 'upper bound'],
    ['a+b', 'upper bound'],
    ['a{3,}', 'upper bound'],
    ['(?:a{1,9}){1,9}b', 'too many ways'],
    ['(?:a|a){1,20}b', 'too many ways'],
    ['[a-z]{1,99}[a-y]{1,99}[a-x]{1,99}x', 'too many ways'],
    ['(?:a?){9}', 'can be empty is repeated'],
    ['a{0,9}', 'can match nothing'],
    ['(?<=a)b', 'looks behind'],
    ['(a)b', 'groups are'],
    ['(?:a)\\1', 'is not known'],
    ['[a-z]{20001}', 'covers more'],
    ['[z-a]', 'backwards'],
    ['a{3,2}', 'backwards'],
    ['[a', '"]" is missing'],
    ['(?:a', '")" is missing'],
    ['a)', '")" too many'],
    ['^a', 'cannot stand there'],
    ['a\u0142', 'one byte'],
    ['a\\', 'backslash'],
  ])('%s', (pattern, why) => {
    expect(() => checkLinear(pattern)).toThrow(why);
  });
});

describe('a pattern is taken', () => {
  it.each([
    ['ghp_[A-Za-z0-9]{36}', 40, 40],
    ['sk-(?:[a-z]{3}|[0-9]{5})', 6, 8],
    ['[a-z]{2,9}\\.[0-9]{1,5}(?:-[a-z]{2})?', 4, 18],
    ['x=(?<secret>[^"\\n]{8,40})"', 11, 43],
    ['(?=[a-z])[a-z0-9]{4}(?![a-z])', 4, 4],
    ['\\d{4}\\x2e\\w', 6, 6],
    ['a{2}?b', 3, 3],
  ])('%s', (pattern, shortest, longest) => {
    expect(checkLinear(pattern)).toMatchObject({ shortest, longest });
    expect(() => new RegExp(pattern, 'y')).not.toThrow();
  });

  it('one way where the next character decides, the product where it does not', () => {
    expect(checkLinear('[a-z]{1,50}\\.[a-z]{1,50}\\.x').ways).toBe(1);
    expect(checkLinear('[a-z]{1,10}[a-z0-9]{1,10}.').ways).toBe(100);
    expect(checkLinear('(?:ab|ac)x').ways).toBe(2);
    expect(checkLinear('(?:ab|cd)x').ways).toBe(1);
  });
});
