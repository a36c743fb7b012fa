import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { NotMeasured, Pace } from '../../src/session/facts/pace.ts';
import { readTracked } from '../../src/session/facts/tracked-files.ts';
import type { GitRepository } from '../../src/view/git-layout.ts';

/** A git index of one file: gitformat-index(5), version 2. */
function indexOf(name: string): Buffer {
  const header = Buffer.alloc(12);
  header.write('DIRC');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(1, 8);
  const entry = Buffer.alloc(62);
  entry.writeUInt32BE(0o100644, 24);
  entry.writeUInt16BE(Math.min(name.length, 0xfff), 60);
  const end = Buffer.alloc(8 - ((62 + name.length) % 8));
  return Buffer.concat([header, entry, Buffer.from(name), end, Buffer.alloc(20)]);
}

it.each([
  ['a path that can be', 2000, true],
  ['one of a million folders', 1_000_000, false],
])('reads the index of %s: %i deep', async (_, depth, read) => {
  const gitDir = mkdtempSync(join(tmpdir(), 'guard-index-'));
  onTestFinished(() => rmSync(gitDir, { recursive: true }));
  writeFileSync(join(gitDir, 'index'), indexOf('a/'.repeat(depth) + 'x'));
  const repository = { gitDir, objectIdBytes: 20 } as GitRepository;
  const tracked = readTracked(repository, new Pace(new AbortController().signal));
  if (read) expect((await tracked).size).toBe(1);
  else await expect(tracked).rejects.toThrow(NotMeasured);
});
