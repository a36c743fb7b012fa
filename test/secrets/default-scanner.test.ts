import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import {
  builtSearch,
  builtinDetectors,
  builtinWords,
  wordsToFind,
} from '../../src/secrets/default-scanner.ts';
import { searchFor } from '../../src/secrets/engine/scanner.ts';

const folder = mkdtempSync(join(tmpdir(), 'guard-words-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('looks for the same in the same way, built or not', () => {
  const { files, id } = builtinWords();
  const [name = '', file = Buffer.of()] = Object.entries(files)[0] ?? [];
  writeFileSync(join(folder, name), file);
  const built = builtSearch(id, join(folder, name));
  const other = searchFor(builtinDetectors());
  expect(Buffer.from(built?.table.next ?? []).equals(Buffer.from(other.table.next))).toBe(true);
  const words = wordsToFind();
  expect(words.length).toBeGreaterThan(1000);
  const different = words.filter(
    (_, index) => shape(built?.plan.looksAt(index)) !== shape(other.plan.looksAt(index)),
  );
  expect(different).toEqual([]);
});

/** All but the functions, which are made twice. */
const shape = (looks: unknown): string => JSON.stringify(looks);
