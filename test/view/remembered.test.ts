import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Remembered } from '../../src/view/remembered.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-remembered-'));
  file = join(folder, 'values.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('finds each value at every place, in a file of that name in any folder, and nothing else', () => {
  const bytes = fc.uint8Array({ minLength: 8, maxLength: 60 }).map((b) => Buffer.from(b));
  fc.assert(
    fc.property(
      fc.array(bytes, { minLength: 1, maxLength: 4 }),
      fc.array(bytes),
      (values, rest) => {
        const one = new Remembered(join(folder, 'p'));
        for (const value of values) one.add('a/f.yml', [value]);
        const parts = [...values, ...rest, ...values];
        const found = new Remembered(join(folder, 'p')).find('b/c/f.yml', Buffer.concat(parts));
        let at = 0;
        for (const [index, part] of parts.entries()) {
          const isValue = index < values.length || index >= values.length + rest.length;
          const [start, end] = [at, at + part.length];
          if (isValue) expect(found.some((s) => s.start <= start && s.end >= end)).toBe(true);
          at = end;
        }
        expect(one.find('other.yml', Buffer.concat(parts))).toEqual([]);
        rmSync(join(folder, 'p'));
      },
    ),
    { numRuns: 100 },
  );
});

test('only what is equal is found', () => {
  const values = new Remembered(file);
  values.add('f', [Buffer.from('exactly this value')]);
  expect(values.find('f', Buffer.from('exactly thIs value, exactly this valu'))).toEqual([]);
  expect(values.find('f', Buffer.from('x exactly this value'))).toMatchObject([
    { start: 2, end: 20 },
  ]);
});

test('the value is not in what is kept, and nobody else can read that', () => {
  new Remembered(file).add('f', [Buffer.from('exactly this value')]);
  expect(readFileSync(file, 'utf8')).not.toContain('exactly');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('two sessions lose none of their values, and a damaged file is no obstacle', () => {
  const [one, two] = [new Remembered(file), new Remembered(file)];
  one.add('f', [Buffer.from('the value of one')]);
  two.add('f', [Buffer.from('the value of two')]);
  one.add('f', [Buffer.from('another of one')]);
  const text = Buffer.from('the value of one, the value of two, another of one');
  expect(new Remembered(file).find('f', text)).toHaveLength(3);
  writeFileSync(file, '{"salt": 3');
  expect(new Remembered(file).knows('f')).toBe(false);
});

test('one that was there before hears of what another session adds', () => {
  const values = new Remembered(file);
  new Remembered(file).add('f', [Buffer.from('the value of another')]);
  expect(values.find('f', Buffer.from('the value of another'))).toHaveLength(1);
});

test('none is forgotten for others, and none makes looking slow', () => {
  const values = new Remembered(file);
  values.add('f', [Buffer.from('the first value')]);
  const many = Array.from({ length: 4000 }, (_, n) => Buffer.from(`value ${String(n + 1e6)}`));
  expect(() => values.add('g', many)).toThrow('too many');
  const lengths = Array.from({ length: 65 }, (_, n) => Buffer.alloc(n + 10, 'x'));
  expect(() => values.add('g', lengths)).toThrow('too many');
  values.add('g', many.slice(1));
  expect(new Remembered(file).find('f', Buffer.from('the first value'))).toHaveLength(1);
});
