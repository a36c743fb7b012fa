import fc from 'fast-check';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SecretSpan } from '../../../src/secrets/engine/detector.ts';
import { createScanner } from '../../../src/secrets/engine/scanner.ts';
import { A_TOKEN, DETECTORS, KNOWN } from './made-up.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'guard-pieces-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const scannerOf = (piece?: number) =>
  createScanner({
    detectors: DETECTORS,
    readers: [],
    known: [KNOWN],
    ...(piece === undefined ? {} : { piece }),
  });
const WHOLE = scannerOf();

function fromFile(bytes: Buffer, piece: number): SecretSpan[] {
  const file = join(folder, 'content');
  writeFileSync(file, bytes);
  const fd = openSync(file, 'r');
  try {
    return scannerOf(piece).scanDescriptor('a', fd, bytes.length);
  } finally {
    closeSync(fd);
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const PLANTED = [
  A_TOKEN,
  `pass = "${'s3cret!'.repeat(3)}"`,
  KNOWN.value,
  Buffer.from(KNOWN.value).toString('hex'),
  base64(`a note of ${A_TOKEN} and more of it`),
  (base64(`begin made-up${' filled'.repeat(60)} end made-up`).match(/.{1,76}/g) ?? []).join('\n'),
  `begin made-up ${'some lines\n'.repeat(90)} end made-up`,
  `url?pass%3Dab%2Fcd%2Fef${'%20'.repeat(30)}`,
];
const FILLING = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom('\n', ' ', 'mkp_', 'pass', 'A'.repeat(70), '%41%3d') },
  { weight: 1, arbitrary: fc.constantFrom(...PLANTED).map((planted) => ` ${planted} `) },
);

it('finds the same in pieces of any length', () => {
  fc.assert(
    fc.property(
      fc.array(FILLING, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3000 }),
      fc.constantFrom<BufferEncoding>('latin1', 'utf16le'),
      (parts, piece, encoding) => {
        const bytes = Buffer.from(parts.join(''), encoding);
        expect(fromFile(bytes, piece)).toEqual(WHOLE.scan('a', bytes));
      },
    ),
    { numRuns: 300 },
  );
});

it('finds the same where encoded text is longer than what is decoded at once', () => {
  const lines = Array.from({ length: 12_000 }, (_, i) =>
    i % 997 === 5 ? `the token ${A_TOKEN} of line ${i}` : `line ${i} has nothing in it`,
  ).join('\n');
  for (const text of [
    base64(lines),
    Buffer.from(lines).toString('hex'),
    (base64(lines).match(/.{1,76}/g) ?? []).join('\n'),
  ]) {
    const bytes = Buffer.from(`x: "${text}"`);
    const spans = WHOLE.scan('a', bytes);
    expect(spans.length).toBeGreaterThan(0);
    for (const piece of [100_000, 65_536, 5000, 301]) expect(fromFile(bytes, piece)).toEqual(spans);
    // Wherever a token stands, its part of the encoded text is covered.
    const scale = text.length / lines.length;
    for (let at = lines.indexOf('mkp_'); at >= 0; at = lines.indexOf('mkp_', at + 1)) {
      const place = 4 + at * scale;
      expect(spans.some(({ start, end }) => start <= place && place + 16 <= end)).toBe(true);
    }
  }
});

it('finds what stands where two parts of a long encoded text meet', () => {
  const decodedAtOnce = 48 * 1024;
  for (let before = decodedAtOnce - 20; before < decodedAtOnce + 4; before++) {
    const text = base64(`${' '.repeat(before)}${A_TOKEN}${' '.repeat(40_000)}`);
    const spans = WHOLE.scan('a', Buffer.from(text));
    const place = (before * 4) / 3;
    expect(spans.some(({ start, end }) => start <= place && place + 21 <= end)).toBe(true);
  }
});

it('takes what no text begins for none, wherever a piece ends in it', () => {
  const random = Buffer.from(Array.from({ length: 60_000 }, (_, i) => (i * 7919) % 251));
  const tokens = Buffer.from(` ${A_TOKEN} `.repeat(5000));
  const bytes = Buffer.from(Buffer.concat([random, tokens]).toString('base64'));
  expect(WHOLE.scan('a', bytes)).toEqual([]);
  for (const piece of [1000, 1001, 1002, 1003]) expect(fromFile(bytes, piece)).toEqual([]);
});

it('finds a secret at every place where a piece may end', () => {
  const piece = 64;
  for (let before = 0; before < 3 * piece; before++) {
    const bytes = Buffer.from(`${' '.repeat(before)}${A_TOKEN} `);
    expect(fromFile(bytes, piece)).toMatchObject([{ start: before, end: before + 16 }]);
  }
});

it('looks at as much as there still is', () => {
  const bytes = Buffer.from(`${' '.repeat(500)}${A_TOKEN}`);
  const file = join(folder, 'content');
  writeFileSync(file, bytes);
  const fd = openSync(file, 'r');
  try {
    expect(scannerOf(100).scanDescriptor('a', fd, 10_000_000)).toMatchObject([{ start: 500 }]);
    expect(scannerOf(100).scanDescriptor('a', fd, 505)).toEqual([]);
  } finally {
    closeSync(fd);
  }
});
