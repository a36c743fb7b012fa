import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commit, fill, git, lines, makeFolder } from './measuring.ts';

function repository(files: Record<string, string> = { a: '1' }): string {
  const cwd = makeFolder();
  git(cwd, 'init', '-q');
  commit(cwd, 'first', files);
  return cwd;
}

it('tells what git clean may remove', async () => {
  const cwd = repository({ a: '1', 'src/b': '2', '.gitignore': '*.o\n' });
  fill(cwd, { new: '12', 'src/new': '3', 'src/x.o': '4', 'fresh/deep/x': '5' });
  git(cwd, 'init', '-q', 'nested');
  const first = async (...argv: string[]) =>
    (await lines({ argv: ['git', 'clean', ...argv], cwd }))[0];
  expect(await first('-f')).toMatch(
    /^removes: at most 3 files that git does not know.*not ignored/,
  );
  expect(await first('-fd')).toMatch(/^removes: at most \d+ files that git does not know/);
  expect(await first('-fx', 'src')).toMatch(
    /^removes: at most 2 files .*\(src\/(new|x\.o), src\/(new|x\.o)\)$/,
  );
  expect(await first('-f', '*.o')).toMatch(/could not be measured: a pattern/);
  const clean = repository();
  expect(await lines({ argv: ['git', 'clean', '-fdx'], cwd: clean })).toEqual([
    'removes: nothing: git knows every file',
  ]);
});

it('tells what a reset discards, and which commits leave the branch', async () => {
  const cwd = repository({ a: '1', b: '2', 'src/c': '3' });
  commit(cwd, 'second', { a: '22' });
  expect(await lines({ argv: ['git', 'checkout', '.'], cwd })).toEqual([
    'discards: no file was changed since git last looked, by size and time; what is staged is not counted',
  ]);
  writeFileSync(join(cwd, 'src/c'), 'longer');
  expect(
    (await lines({ argv: ['git', 'checkout', '.'], cwd: join(cwd, 'src'), repository: cwd }))[0],
  ).toMatch(/1 file changed/);
  writeFileSync(join(cwd, 'a'), 'longer');
  expect(
    (await lines({ argv: ['git', 'checkout', '.'], cwd: join(cwd, 'src'), repository: cwd }))[0],
  ).toMatch(/1 file changed/);
  expect(
    (await lines({ argv: ['git', 'checkout', '-f'], cwd: join(cwd, 'src'), repository: cwd }))[0],
  ).toMatch(/2 files changed/);
  git(cwd, 'checkout', 'a');
  rmSync(join(cwd, 'b'));
  const said = await lines({ argv: ['git', 'reset', '--hard', 'HEAD~1'], cwd });
  expect(said[0]).toMatch(
    /^discards: 1 file changed since git last looked, by size and time, last just now \(src\/c\); 1 file deleted/,
  );
  expect(said[1]).toMatch(/^moves: 1 commit off the branch/);
  expect(said[2]).toMatch(/^commit: [0-9a-f]{7} second \(Ann, just now\)$/);
});

it('tells which commits only a branch has', async () => {
  const cwd = repository();
  git(cwd, 'checkout', '-q', '-b', 'topic');
  commit(cwd, 'mine alone', { b: '1' });
  git(cwd, 'checkout', '-q', 'main');
  const said = await lines({ argv: ['git', 'branch', '-D', 'topic'], cwd });
  expect(said[0]).toBe('loses: 1 commit of topic on no other branch or tag');
  expect(said[1]).toMatch(/^commit: [0-9a-f]{7} mine alone/);
  expect(await lines({ argv: ['git', 'update-ref', '-d', 'refs/heads/topic'], cwd })).toEqual(said);
  expect((await lines({ argv: ['git', 'branch', '-f', 'topic', 'main'], cwd }))[0]).toBe(said[0]);
  git(cwd, 'tag', 'kept', 'topic');
  expect((await lines({ argv: ['git', 'branch', '-D', 'topic'], cwd }))[0]).toMatch(
    /^loses: no commits/,
  );
});

