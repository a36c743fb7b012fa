import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { charactersOf, parseSet } from '../../../src/secrets/rules/character-set.ts';
import { CHECKSUM_KINDS } from '../../../src/secrets/rules/checksums.ts';
import { crc32 } from '../../../src/secrets/rules/crc32.ts';
import { compileRule } from '../../../src/secrets/rules/compile.ts';
import { lookEverywhere } from '../../../src/secrets/rules/look-everywhere.ts';
import { seeded } from '../../../src/secrets/rules/samples.ts';
import type { Checksum } from '../../../src/secrets/rules/rule-format.ts';

const random = seeded(40);
const draw = (set: string, length: number): string => {
  const letters = charactersOf(parseSet(set));
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
};

it('crc32 is the one that gzip writes', () => {
  for (const text of ['', 'a', '123456789', draw('\\x00-\\xff', 300)]) {
    const packed = gzipSync(Buffer.from(text, 'latin1'));
    expect(crc32(text)).toBe(packed.readUInt32LE(packed.length - 8));
  }
});

const SHAPES: Record<Checksum, () => string> = {
  'github-crc32': () => `ghp_${draw('A-Za-z0-9', 36)}`,
  'npm-crc32': () => `npm_${draw('A-Za-z0-9', 36)}`,
  'gitlab-crc32': () => `glpat-${draw('A-Za-z0-9_-', 40)}.01.1a${draw('a-z0-9', 7)}`,
  'cloudflare-crc32': () => `cfat_${draw('A-Za-z0-9', 48)}`,
  'grafana-crc32': () => `glsa_${draw('A-Za-z0-9', 32)}_${draw('a-f0-9', 8)}`,
  'zuplo-crc32': () => `zpka_${draw('a-z0-9', 32)}_${draw('a-f0-9', 8)}`,
  bech32: () => `AGE-SECRET-KEY-1${draw('AC-HJ-NP-Z02-9', 58)}`,
  'nkey-crc16': () => `SU${draw('A-Z2-7', 56)}`,
  jwt: () => `eyJ${draw('A-Za-z0-9', 30)}.${draw('A-Za-z0-9', 30)}.${draw('A-Za-z0-9', 30)}`,
  'base64-json': () => `glc_eyJvIjoi${draw('A-Za-z0-9', 60)}`,
};

describe.each(Object.entries(SHAPES))('%s', (kind, shape) => {
  const { holds, seal } = CHECKSUM_KINDS[kind as Checksum];

  it('holds for what is sealed, of the same shape, and for nothing else', () => {
    for (let times = 0; times < 50; times += 1) {
      const value = shape();
      const sealed = seal(value);
      expect(holds(sealed)).toBe(true);
      expect(sealed.slice(0, 3)).toBe(value.slice(0, 3));
      expect(holds(value)).toBe(value === sealed);
      const place = 8 + Math.floor(random() * 8);
      const other = sealed[place] === '2' ? '3' : '2';
      if (kind.includes('crc') || kind === 'bech32')
        expect(holds(sealed.slice(0, place) + other + sealed.slice(place + 1))).toBe(false);
    }
  });
});

it('GitHub’s is the CRC-32 in digits, capitals and small letters, the highest first', () => {
  const BASE62 = charactersOf(parseSet('0-9')) + charactersOf(parseSet('A-Za-z'));
  for (let times = 0; times < 20; times += 1) {
    const body = draw('A-Za-z0-9', 30);
    const packed = gzipSync(Buffer.from(body));
    const crc = packed.readUInt32LE(packed.length - 8);
    const tail = [5, 4, 3, 2, 1, 0].map((power) => BASE62[Math.floor(crc / 62 ** power) % 62]);
    expect(CHECKSUM_KINDS['github-crc32'].holds(`ghp_${body}${tail.join('')}`)).toBe(true);
  }
});

it('bech32 is that of BIP 173', () => {
  const { holds } = CHECKSUM_KINDS.bech32;
  for (const valid of ['a12uel5l', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw'])
    expect(holds(valid)).toBe(true);
  expect(holds('a12uel5m')).toBe(false);
});

it('a wrong checksum lowers the tier, and what must have the form is nothing without', () => {
  const detector = (checksum: Checksum) =>
    compileRule({
      id: 'test.token',
      by: 'token',
      words: ['tst_'],
      alphabet: 'A-Za-z0-9',
      length: [36, 36],
      checksum,
      tier: 'certain',
      longest: 40,
    });
  const value = `tst_${draw('A-Za-z0-9', 36)}`;
  const tiers = (text: string, checksum: Checksum) =>
    lookEverywhere(detector(checksum), text).map(({ tier }) => tier);
  expect(tiers(CHECKSUM_KINDS['github-crc32'].seal(value), 'github-crc32')).toEqual(['certain']);
  expect(tiers(value, 'github-crc32')).toEqual(['likely']);
  expect(tiers(value, 'jwt')).toEqual([]);
});
