import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { examiner, places, repository, secret, staged } from './repository.ts';

it('looks at what is staged, not at the working tree', async () => {
  const repo = repository();
  repo.stage('staged.txt', `a\n${secret()}\n`);
  repo.write('staged.txt', 'a\n');
  repo.stage('tree.txt', 'a\n');
  repo.write('tree.txt', secret());
  expect(places(await staged(repo))).toEqual(['staged.txt:2:1']);
});

it('counts lines that the commit adds, and with whole files all of them', async () => {
  const repo = repository();
  repo.stage('file', `${secret()}\nb\nc\n`);
  repo.commit();
  repo.git('rm', '-q', '--cached', 'file');
  repo.stage('file', `new\n${repo.git('show', 'HEAD:file')}\nd ${secret()}\n`);
  expect(places(await staged(repo))).toEqual(['file:5:3']);
  expect(places(await staged(repo, { wholeFiles: true }))).toEqual(['file:2:1', 'file:5:3']);
});

it('tells apart what is staged of one file', async () => {
  const repo = repository();
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  repo.stage('file', lines.join('\n'));
  repo.commit();
  lines[2] = secret();
  repo.stage('file', lines.join('\n'));
  lines[20] = secret();
  repo.write('file', lines.join('\n'));
  expect(places(await staged(repo))).toEqual(['file:3:1']);
});

it('follows a rename and looks at what it changes', async () => {
  const repo = repository();
  const text = Array.from({ length: 40 }, (_, i) => `line ${i}\n`).join('');
  repo.stage('old', `${secret()}\n${text}`);
  repo.commit();
  repo.git('mv', 'old', 'new');
  expect(places(await staged(repo))).toEqual([]);
  repo.stage('new', `${repo.git('show', 'HEAD:old')}\n${secret()}\n`);
  expect(places(await staged(repo))).toEqual(['new:42:1']);
  expect(places(await staged(repo, { wholeFiles: true }))).toEqual(['new:1:1', 'new:42:1']);
});

it('finds it in names of files, once they are new', async () => {
  const repo = repository();
  const name = `keys/${secret()}.txt`;
  repo.stage(name, 'a\n');
  const { findings } = await staged(repo);
  expect(findings).toMatchObject([{ place: 'name', file: 'keys/********.txt', line: 1 }]);
  repo.commit();
  repo.stage(name, 'b\n');
  expect(places(await staged(repo))).toEqual([]);
  expect(places(await staged(repo, { wholeFiles: true }))).toEqual(['keys/********.txt:name']);
});

it('reads the target of a link, and a file that became one, as text', async () => {
  const repo = repository();
  symlinkSync(`/nowhere/${secret()}`, join(repo.path, 'link'));
  repo.stage('file', secret());
  repo.git('add', 'link');
  expect(places(await staged(repo))).toEqual(['file:1:1', 'link:1:10']);
  repo.commit();
  rmSync(join(repo.path, 'file'));
  symlinkSync(repo.git('show', 'HEAD:file'), join(repo.path, 'file'));
  repo.git('add', 'file');
  expect(places(await staged(repo))).toEqual(['file:1:1']);
});

it('passes over a submodule, a deletion and a change of mode', async () => {
  const repo = repository();
  repo.stage('gone', secret());
  repo.stage('mode', secret());
  const head = repo.commit();
  repo.git('update-index', '--add', '--cacheinfo', `160000,${head},module`);
  repo.git('rm', '-q', 'gone');
  repo.git('update-index', '--chmod=+x', 'mode');
  const result = await staged(repo);
  expect(places(result)).toEqual([]);
  expect(result.looked).toBe(1);
  expect(result.unread).toEqual([]);
});

it('looks at everything before the first commit, in both object formats', async () => {
  for (const format of ['sha1', 'sha256']) {
    const repo = repository(`--object-format=${format}`);
    repo.stage('file', secret());
    expect(places(await staged(repo))).toEqual(['file:1:1']);
    repo.commit();
    repo.stage('file', `${repo.git('show', 'HEAD:file')}\n${secret()}`);
    expect(places(await staged(repo))).toEqual(['file:2:1']);
  }
});

it('looks at what a merge brings', async () => {
  const repo = repository();
  repo.stage('file', 'a\n');
  repo.commit();
  repo.git('checkout', '-q', '-b', 'side');
  repo.stage('side', secret());
  repo.commit();
  repo.git('checkout', '-q', 'main');
  repo.stage('file', 'b\n');
  repo.commit();
  repo.git('merge', '-q', '--no-commit', 'side');
  expect(places(await staged(repo))).toEqual(['side:1:1']);
});

it('passes over what git would not commit: unmerged paths, and names that are only announced', async () => {
  const repo = repository();
  repo.stage('file', 'a\n');
  repo.commit();
  repo.git('checkout', '-q', '-b', 'side');
  repo.stage('file', `${secret()}\n`);
  repo.commit();
  repo.git('checkout', '-q', 'main');
  repo.stage('file', 'b\n');
  repo.commit();
  expect(() => repo.git('merge', '-q', 'side')).toThrow();
  repo.write('announced', secret());
  repo.git('add', '-N', 'announced');
  const result = await staged(repo);
  expect(places(result)).toEqual([]);
  expect(result.unread).toEqual([]);
});

