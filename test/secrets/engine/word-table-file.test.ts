import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { wordTableFile, wordTableFrom } from '../../../src/secrets/engine/word-table-file.ts';
import { buildWordTable } from '../../../src/secrets/engine/word-table.ts';

const WORDS = ['key', 'keyring', 'ring', 'pass', 'mkp_', 'in'];
const BUILT = buildWordTable(WORDS);
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-words-'));
  file = join(folder, 'words.bin');
  writeFileSync(file, wordTableFile(WORDS));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('reads the table it wrote', () => {
  // What was written is what is read: with another byte in it, it is another table.
  expect(wordTableFrom(file, WORDS)).toEqual(BUILT);
  const bytes = readFileSync(file);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) + 1;
  writeFileSync(file, bytes);
  expect(wordTableFrom(file, WORDS)).not.toEqual(BUILT);
});

it('builds the table where the file is for other words, cut, or not there', () => {
  const others = [...WORDS, 'zzz'];
  expect(wordTableFrom(file, others)).toEqual(buildWordTable(others));
  writeFileSync(file, readFileSync(file).subarray(0, -2));
  expect(wordTableFrom(file, WORDS)).toEqual(BUILT);
  writeFileSync(file, 'words');
  expect(wordTableFrom(file, WORDS)).toEqual(BUILT);
  rmSync(file);
  expect(wordTableFrom(file, WORDS)).toEqual(BUILT);
});
