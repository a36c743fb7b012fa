import type { Detector, KnownValue } from '../../../src/secrets/engine/detector.ts';

/** A token that is known by its shape. */
export const TOKEN: Detector = {
  id: 'made-up.token',
  tier: 'certain',
  words: ['mkp_'],
  bounded: { before: true },
  reach: { before: 0, after: 40 },
  rank: 2,
  look({ text, at }) {
    const found = /mkp_[a-z0-9]{12}(?![a-z0-9])/iy;
    found.lastIndex = at;
    const match = found.exec(text);
    return match ? [{ start: at, end: at + match[0].length }] : [];
  },
};

/** A value that is known by the name before it. */
export const ASSIGNED: Detector = {
  id: 'made-up.assigned',
  tier: 'likely',
  words: ['passphrase', 'pass'],
  bounded: { before: true, after: true },
  reach: { before: 2, after: 60 },
  rank: 0,
  look({ text, end }) {
    const found = /["']?\s{0,3}[=:]\s{0,3}["']?(?<value>[^\s"']{8,32})/y;
    found.lastIndex = end;
    const match = found.exec(text);
    const value = match?.groups?.value;
    return value ? [{ start: found.lastIndex - value.length, end: found.lastIndex }] : [];
  },
};

/** A block that begins and ends with a line of its own. */
export const BLOCK: Detector = {
  id: 'made-up.block',
  tier: 'certain',
  words: ['begin made-up'],
  reach: { before: 6, after: 5000 },
  rank: 2,
  look({ text, at }) {
    const end = text.indexOf('end made-up', at);
    return end < 0 ? [] : [{ start: at, end: end + 11 }];
  },
};

export const DETECTORS: readonly Detector[] = [TOKEN, ASSIGNED, BLOCK];
export const KNOWN: KnownValue = { value: 'a value/of+the user: 7', source: '~/.made-up' };

export const A_TOKEN = 'mkp_0123456789ab';
