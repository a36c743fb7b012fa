import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { moveOut } from '../../src/view/move-out.ts';
import { workshop, type Workshop } from './session-view.ts';

let shop: Workshop;
let elsewhere: string;
beforeEach(() => {
  shop = workshop();
  elsewhere = mkdtempSync('/dev/shm/guard-held-');
});
afterEach(() => {
  shop.remove();
  rmSync(elsewhere, { recursive: true, force: true });
});

test.each(['the same', 'another'])('a folder is moved whole to %s file system', (where) => {
  const kept = join(where === 'another' ? elsewhere : shop.sessionDir, 'held/0/.vscode');
  if (where === 'another') expect(statSync(elsewhere).dev).not.toBe(statSync(shop.repository).dev);
  shop.write('a/.vscode/deep/x', 'content');
  shop.write('victim/file', 'stays');
  symlinkSync('../../victim', join(shop.repository, 'a/.vscode/link'));
  execFileSync('mkfifo', [join(shop.repository, 'a/.vscode/pipe')]);
  execFileSync('chmod', ['-R', 'a-w', join(shop.repository, 'a')]);
  moveOut(shop.repository, 'a/.vscode', kept);
  expect(readFileSync(join(kept, 'deep/x'), 'utf8')).toBe('content');
  expect(readlinkSync(join(kept, 'link'))).toBe('../../victim');
  expect(existsSync(join(shop.repository, 'a/.vscode'))).toBe(false);
  expect(statSync(join(shop.repository, 'a')).mode & 0o200).toBe(0);
  expect(readFileSync(join(shop.repository, 'victim/file'), 'utf8')).toBe('stays');
  execFileSync('chmod', ['-R', 'u+w', join(shop.repository, 'a'), kept]);
});

test('a link on the way leads nowhere', () => {
  shop.write('../victim/.envrc', 'stays');
  symlinkSync('../victim', join(shop.repository, 'a'));
  expect(() =>
    moveOut(shop.repository, 'a/.envrc', join(shop.sessionDir, 'held/0/.envrc')),
  ).toThrow(/ENOTDIR|ELOOP/);
  expect(() =>
    moveOut(shop.repository, '../victim/.envrc', join(shop.sessionDir, 'held/1/.envrc')),
  ).toThrow();
  expect(readFileSync(join(shop.repository, '../victim/.envrc'), 'utf8')).toBe('stays');
});

test('a link itself is moved, not what it points to', () => {
  mkdirSync(join(shop.repository, 'target'));
  symlinkSync('target', join(shop.repository, '.vscode'));
  moveOut(shop.repository, '.vscode', join(shop.sessionDir, 'held/0/.vscode'));
  expect(existsSync(join(shop.repository, 'target'))).toBe(true);
  expect(lstatSync(join(shop.sessionDir, 'held/0/.vscode')).isSymbolicLink()).toBe(true);
});