it('tells which stash is dropped', async () => {
  const cwd = repository();
  for (const message of ['older', 'newer']) {
    writeFileSync(join(cwd, 'a'), message);
    git(cwd, 'stash', 'push', '-q', '-m', message);
  }
  const first = async (...argv: string[]) =>
    (await lines({ argv: ['git', 'stash', ...argv], cwd }))[0];
  expect(await first('drop')).toBe('removes: stash 0 of 2, "On main: newer", just now');
  expect(await first('drop', 'stash@{1}')).toBe(
    'removes: stash 1 of 2, "On main: older", just now',
  );
  expect(await first('clear')).toBe('removes: 2 stashes, the newest "On main: newer", just now');
});

it('runs nothing that the repository names, and asks nobody for objects', async () => {
  const cwd = repository();
  const tip = commit(cwd, 'second', { a: '2' });
  const place = makeFolder();
  const marker = join(place, 'ran');
  const program = join(place, 'program');
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >>${marker}\ncat >/dev/null\n`);
  chmodSync(program, 0o755);
  const hooks = join(place, 'hooks');
  for (const hook of ['reference-transaction', 'post-index-change', 'pre-push', 'post-checkout']) {
    fill(hooks, { [hook]: `#!/bin/sh\ntouch ${marker}\n` });
    chmodSync(join(hooks, hook), 0o755);
  }
  const included = `[core]\n\tfsmonitor = ${program}\n\talternateRefsCommand = ${program}\n\tsshCommand = ${program}\n\tpager = ${program}\n`;
  fill(place, { included });
  for (const [key, value] of [
    ['core.repositoryFormatVersion', '1'],
    ['core.fsmonitor', program],
    ['core.hooksPath', hooks],
    ['core.pager', program],
    ['core.editor', program],
    ['core.sshCommand', program],
    ['core.gitProxy', program],
    ['core.askPass', program],
    ['core.alternateRefsCommand', program],
    ['credential.helper', `!${program}`],
    ['diff.external', program],
    ['gpg.program', program],
    ['log.showSignature', 'true'],
    ['pager.rev-list', program],
    ['pager.for-each-ref', program],
    ['alias.rev-list', `!${program}`],
    ['alias.for-each-ref', `!${program}`],
    ['filter.x.clean', program],
    ['trace2.eventTarget', marker],
    ['protocol.allow', 'always'],
    ['protocol.ext.allow', 'always'],
    ['extensions.partialClone', 'origin'],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.url', `ext::${program}`],
    ['remote.origin.uploadpack', program],
    ['remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*'],
    ['include.path', join(place, 'included')],
    ['includeIf.gitdir:/**.path', join(place, 'included')],
    ['uploadpack.packObjectsHook', program],
  ] as const)
    git(cwd, 'config', key, value);
  // A commit that is not there: git would fetch it from the "remote".
  const lost = git(cwd, 'commit-tree', '-p', tip, '-m', 'lost', `${tip}^{tree}`);
  fill(cwd, { '.git/refs/remotes/origin/main': `${lost}\n`, '.git/refs/heads/topic': `${lost}\n` });
  rmSync(join(cwd, '.git/objects', lost.slice(0, 2), lost.slice(2)));
  rmSync(marker, { force: true });
  fill(cwd, { '.gitattributes': '* filter=x diff=x\n' });
  for (const argv of [
    ['push', '-f', 'origin', 'main'],
    ['push', '--mirror', 'origin'],
    ['push', '-f', '--all'],
    ['push', '--delete', 'origin', 'main'],
    ['branch', '-D', 'main', 'topic'],
    ['reset', '--hard', 'HEAD~1'],
    ['clean', '-fdx'],
    ['stash', 'clear'],
  ])
    expect((await lines({ argv: ['git', ...argv], cwd })).length).toBeGreaterThan(0);
  expect(existsSync(marker) && readdirSync(place)).toBe(false);
});

