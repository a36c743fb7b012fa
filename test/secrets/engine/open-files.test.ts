import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OpenFiles } from '../../../src/secrets/engine/open-files.ts';

let root: string;
let files: OpenFiles;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'guard-open-files-'));
  mkdirSync(join(root, 'a/b'), { recursive: true });
  mkdirSync(join(root, 'a/c'));
  for (const path of ['top', 'a/one', 'a/b/two', 'a/c/three'])
    writeFileSync(join(root, path), path);
  files = new OpenFiles(root);
});
afterEach(() => {
  files.close();
  rmSync(root, { recursive: true });
});

const read = (path: string): string => files.with(path, (fd) => readFileSync(fd, 'utf8'));
const codeOf = (path: string): string | undefined => {
  try {
    read(path);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'thrown';
  }
};

it('opens files in any order', () => {
  for (const path of ['a/b/two', 'a/one', 'top', 'a/c/three', 'a/b/two'])
    expect(read(path)).toBe(path);
});

it('follows no link, in no component', () => {
  symlinkSync('/etc', join(root, 'etc'));
  symlinkSync('/etc/passwd', join(root, 'a/passwd'));
  symlinkSync('b', join(root, 'a/inside'));
  expect(codeOf('etc/passwd')).toMatch(/ENOTDIR|ELOOP/);
  expect(codeOf('a/passwd')).toBe('ELOOP');
  expect(codeOf('a/inside/two')).toMatch(/ENOTDIR|ELOOP/);
  expect(read('a/b/two')).toBe('a/b/two');
});

it('stays below its folder', () => {
  for (const path of ['../x', 'a/../../x', '/etc/passwd', 'a//one', '.', ''])
    expect(codeOf(path)).toBe('thrown');
});

it('does not wait for a FIFO, and takes no folder for a file', () => {
  execFileSync('mkfifo', [join(root, 'a/fifo')]);
  expect(codeOf('a/fifo')).toBe('ENOTREG');
  expect(codeOf('a/b')).toBe('ENOTREG');
});

it('says where nothing is', () => {
  expect(codeOf('a/none')).toBe('ENOENT');
  expect(codeOf('none/at/all')).toBe('ENOENT');
  expect(read('a/one')).toBe('a/one');
});
