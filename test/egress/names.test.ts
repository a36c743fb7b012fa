import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseName, SyntheticNames } from '../../src/egress/names.ts';

describe('normaliseName', () => {
  it.each([
    ['Example.COM.', 'example.com'],
    ['_dmarc.example.com', '_dmarc.example.com'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['localhost', 'localhost'],
    [`${'a'.repeat(63)}.b`, `${'a'.repeat(63)}.b`],
  ])('%s → %s', (text, name) => expect(normaliseName(text)).toBe(name));

  it.each([
    '',
    '.',
    'a..b',
    '.a',
    'a..',
    'a b',
    'a\0.b',
    'a\n',
    'bücher.example',
    '-a.example',
    'a-.example',
    `${'a'.repeat(64)}.b`,
    `${'a.'.repeat(127)}b`,
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0x7f000001',
    '::1',
    '[::1]',
    'a:80',
    'user@a',
    'a/b',
    '*.a',
  ])('refuses %j', (text) => expect(normaliseName(text)).toBeNull());

  it('is its own fixed point and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.string()), (text) => {
        const name = normaliseName(text);
        if (name !== null) expect(normaliseName(name)).toBe(name);
      }),
    );
  });
});

describe('SyntheticNames', () => {
  it('gives each name one address in 198.18.0.0/15 and finds it again', () => {
    const names = new SyntheticNames();
    fc.assert(
      fc.property(fc.domain(), (name) => {
        const address = names.addressOf(name) ?? '';
        expect(address).toMatch(/^198\.1[89]\.\d+\.\d+$/);
        expect(names.addressOf(name)).toBe(address);
        expect(names.nameOf(address)).toBe(name);
      }),
    );
  });

  it('refuses when full, and keeps what it gave', () => {
    const names = new SyntheticNames(65_536);
    for (let at = 0; at < 65_536; at++) names.addressOf(`n${at}.test`);
    expect(names.addressOf('one.more.test')).toBeNull();
    expect(names.addressOf('n0.test')).toBe('198.18.0.1');
    expect(names.addressOf('n65535.test')).toBe('198.19.0.0');
    expect(names.nameOf('198.19.0.0')).toBe('n65535.test');
  });

  it('knows no name for any other address', () => {
    const names = new SyntheticNames();
    names.addressOf('a.test');
    for (const address of ['198.18.0.0', '198.18.0.2', '127.0.0.1', '::1', '198.18.0', '']) {
      expect(names.nameOf(address)).toBeNull();
    }
  });
});
