import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { planLooks } from '../../../src/secrets/engine/look-plan.ts';
import {
  readWordFile,
  wordFile,
  wordFileId,
  type BuiltWords,
} from '../../../src/secrets/engine/word-file.ts';
import { buildWordTable } from '../../../src/secrets/engine/word-table.ts';
import { DETECTORS } from './made-up.ts';

const { words, numbers } = planLooks(DETECTORS, ['%20']);
const BUILT: BuiltWords = {
  table: buildWordTable(words),
  looks: numbers,
  ruleEnds: Uint32Array.of(2, 5),
  rules: Uint8Array.from(Buffer.from('{}[1]')),
};
const FILE = wordFile(BUILT);
const ID = wordFileId(FILE);
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-words-'));
  file = join(folder, 'words.bin');
  writeFileSync(file, FILE);
});
afterEach(() => rmSync(folder, { recursive: true }));

it('reads what it wrote', () => {
  expect(readWordFile(file, ID)).toEqual(BUILT);
});

it('has another id for other words, other looks and other rules', () => {
  const ids = [
    { ...BUILT, table: buildWordTable([...words, 'zzz']) },
    { ...BUILT, looks: { ...numbers, after: numbers.after + 1 } },
    { ...BUILT, rules: Uint8Array.from(Buffer.from('{}[2]')) },
  ].map((built) => wordFileId(wordFile(built)));
  expect(new Set([ID, ...ids]).size).toBe(4);
});

it('reads nothing that belongs to another program, is cut or goes on, or is not there', () => {
  expect(readWordFile(file, ID.replace(/./g, '0'))).toBeNull();
  for (const bytes of [
    FILE.subarray(0, -1),
    FILE.subarray(0, 40),
    Buffer.concat([FILE, Buffer.alloc(1)]),
    Buffer.from('words'),
  ]) {
    writeFileSync(file, bytes);
    expect(readWordFile(file, ID)).toBeNull();
  }
  expect(readFileSync(file, 'utf8')).toBe('words');
  rmSync(file);
  expect(readWordFile(file, ID)).toBeNull();
});