it('looks at the index that git names in a hook, for commit -a and commit FILE', async () => {
  const repo = repository();
  repo.stage('file', 'a\n');
  repo.commit();
  repo.write('file', `a\n${secret()}\n`);
  const other = join(repo.path, '.git', 'other-index');
  const env = { ...repo.env, GIT_INDEX_FILE: other };
  execFileSync('git', ['read-tree', 'HEAD'], { cwd: repo.path, env });
  execFileSync('git', ['add', 'file'], { cwd: repo.path, env });
  expect(places(await staged(repo))).toEqual([]);
  expect(places(await staged({ ...repo, env }))).toEqual(['file:2:1']);
});

it('looks in a linked worktree and from a subfolder, naming files from the top', async () => {
  const repo = repository();
  repo.stage('sub/file', 'a\n');
  repo.commit();
  repo.git('worktree', 'add', '-q', '../linked');
  const path = join(repo.path, '../linked');
  writeFileSync(join(path, 'sub/file'), `a\n${secret()}\n`);
  execFileSync('git', ['add', '.'], { cwd: path, env: repo.env });
  const linked = { ...repo, path: join(path, 'sub') };
  expect(places(await staged(linked))).toEqual(['sub/file:2:1']);
  expect(places(await staged(repo))).toEqual([]);
});

const HOSTILE = [
  '-rf',
  ':(glob)*',
  ':!x',
  'a\nb',
  'tab\there',
  '"quoted"',
  'ключ',
  '\udcff\udcfe.txt',
  ' ',
];

it('takes any name for the name that it is', async () => {
  const repo = repository();
  for (const name of HOSTILE) repo.stage(name, `${secret()}\n`);
  const first = await staged(repo);
  expect(first.findings.map(({ file }) => file).sort()).toEqual([...HOSTILE].sort());
  repo.commit();
  for (const name of HOSTILE) repo.stage(name, `a\n${secret()}\n`);
  expect(places(await staged(repo)).sort()).toEqual(HOSTILE.map((name) => `${name}:2:1`).sort());
});

it('runs no program that the repository names', async () => {
  const repo = repository();
  const marker = join(repo.path, 'ran');
  const program = join(repo.path, 'program');
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> '${marker}'\ncat\n`);
  chmodSync(program, 0o755);
  repo.stage('.gitattributes', '* diff=own filter=own merge=own\n');
  repo.stage('file', `${secret()}\n`);
  repo.commit();
  for (const [key, value] of Object.entries({
    'core.fsmonitor': program,
    'core.pager': program,
    'core.editor': program,
    'core.sshCommand': program,
    'core.alternateRefsCommand': program,
    'core.hooksPath': join(repo.path, 'hooks'),
    'diff.external': program,
    'diff.own.command': program,
    'diff.own.textconv': program,
    'filter.own.clean': program,
    'filter.own.smudge': program,
    'filter.own.process': program,
    'alias.diff-index': `!${program}`,
    'alias.cat-file': `!${program}`,
    'pager.diff': program,
    'pager.diff-index': program,
    'interactive.diffFilter': program,
    'gpg.program': program,
    'log.showSignature': 'true',
    'remote.origin.url': `ext::${program}`,
    'remote.origin.promisor': 'true',
    'core.repositoryFormatVersion': '1',
    'extensions.partialClone': 'origin',
    'protocol.ext.allow': 'always',
    'diff.noprefix': 'true',
    'diff.relative': 'true',
    'color.ui': 'always',
  }))
    repo.git('config', key, value);
  mkdirSync(join(repo.path, 'hooks'));
  for (const hook of [
    'post-index-change',
    'pre-commit',
    'reference-transaction',
    'fsmonitor-watchman',
  ]) {
    writeFileSync(join(repo.path, 'hooks', hook), `#!/bin/sh\necho ${hook} >> '${marker}'\n`);
    chmodSync(join(repo.path, 'hooks', hook), 0o755);
  }
  const [blob = ''] = [
    execFileSync('git', ['hash-object', '-w', '--no-filters', '--stdin'], {
      ...{ cwd: repo.path, env: repo.env, input: `x\n${secret()}\n`, encoding: 'utf8' },
    }).trim(),
  ];
  repo.git(
    '-c',
    'core.fsmonitor=false',
    '-c',
    'core.hooksPath=/dev/null',
    'update-index',
    '--cacheinfo',
    `100644,${blob},file`,
  );
  rmSync(marker, { force: true });
  expect(places(await staged(repo))).toEqual(['file:2:1']);
  // With an object gone that a promisor might have, git must not ask the promisor.
  rmSync(join(repo.path, '.git/objects', blob.slice(0, 2), blob.slice(2)));
  const { unread } = await staged(repo, { with: examiner() }).catch((error: Error) => ({
    unread: [{ why: error.message }],
  }));
  expect(unread).toHaveLength(1);
  expect(existsSync(marker)).toBe(false);
});

it('says that it is no repository, and which object is missing', async () => {
  const repo = repository();
  const none = { ...repo, path: '/' };
  await expect(staged(none)).rejects.toMatchObject({
    exitCode: 2,
    why: 'this is not a git repository',
  });
  repo.git('update-index', '--add', '--cacheinfo', `100644,${'1'.repeat(40)},lost`);
  const { unread } = await staged(repo);
  expect(unread).toEqual([{ file: 'lost', why: 'git does not have its content' }]);
});
