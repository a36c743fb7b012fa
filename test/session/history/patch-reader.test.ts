import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { PatchReader, type PatchPart } from '../../../src/session/history/patch-reader.ts';
import { repository } from '../../audit/repository.ts';
import type { TestRepository } from '../../audit/repository.ts';

function patchOf({ path, env, git }: TestRepository): Buffer {
  return execFileSync(
    'git',
    ['diff-tree', '--stdin', '--root', '-c', '-p', '-U0', '--full-index', '--no-renames'],
    { cwd: path, env, input: `${git('rev-list', '--reverse', 'HEAD')}\n` },
  );
}

function read(patch: Buffer, size = patch.length): Record<string, unknown>[] {
  const reader = new PatchReader();
  const parts: Record<string, unknown>[] = [];
  const keep = (part: PatchPart): void => {
    const rest =
      'text' in part
        ? { text: part.text.toString('latin1'), lines: [1, 2, 3].map(part.linesAbove) }
        : { blob: part.blob };
    parts.push({ path: part.path, isNew: part.isNew, ...rest });
  };
  for (let at = 0; at < patch.length; at += size)
    for (const part of reader.push(patch.subarray(at, at + size))) keep(part);
  for (const part of reader.end()) keep(part);
  return parts;
}

it('reads what commits add, the same in pieces of any size', () => {
  const repo = repository();
  repo.stage('file', 'a\nb\r\nc');
  repo.stage('blob', Buffer.from([0, 1, 2]));
  repo.commit();
  repo.stage('file', `a\nx\r\n${'y'.repeat(5000)}\nc\nd`);
  repo.stage('a b', '');
  repo.commit();
  const patch = patchOf(repo);
  const whole = read(patch);
  expect(whole).toMatchObject([
    { path: 'blob', isNew: true },
    { path: 'file', isNew: true, text: 'a\nb\r\nc\n', lines: [0, 0, 0] },
    { path: 'a b', isNew: true, text: '' },
    { path: 'file', isNew: false, lines: [1, 1, 1] },
  ]);
  for (const size of [1, 2, 7, 100]) expect(read(patch, size)).toEqual(whole);
});

it('takes any name for the name that it is, and lines that look like a patch for lines', () => {
  const repo = repository();
  const names = [
    '-rf',
    'a\nb',
    'tab\there',
    '"quoted"',
    'back\\slash',
    'ключ',
    '\udcff',
    'a b',
    ' ',
  ];
  const hostile = ['diff --git a/x b/x', '+++ b/x', '@@ -1 +1 @@', '0'.repeat(40), ''].join('\n');
  for (const name of names) repo.stage(name, hostile);
  repo.commit();
  const parts = read(patchOf(repo));
  expect(parts.map(({ path }) => path).sort()).toEqual([...names].sort());
  for (const { text } of parts) expect(text).toBe(hostile);
});
