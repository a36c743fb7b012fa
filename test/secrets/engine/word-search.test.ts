import fc from 'fast-check';
import { expect, it } from 'vitest';
import { searchWords } from '../../../src/secrets/engine/word-search.ts';
import { buildWordTable } from '../../../src/secrets/engine/word-table.ts';

/** Every place behind a word, and the word. */
function found(words: readonly string[], text: Buffer, room: number): string[] {
  const list = [...new Set(words.map((word) => word.toLowerCase()))];
  const table = buildWordTable(list);
  const places = { list: new Uint32Array(room * 2), length: 0 };
  const out: string[] = [];
  for (let at = 0, state = 0; at < text.length;) {
    ({ at, state } = searchWords(table, text, at, text.length, state, places));
    for (let i = 0; i < places.length; i += 2) {
      const hit = (places.list[i + 1] ?? 0) - table.firstHit;
      for (const word of table.words.subarray(table.wordsAt[hit], table.wordsAt[hit + 1]))
        out.push(`${places.list[i]} ${list[word]}`);
    }
  }
  return out.sort();
}

function expected(words: readonly string[], text: Buffer): string[] {
  const lower = text.toString('latin1').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const out: string[] = [];
  for (const word of new Set(words.map((word) => word.toLowerCase())))
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1))
      out.push(`${at + word.length} ${word}`);
  return out.sort();
}

const FEW_LETTERS = fc.string({
  unit: fc.constantFrom('a', 'b', 'B', 'c', '_'),
  minLength: 1,
  maxLength: 6,
});
const ANY_ASCII = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 12 });

it('finds what looking for each word by itself finds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(FEW_LETTERS, ANY_ASCII), { minLength: 1, maxLength: 40 }),
      fc.array(fc.oneof(FEW_LETTERS, fc.constant(null)), { maxLength: 60 }),
      fc.uint8Array({ maxLength: 20 }),
      fc.integer({ min: 1, max: 7 }),
      (words, pieces, bytes, room) => {
        const parts = pieces.map((piece, index) => piece ?? words[index % words.length] ?? '');
        const text = Buffer.concat([Buffer.from(parts.join(''), 'latin1'), bytes]);
        expect(found(words, text, room)).toEqual(expected(words, text));
      },
    ),
    { numRuns: 500 },
  );
});

it('takes letters of either case for the same, and no other bytes', () => {
  const words = ['key[@', 'z`{'];
  expect(found(words, Buffer.from('KEY[@ key{` KeY[`'), 8)).toEqual(['5 key[@']);
  expect(found(words, Buffer.from('Z`{ z@{ \xfa`{', 'latin1'), 8)).toEqual(['3 z`{']);
});

it('refuses words it could not tell apart', () => {
  expect(() => buildWordTable(['schlüssel'])).toThrow('not ASCII');
});
