import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stateOf, statInside } from '../../src/view/covers.ts';
import { writeBack } from '../../src/view/write-back.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'guard-write-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const state = (path: string): string => {
  const stat = statInside(root, path);
  return stat ? stateOf(stat) : '';
};
const content = (bytes: Buffer | string) => ({
  bytes: Buffer.from(bytes),
  mode: 0o644,
  mtimeNs: 1_700_000_000_123_456_789n,
});

test('longer, shorter and empty: the same file, with its new content and time', () => {
  const file = join(root, 'f');
  writeFileSync(file, 'one');
  const { ino } = statSync(file);
  for (const text of ['longer than before', 'x', '', 'again']) {
    const stat = writeBack(root, 'f', state('f'), content(text));
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(stateOf(stat)).toBe(state('f'));
    expect(Number(stat.ino)).toBe(ino);
    expect(stat.mtimeNs / 1000n).toBe(1_700_000_000_123_456n);
  }
});

test('a file that is not as it was is left alone', () => {
  writeFileSync(join(root, 'f'), 'one');
  const before = state('f');
  writeFileSync(join(root, 'f'), 'two');
  expect(() => writeBack(root, 'f', before, content('three'))).toThrow('another file');
  expect(readFileSync(join(root, 'f'), 'utf8')).toBe('two');
});

test('what makes a program run as its owner goes, what makes it run stays', () => {
  writeFileSync(join(root, 'f'), 'one');
  chmodSync(join(root, 'f'), 0o6755);
  writeBack(root, 'f', state('f'), content('two'));
  expect(statSync(join(root, 'f')).mode & 0o7777).toBe(0o644);
});

test('no link is followed, wherever it stands on the way', () => {
  mkdirSync(join(root, 'in'));
  writeFileSync(join(root, 'outside'), 'mine');
  symlinkSync('../outside', join(root, 'in', 'f'));
  symlinkSync('..', join(root, 'in', 'up'));
  for (const path of ['f', 'up/outside'])
    expect(() => writeBack(join(root, 'in'), path, state('outside'), content('x'))).toThrow();
  expect(readFileSync(join(root, 'outside'), 'utf8')).toBe('mine');
});

test.runIf(process.getuid?.() === 0)('where there is no space the file is as it was', () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', root]);
  try {
    writeFileSync(join(root, 'f'), 'a'.repeat(40_000));
    expect(() => writeBack(root, 'f', state('f'), content('b'.repeat(200_000)))).toThrow('ENOSPC');
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('a'.repeat(40_000));
  } finally {
    execFileSync('umount', [root]);
  }
});
