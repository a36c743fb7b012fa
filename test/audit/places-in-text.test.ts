import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bufferSource, descriptorSource } from '../../src/audit/byte-source.ts';
import { textOf } from '../../src/audit/examine.ts';
import type { Finding } from '../../src/audit/finding.ts';
import { TextLines } from '../../src/audit/text-lines.ts';
import { examiner, folder, secret } from './repository.ts';

async function found(bytes: Buffer | string): Promise<Finding[]> {
  const made = examiner();
  await made.examine(textOf('file', Buffer.from(bytes as string)));
  return made.result.findings;
}

const at = ({ line, column, endLine, endColumn }: Finding): number[] => [
  ...[line, column, endLine, endColumn],
];

it('counts columns in characters, bytes where a line is not UTF-8', async () => {
  const key = secret();
  const end = (column: number): number => column + key.length;
  for (const [before, column] of [
    ['', 1],
    ['é ', 3],
    ['日本語', 4],
    ['😀\t', 3],
    ['\u0301', 2],
  ] as const) {
    const [finding] = await found(`x\r\n${before}${key} tail\r\n`);
    expect(finding && at(finding)).toEqual([2, column, 2, end(column)]);
  }
  const latin = Buffer.concat([Buffer.from([0xe9, 0xe8, 0x20]), Buffer.from(key)]);
  expect((await found(latin)).map(at)).toEqual([[1, 4, 1, end(4)]]);
  // One line that is not UTF-8 does not change how the others are counted.
  const mixed = Buffer.concat([latin, Buffer.from(`\né ${key}`)]);
  expect((await found(mixed)).map(at)).toEqual([
    [1, 4, 1, end(4)],
    [2, 3, 2, end(3)],
  ]);
});

it('does not count a byte order mark', async () => {
  const key = secret();
  const [finding] = await found(`\ufeff${key}\n`);
  expect(finding && at(finding)).toEqual([1, 1, 1, 1 + key.length]);
});

it('reads UTF-16 in either order', async () => {
  const key = secret();
  // U+0A0A and U+0D0A hold the byte of a line feed and are none.
  const text = `\ufeffa\r\n😀\u0a0a\u0d0a ${key}\nb`;
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  for (const bytes of [little, big]) {
    const [finding] = await found(bytes);
    expect(finding && at(finding)).toEqual([2, 5, 2, 5 + key.length]);
    expect(finding?.excerpt.before).toBe('😀\u0a0a\u0d0a ');
  }
});

it('counts the same in pieces as at once, in any order', () => {
  const root = folder();
  const lines = Array.from({ length: 5000 }, (_, i) => `${'é'.repeat(i % 700)} ${i}\r\n`);
  const bytes = Buffer.from(lines.join(''));
  writeFileSync(join(root, 'file'), bytes);
  const fd = openSync(join(root, 'file'), 'r');
  try {
    const pieces = new TextLines(descriptorSource(fd, bytes.length), []);
    const offsets = [0, 5, bytes.length - 3, 1024 * 1024 + 1, 1024 * 1024, 77, 2_000_001];
    for (const offset of offsets) {
      const before = bytes.subarray(0, offset).toString('latin1').split('\n');
      const here = new TextLines(bufferSource(bytes), []).at(offset);
      expect(pieces.at(offset)).toEqual(here);
      expect(here.line).toBe(before.length);
      const last = Buffer.from(before.at(-1) ?? '', 'latin1');
      // An offset within a character counts it.
      expect(here.column - 1).toBe([...last].filter((byte) => (byte & 0xc0) !== 0x80).length);
    }
  } finally {
    closeSync(fd);
  }
});

it('finds places in a line of megabytes, and shows a part of it', async () => {
  const [first, second] = [secret(), secret()];
  const line = `${'x = 1;'.repeat(200_000)}"${first}"${'y = 2;'.repeat(200_000)}"${second}"`;
  const findings = await found(`a\n${line}\n`);
  expect(findings.map(({ line, column }) => [line, column])).toEqual([
    [2, 1_200_002],
    [2, 1_200_002 + first.length + 1 + 1_200_000 + 1],
  ]);
  for (const { excerpt } of findings) {
    expect(excerpt.before.length).toBeLessThan(300);
    expect(excerpt.cutBefore).toBe(true);
  }
});

it('shows no secret: neither the one that was found nor others on its line, of whatever tier', async () => {
  const values = [secret(), secret('TSTWEAK_'), secret('TSTSURE_')];
  const findings = await found(`a = ${values.join(', ')} end\n`);
  expect(findings).toHaveLength(2);
  const shown = JSON.stringify(findings);
  for (const value of values) expect(shown).not.toContain(value.slice(9));
  expect(findings[0]?.excerpt).toEqual({
    before: 'a = ',
    secret: 'TSTK********',
    after: ', ********, ******** end',
    cutBefore: false,
    cutAfter: false,
  });
  // Of a kind without a known beginning nothing is left.
  expect(findings[1]?.secret).toBe('********');
});

it('keeps a fingerprint while line and secret are the same', async () => {
  const [key, other] = [secret(), secret()];
  const print = async (text: string, index = 0): Promise<string | undefined> =>
    (await found(text))[index]?.fingerprint;
  const first = await print(`key = "${key}"\n`);
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(await print(`a\nb\n\n\tkey  =\t"${key}"   \r\n`)).toBe(first);
  expect(await print(`key2 = "${key}"\n`)).not.toBe(first);
  expect(await print(`key = "${other}"\n`)).not.toBe(first);
  // Of lines that are the same the one above does not change what the one below is called.
  const both = `key = "${key}"\nkey = "${key}"\n`;
  expect(await print(both)).toBe(first);
  expect(await print(both, 1)).not.toBe(first);
  expect(await print(`key = "${other}"\nkey = "${key}"\n`, 1)).toBe(first);
  // Another secret on the line is cut out of it before.
  expect(await print(`key = "${key}" ${secret('TSTWEAK_')}`)).toBe(
    await print(`key = "${key}" ${secret('TSTWEAK_')}`),
  );
});
