import { expect, it } from 'vitest';
import { commit, git, lines, makeFolder } from './measuring.ts';

it('counts files of a command it knows nothing of, where a rule asks for that', async () => {
  const cwd = makeFolder({ 'data/a': '123', 'data/b/c': '4', 'more.txt': '56' });
  const argv = ['unheard-of', '--level', 'data', 'nowhere', 'more.txt'];
  expect(await lines({ argv: ['wipefs', ...argv.slice(1)], cwd })).toEqual([]);
  const [first = ''] = await lines({
    argv: ['chmod', '-R', '0', 'data', 'more.txt'],
    cwd,
    wanted: ['files'],
  });
  expect(first).toMatch(/^affects: 3 files in 2 folders, 6 bytes, last changed/);
});

it('does what a command is known for when its rule asks for more than that or less', async () => {
  const cwd = makeFolder();
  git(cwd, 'init', '-q');
  commit(cwd, 'first', { 'src/a': 'one' });
  const stash = { argv: ['git', 'stash', 'drop'], cwd };
  const usual = await lines(stash);
  expect(await lines({ ...stash, wanted: ['stash', 'files', 'changes'] })).toEqual(usual);
  expect(await lines({ argv: ['rm', '-rf', 'src'], cwd, wanted: ['push', 'nonsense'] })).toEqual(
    await lines({ argv: ['rm', '-rf', 'src'], cwd }),
  );
  const pushed = await lines({ argv: ['git', 'gc', '--prune=now'], cwd, wanted: ['branches'] });
  expect(pushed.join()).not.toContain('push');
});
