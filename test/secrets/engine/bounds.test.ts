import { expect, it } from 'vitest';
import type { Detector } from '../../../src/secrets/engine/detector.ts';
import { MANY_RULE, MOST_FINDINGS } from '../../../src/secrets/engine/finding-list.ts';
import { createScanner } from '../../../src/secrets/engine/scanner.ts';
import { DENSE_RULE } from '../../../src/secrets/engine/word-scan.ts';
import { A_TOKEN, DETECTORS, TOKEN } from './made-up.ts';

/** Counts what it is shown. */
function counting(after: number): Detector & { looks: number; bytes: number } {
  return {
    ...TOKEN,
    words: ['word'],
    bounded: {},
    reach: { before: 0, after },
    looks: 0,
    bytes: 0,
    look({ text }) {
      this.looks++;
      this.bytes += text.length;
      return [];
    },
  };
}

it('says that a file is secret from where it has too many', () => {
  const line = `${A_TOKEN} `;
  const lines = 5 * MOST_FINDINGS;
  const spans = createScanner({ detectors: DETECTORS, readers: [], piece: 64 * 1024 }).scan(
    'a',
    Buffer.from(line.repeat(lines)),
  );
  expect(spans.length).toBeGreaterThan(MOST_FINDINGS);
  expect(spans.length).toBeLessThan(4 * MOST_FINDINGS + 2);
  expect(spans.at(-1)).toMatchObject({ rule: MANY_RULE, tier: 'likely' });
  expect(spans.at(-1)?.end).toBe(lines * line.length);
  // No token is left between.
  for (const [index, { end }] of spans.entries())
    expect((spans[index + 1]?.start ?? end) - end).toBeLessThanOrEqual(1);
});

it('does not count the same place twice', () => {
  const twice = [TOKEN, { ...TOKEN, id: 'made-up.same' }, { ...TOKEN, id: 'made-up.again' }];
  const text = `${A_TOKEN}\n`.repeat(MOST_FINDINGS);
  const spans = createScanner({ detectors: twice, readers: [] }).scan('a', Buffer.from(text));
  expect(spans).toHaveLength(MOST_FINDINGS);
});

it('looks at a file of words a bounded number of times, and calls the rest secret', () => {
  const detector = counting(60);
  const scanner = createScanner({ detectors: [detector], readers: [] });
  const text = Buffer.from('word '.repeat(2_000_000));
  const spans = scanner.scan('a', text);
  // 40 a KB, and what it may have at once.
  expect(detector.looks).toBeLessThan((text.length / 1024) * 40 + 128 * 1024);
  expect(detector.looks).toBeGreaterThan(100_000);
  expect(spans.length).toBeGreaterThan(0);
  expect(new Set(spans.map(({ rule, tier }) => `${rule} ${tier}`))).toEqual(
    new Set([`${DENSE_RULE} weak`]),
  );
  expect(spans.at(-1)?.end).toBeLessThanOrEqual(text.length);
});

it('counts how much it has to look at', () => {
  const detector = counting(20_000);
  const text = Buffer.from('word '.repeat(400_000));
  createScanner({ detectors: [detector], readers: [] }).scan('a', text);
  expect(detector.bytes).toBeLessThan(text.length * 10 + 32 * 1024 * 1024 + 20_000);
});

it('looks everywhere in a small file, and again after a dense stretch', () => {
  const detector = counting(60);
  const scanner = createScanner({ detectors: [detector, TOKEN], readers: [] });
  scanner.scan('a', Buffer.from('word '.repeat(40_000)));
  expect(detector.looks).toBe(40_000);
  const text = `${'word '.repeat(400_000)}${'plain text '.repeat(10_000)}${A_TOKEN}`;
  expect(scanner.scan('a', Buffer.from(text)).at(-1)).toMatchObject({ rule: TOKEN.id });
});

it('leaves no word without a look or a cover', () => {
  const seen = new Set<number>();
  const detector: Detector = {
    ...counting(200),
    look({ text }) {
      seen.add(Number(text.slice(4, 10)));
      return [];
    },
  };
  const count = 300_000;
  const text = Array.from({ length: count }, (_, i) => `word${String(i).padStart(6, '0')}`);
  const spans = createScanner({
    detectors: [detector],
    readers: [],
  }).scan('a', Buffer.from(text.join('')));
  expect(seen.size).toBeLessThan(count);
  let span = 0;
  for (let i = 0; i < count; i++) {
    if (seen.has(i)) continue;
    while ((spans[span]?.end ?? Infinity) <= i * 10) span++;
    if (!((spans[span]?.start ?? Infinity) <= i * 10)) expect.fail(`word ${i} was left out`);
  }
});

it('passes many short texts in other encodings', () => {
  const scanner = createScanner({ detectors: DETECTORS, readers: [] });
  for (const unit of [
    '%20a ',
    '%3d%40 ',
    String.raw`\u0041 `,
    `${btoa('just some words of text')} `,
    '61'.repeat(20) + ' ',
  ])
    expect(scanner.scan('a', Buffer.from(unit.repeat(50_000)))).toEqual([]);
  for (const unit of ['%3d', String.raw`\x41`, 'QUFB', '41', '=', '\\'])
    expect(scanner.scan('a', Buffer.from(unit.repeat(400_000)))).toEqual([]);
});