it('takes no ref name for an option, and no name for its own line', async () => {
  const cwd = repository();
  const target = join(makeFolder(), 'written');
  const name = `--output=${target.slice(1).replaceAll('/', '_')}`;
  const lost = commit(cwd, 'in \x1b[31mred\x1b[0m \u202eside', { a: '2' });
  git(cwd, 'reset', '-q', '--hard', 'HEAD~1');
  fill(cwd, {
    [`.git/refs/heads/${name}`]: `${lost}\n`,
    [`.git/refs/remotes/origin/${name}`]: `${lost}\n`,
    '.git/refs/remotes/origin/main': `${lost}\n`,
    '.git/config':
      '[core]\n\tbare = false\n[remote "origin"]\n\turl = /x\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[remote "--upload-pack=x"]\n\turl = /y\n',
  });
  for (const argv of [
    ['branch', '-D', '--', name],
    ['push', '-f', 'origin', '--', name],
    ['push', '-f', '--', 'origin', `${name}:main`],
    ['push', '-f', '--', 'origin', '--all:main'],
    ['push', '--mirror', '--', '--upload-pack=x'],
    ['reset', '--hard', '--', '--exec=x'],
    ['push', '-f', '/x\x1b[31m\u202e', 'main'],
  ]) {
    const said = await lines({ argv: ['git', ...argv], cwd });
    expect(said.length).toBeGreaterThan(0);
    expect(said.join('\n')).not.toMatch(/[\x1b\u202e]/);
  }
  expect(readdirSync(cwd).sort()).toEqual(['.git', 'a']);
});

it('believes no graft, no replacement and no commit graph', async () => {
  const cwd = repository();
  const first = git(cwd, 'rev-parse', 'HEAD');
  const middle = commit(cwd, 'second', { a: '2' });
  const old = commit(cwd, 'third', { a: '3' });
  fill(cwd, { '.git/refs/remotes/origin/main': `${old}\n` });
  git(cwd, 'remote', 'add', 'origin', '/x');
  git(cwd, 'reset', '-q', '--hard', first);
  // Both say that the commits that go are the ones that stay.
  git(cwd, 'replace', old, first);
  fill(cwd, { '.git/info/grafts': `${old} ${first}\n${middle}\n` });
  const said = await lines({ argv: ['git', 'push', '-f', 'origin', 'main'], cwd });
  expect(said.find((line) => line.startsWith('loses'))).toMatch(/^loses: 2 commits/);
});

it('reads no repository that a file or link points to without its consent', async () => {
  const other = repository({ private: '1' });
  git(other, 'stash', 'list');
  const cwd = makeFolder();
  fill(cwd, { '.git': `gitdir: ${other}/.git\n` });
  for (const argv of [
    ['branch', '-D', 'main'],
    ['push', '-f'],
    ['clean', '-f'],
    ['stash', 'drop'],
  ])
    expect(await lines({ argv: ['git', ...argv], cwd })).toEqual([
      `measured: could not be measured: the git repository in ${cwd} is not one guard can read`,
    ]);
});

it('says so where a setting puts the work tree elsewhere', async () => {
  const cwd = repository();
  git(cwd, 'config', 'core.worktree', makeFolder({ mine: '1' }));
  for (const argv of [
    ['clean', '-fd'],
    ['reset', '--hard'],
    ['checkout', '.'],
  ])
    expect(await lines({ argv: ['git', ...argv], cwd })).toEqual([
      'measured: could not be measured: core.worktree says where git works',
    ]);
});

it('ends git when the time is over', async () => {
  const cwd = repository();
  git(cwd, 'remote', 'add', 'origin', '/x');
  fill(cwd, { '.git/refs/remotes/origin/main': `${git(cwd, 'rev-parse', 'HEAD')}\n` });
  // A ref that is a pipe nobody writes to: git waits for it.
  execFileSync('mkfifo', [join(cwd, '.git/refs/remotes/origin/slow')]);
  const said = await lines({ argv: ['git', 'push', '--mirror', 'origin'], cwd, time: 400 });
  expect(said.join('\n')).toMatch(/could not be measured/);
  const children = (): string =>
    spawnSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' }).stdout;
  await expect.poll(children).not.toContain('for-each-ref');
});
