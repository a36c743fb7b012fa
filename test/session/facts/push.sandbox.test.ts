import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withoutCredentials } from '../../../src/session/facts/push-target.ts';
import { commit, git, lines, makeFolder } from './measuring.ts';

/** A clone whose main has two commits less and one commit more than the remote's. */
function diverged(): { cwd: string; remote: string; old: string; tip: string } {
  const remote = makeFolder();
  git(remote, 'init', '-q', '--bare');
  const cwd = makeFolder();
  git(cwd, 'init', '-q');
  commit(cwd, 'first', { a: '1' });
  git(cwd, 'remote', 'add', 'origin', remote);
  commit(cwd, 'second', { a: '2' });
  const old = commit(cwd, 'third', { a: '3' });
  git(cwd, 'push', '-q', '-u', 'origin', 'main');
  git(cwd, 'fetch', '-q');
  git(cwd, 'reset', '-q', '--hard', 'HEAD~2');
  const tip = commit(cwd, 'instead', { a: '4' });
  return { cwd, remote, old, tip };
}

const LOST = 'loses: 2 commits that would no longer be in it, as last fetched just now';

it.each([
  'push --force',
  'push -f origin main',
  'push origin +main',
  'push origin +HEAD:main',
  'push --force-with-lease origin HEAD',
  'push -f origin refs/heads/*:refs/heads/*',
  'push -f --all',
  '-C sub -C .. push --forc --repo=origin',
])('tells which commits go: git %s', async (words) => {
  const { cwd, remote, old, tip } = diverged();
  mkdirSync(join(cwd, 'sub'));
  expect(await lines({ argv: ['git', ...words.split(' ')], cwd })).toEqual([
    `remote: origin, ${remote} (its environment may say otherwise)`,
    `branch: main goes from ${old.slice(0, 7)} to ${tip.slice(0, 7)}`,
    LOST,
    expect.stringMatching(/^commit: [0-9a-f]{7} third \(Ann, just now\)$/),
    expect.stringMatching(/^commit: [0-9a-f]{7} second \(Ann, just now\)$/),
  ]);
});

it('tells what a deleted branch had that no other has', async () => {
  const { cwd } = diverged();
  git(cwd, 'checkout', '-q', '-b', 'topic', 'origin/main');
  commit(cwd, 'only here', { b: '1' });
  git(cwd, 'push', '-q', 'origin', 'topic');
  const expected = [
    expect.stringMatching(/^branch: topic is deleted$/),
    expect.stringMatching(/^loses: 1 commit that no other branch of the remote has/),
    expect.stringMatching(/^commit: [0-9a-f]{7} only here/),
  ];
  for (const rest of [
    ['--delete', 'origin', 'topic'],
    ['origin', ':topic'],
    ['origin', ':refs/heads/topic'],
  ])
    expect((await lines({ argv: ['git', 'push', ...rest], cwd })).slice(1)).toEqual(expected);
});

it('tells what a mirror deletes', async () => {
  const { cwd } = diverged();
  git(cwd, 'push', '-q', 'origin', 'main~1:refs/heads/elsewhere');
  const said = await lines({ argv: ['git', 'push', '--mirror', 'origin'], cwd });
  expect(said[1]).toBe('deletes: 1 branch not known here: elsewhere');
  expect(said[2]).toMatch(/^loses: 2 commits that no branch here has/);
});

it('says what it cannot know', async () => {
  const { cwd, remote } = diverged();
  const said = async (...argv: string[]) => lines({ argv: ['git', ...argv], cwd });
  expect((await said('push', '-f', 'https://me:secret@example.com/x.git', 'main'))[0]).toMatch(
    /^remote: https:\/\/me:?…?@example\.com\/x\.git/,
  );
  expect((await said('push', '-f', remote, 'main'))[1]).toBe(
    'loses: could not be measured: what is there now is not known here',
  );
  expect((await said('push', '-f', 'origin', 'main:new'))[1]).toBe(
    'branch: new: what is there now is not known here',
  );
  expect((await said('push', '-f', 'origin', 'gone:main'))[1]).toBe(
    'branch: main: what would be pushed cannot be told',
  );
  expect((await said('push', '-f', 'origin', ':'))[1]).toBe(
    'loses: could not be measured: every branch of the same name is pushed',
  );
  expect(await said('--git-dir=/elsewhere', 'push', '-f')).toEqual([
    'measured: could not be measured: --git-dir says where git works',
  ]);
  const outside = makeFolder();
  expect(await lines({ argv: ['git', 'push', '-f'], cwd: outside })).toEqual([
    'measured: could not be measured: it is in no git repository',
  ]);
});

it('goes by settings of the command line and by rewritten addresses', async () => {
  const { cwd } = diverged();
  const remoteOf = async (...options: string[]) =>
    (await lines({ argv: ['git', ...options, 'push', '-f', 'origin', 'main'], cwd }))[0];
  expect(await remoteOf('-c', 'remote.origin.pushurl=https://elsewhere.example/x')).toContain(
    'origin, https://elsewhere.example/x',
  );
  git(cwd, 'config', 'remote.origin.url', 'short:x');
  git(cwd, 'config', 'url.https://long.example/.insteadOf', 'short:');
  expect(await remoteOf()).toContain('origin, https://long.example/x');
  git(cwd, 'config', 'include.path', '/more');
  expect(await remoteOf()).toContain('included from other files were not read');
});

it('follows a linked worktree to its repository', async () => {
  const { cwd } = diverged();
  const linked = join(makeFolder(), 'linked');
  git(cwd, 'worktree', 'add', '-q', '-b', 'side', linked);
  const said = await lines({ argv: ['git', 'push', '-f', 'origin', 'side:main'], cwd: linked });
  expect(said[2]).toBe(LOST);
});

it('shows no credentials of an address', () => {
  for (const url of [
    'https://token-abcdef0123456789@github.com/a/b',
    'https://me:hunter2hunter2@github.com/a/b',
    'https://github.com/a/b?token=hunter2hunter2',
    'ssh://git:hunter2hunter2@host/x',
    'me:hunter2hunter2@host:x',
  ]) {
    expect(withoutCredentials(url)).not.toMatch(/abcdef0123|hunter2/);
    expect(withoutCredentials(url)).toMatch(/github\.com\/a\/b$|host[/:]x$/);
  }
  expect(withoutCredentials('git@github.com:a/b.git')).toBe('git@github.com:a/b.git');
  expect(withoutCredentials('https://github.com/a/b.git')).toBe('https://github.com/a/b.git');
});
