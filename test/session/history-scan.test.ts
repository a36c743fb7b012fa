import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createScanner } from '../../src/secrets/engine/scanner.ts';
import { Git } from '../../src/session/facts/git-process.ts';
import { Pace, Stopped } from '../../src/session/facts/pace.ts';
import type { HistoryFinding } from '../../src/session/history/history-cache.ts';
import { scanHistory } from '../../src/session/history/history-scan.ts';
import { findGit } from '../../src/view/git-layout.ts';
import { workshop, type Workshop } from '../view/session-view.ts';

const scanner = createScanner({
  detectors: [
    {
      id: 'test.sure',
      tier: 'certain',
      words: ['sure-'],
      reach: { before: 0, after: 64 },
      rank: 2,
      look: ({ at }) => [{ start: at, end: at + 25 }],
    },
  ],
  readers: [],
});
const made = () => `sure-${randomBytes(10).toString('hex')}`;

let shop: Workshop;
beforeEach(() => {
  shop = workshop();
  shop.write('../session/x', '');
  shop.git('init', '-q');
});
afterEach(() => shop.remove());

function commit(path: string, content: string | null): void {
  const file = shop.write(path, content ?? '');
  if (content === null) rmSync(file);
  shop.git('add', '-A');
  shop.git('commit', '-qm', path);
}

const cache = (key = 'rules 1') => ({ file: join(shop.sessionDir, 'history'), key });

async function scan(
  key?: string,
  signal = new AbortController().signal,
): Promise<{ found: HistoryFinding[]; values: string[]; ran: string[]; looked: string }> {
  const repository = findGit(shop.repository);
  if (!repository) throw new Error('no repository');
  const git = new Git(repository, new Pace(signal));
  const output = vi.spyOn(git, 'output');
  const values: string[] = [];
  const onSecrets = (more: string[]): void => void values.push(...more);
  const found = await scanHistory({ git, scanner, cache: cache(key), onSecrets });
  const { calls } = output.mock;
  return {
    found,
    values: values.sort(),
    ran: calls.map(([[command]]) => command),
    looked: calls.find(([[command]]) => command === 'diff-tree')?.[1] ?? '',
  };
}

test('what was looked through is not looked through again, and its values are known all the same', async () => {
  const [here, gone] = [made(), made()];
  commit('a b', `x ${here}\n`);
  commit('gone', `${gone} y\n`);
  commit('gone', null);
  const first = await scan();
  expect(first.found.map(({ path }) => path)).toEqual(['a b', 'gone']);
  expect(first.values).toEqual([here, gone].sort());
  const second = await scan();
  expect(second.found).toEqual(first.found);
  expect(second.values).toEqual(first.values);
  expect(second.ran).not.toContain('diff-tree');
  const more = made();
  commit('more', more);
  const third = await scan();
  expect(third.values).toEqual([here, gone, more].sort());
  expect(third.looked).toBe(shop.git('rev-parse', 'HEAD'));
});

test('other rules look at everything again, and so does whatever is wrong with the cache', async () => {
  commit('a', made());
  const first = await scan();
  expect((await scan('rules 2')).ran).toContain('diff-tree');
  for (const damage of ['', '{', '{"key":"rules 1","tips":["x"],"found":[]}', 'null']) {
    writeFileSync(cache().file, damage);
    const { found, ran } = await scan();
    expect(ran).toContain('diff-tree');
    expect(found).toEqual(first.found);
  }
});

test('branches, tags and the stash count; what a merge makes of two counts', async () => {
  const values = Array.from({ length: 4 }, made);
  commit('base', 'base\n');
  shop.git('checkout', '-qb', 'side');
  commit('side', values[0] ?? '');
  shop.git('tag', 'kept');
  shop.git('checkout', '-q', '-');
  commit('other', values[1] ?? '');
  shop.git('merge', '-q', '--no-commit', 'side');
  commit('in merge', values[2] ?? '');
  shop.git('branch', '-D', 'side');
  shop.write('base', values[3] ?? '');
  shop.git('stash');
  expect((await scan()).values).toEqual([...values].sort());
});

test('it stops when nobody wants to know any more', async () => {
  commit('a', made());
  const stop = new AbortController();
  stop.abort();
  await expect(scan('rules 1', stop.signal)).rejects.toBeInstanceOf(Stopped);
});
