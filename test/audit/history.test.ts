import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import type { AuditResult } from '../../src/audit/result.ts';
import { history, places, repository, secret } from './repository.ts';

const commits = ({ findings }: AuditResult): (string | undefined)[] =>
  findings.map(({ commit }) => commit?.hash);

it('reports each secret once, with the first commit that has it', async () => {
  const repo = repository();
  const [one, two] = [secret(), secret()];
  repo.stage('a', 'nothing\n');
  repo.commit();
  repo.stage('a', `nothing\nx ${one}\n`);
  const first = repo.commit();
  repo.stage('b', `${one}\n`);
  repo.commit();
  repo.git('rm', '-q', 'a', 'b');
  repo.commit();
  repo.stage('a', `1\n2\n3\n4\n5\n6\n`);
  repo.commit();
  repo.stage('a', `1\n${two}\n2\n3\n4\n5\n6\n7 ${one}\n`);
  const last = repo.commit();
  const result = await history(repo);
  expect(places(result)).toEqual(['a:2:3', 'a:2:1']);
  expect(commits(result)).toEqual([first, last]);
  expect(result.findings[0]?.commit?.date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

it('counts lines as they are in the commit, however many hunks there are', async () => {
  const repo = repository();
  const lines = Array.from({ length: 200 }, (_, i) => `line ${i}`);
  repo.stage('file', lines.join('\n'));
  repo.commit();
  const planted = [3, 50, 51, 120, 199];
  for (const at of planted) lines[at] = secret();
  lines.splice(80, 10);
  repo.stage('file', lines.join('\n'));
  repo.commit();
  expect(places(await history(repo))).toEqual(
    [4, 51, 52, 111, 190].map((line) => `file:${line}:1`),
  );
});

it('finds what only a tag, a stash, a note or another branch leads to', async () => {
  const repo = repository();
  repo.stage('file', 'a\n');
  repo.commit();
  const planted: Record<string, string> = {};
  const plant = (name: string): string => (planted[name] = secret());
  repo.git('checkout', '-q', '-b', 'side');
  repo.stage('branch', plant('branch'));
  repo.commit();
  repo.git('checkout', '-q', '--detach');
  repo.stage('tagged', plant('tagged'));
  repo.commit();
  repo.git('tag', 'light');
  repo.git('tag', '-a', 'annotated', '-m', `a tag\n\nwith ${plant('tag message')}`);
  repo.git('checkout', '-q', 'main');
  for (const name of ['older stash', 'newer stash']) {
    repo.stage('file', 'staged\n');
    repo.write('file', `${plant(name)}\n`);
    repo.git('stash', '-q');
  }
  repo.write('untracked', plant('untracked stash'));
  repo.git('stash', '-q', '-u');
  repo.git('notes', 'add', '-m', plant('note'));
  repo.git('commit', '-q', '--allow-empty', '-m', `subject\n\n${plant('message')}`);
  const { findings } = await history(repo);
  expect(findings).toHaveLength(Object.keys(planted).length);
  expect(
    findings.filter(({ place }) => place === 'message').map(({ file, line }) => [file, line]),
  ).toEqual([
    [`commit ${repo.git('rev-parse', 'HEAD').slice(0, 12)}`, 3],
    ['tag annotated', 3],
  ]);
});

it('looks at what a merge has of neither parent, and not twice at what it has of one', async () => {
  const repo = repository();
  repo.stage('file', 'a\nb\nc\n');
  repo.commit();
  repo.git('checkout', '-q', '-b', 'side');
  const fromSide = secret();
  repo.stage('file', `side ${fromSide}\nb\nc\n`);
  const side = repo.commit();
  repo.git('checkout', '-q', 'main');
  repo.stage('file', 'a\nb\nmain\n');
  repo.commit();
  repo.git('merge', '-q', '--no-commit', 'side');
  repo.stage('file', `side ${fromSide}\nb ${secret()}\nmain\n`);
  const merge = repo.commit();
  const result = await history(repo);
  expect(places(result)).toEqual(['file:1:6', 'file:2:3']);
  expect(commits(result)).toEqual([side, merge]);
});

it('finds it in names, in UTF-16, and in text that an attribute calls binary', async () => {
  const repo = repository();
  repo.stage(`dir/${secret()}`, '');
  repo.stage('wide.txt', Buffer.from(`\ufeffa\r\n${secret()}\r\n`, 'utf16le'));
  repo.stage('.gitattributes', '*.lock -diff\n*.bin diff=none\n');
  repo.git('config', 'diff.none.binary', 'true');
  repo.stage('yarn.lock', `a\n${secret()}\n`);
  repo.stage('x.bin', `a\nb\n${secret()}\n`);
  const commit = repo.commit();
  repo.git('rm', '-q', '-r', '.');
  repo.commit();
  const result = await history(repo);
  expect(places(result).sort()).toEqual([
    ...['dir/********:name', 'wide.txt:2:1', 'x.bin:3:1', 'yarn.lock:2:1'],
  ]);
  expect(new Set(commits(result))).toEqual(new Set([commit]));
});

it('counts in a range what its commits add', async () => {
  const repo = repository();
  const [known, added, merged] = [secret(), secret(), secret()];
  repo.stage('file', `${known}\nb\nc\nd\ne\n`);
  repo.commit();
  repo.git('tag', 'start');
  repo.git('checkout', '-q', '-b', 'side');
  repo.stage('file', `${known}\n${added}\nb\nc\nd\ne\n`);
  repo.commit();
  repo.git('checkout', '-q', 'main');
  repo.stage('file', `${known}\nb\nc\nd\nE\n`);
  repo.commit();
  repo.git('merge', '-q', '--no-commit', 'side');
  repo.stage('file', `${known}\n${added}\nb\nc\nd ${merged}\nE\n`);
  repo.commit();
  expect(places(await history(repo, { ranges: ['start..main'] }))).toEqual([
    ...['file:2:1', 'file:5:3'],
  ]);
  expect(places(await history(repo, { ranges: ['side..main'] }))).toEqual(['file:5:3']);
});

it('looks at a range alone, and refuses one that is none', async () => {
  const repo = repository();
  repo.stage('a', secret());
  repo.commit();
  repo.git('tag', '-a', 'v1', '-m', secret());
  repo.stage('b', secret());
  repo.commit();
  expect(places(await history(repo, { ranges: ['v1..main'] }))).toEqual(['b:1:1']);
  expect(places(await history(repo, { ranges: ['main', '^v1'] }))).toEqual(['b:1:1']);
  await expect(history(repo, { ranges: ['nowhere..main'] })).rejects.toMatchObject({ exitCode: 2 });
});

it('looks at an empty repository, a bare one and one with SHA-256', async () => {
  expect(places(await history(repository()))).toEqual([]);
  const repo = repository('--object-format=sha256');
  repo.stage('a', `x\n${secret()}`);
  repo.stage('b', Buffer.from(`\ufeff${secret()}`, 'utf16le'));
  repo.commit();
  repo.git('clone', '-q', '--bare', '.', '../bare');
  for (const path of [repo.path, `${repo.path}/../bare`])
    expect(places(await history({ ...repo, path })).sort()).toEqual(['a:2:1', 'b:1:1']);
});

it('takes any name for the name that it is, and lines that look like a patch for lines', async () => {
  const repo = repository();
  const names = [
    '-rf',
    'a\nb',
    'tab\there',
    '"quoted"',
    'back\\slash',
    'ключ',
    '\udcff.txt',
    'with space',
    ' ',
  ];
  for (const name of names) repo.stage(name, `${secret()}\n`);
  repo.stage('patch', 'a\n');
  repo.commit();
  repo.stage(
    'patch',
    `${['diff --git a/x b/x', '--- a/x', '+++ b/x', '@@ -1 +1 @@', '0'.repeat(40)].join('\n')}\n${secret()}\n`,
  );
  repo.commit();
  const { findings } = await history(repo);
  expect(findings.map(({ file }) => file).sort()).toEqual([...names, 'patch'].sort());
  expect(findings.find(({ file }) => file === 'patch')?.line).toBe(6);
});

it('finds the first commit among thousands, whatever its clock says', async () => {
  const repo = repository();
  const key = secret();
  const input: string[] = [];
  const count = 2500;
  for (let i = 1; i <= count; i += 1) {
    const text = i === 700 || i > 1500 ? `${key} ${i}\n` : `line ${i}\n`;
    input.push(
      `commit refs/heads/main\ncommitter a <a@example.com> ${1_700_000_000 - i} +0000\ndata 0\n`,
      `M 100644 inline file\ndata ${text.length}\n${text}\n`,
    );
  }
  execFileSync('git', ['fast-import', '--quiet'], {
    ...{ cwd: repo.path, env: repo.env, input: input.join('') },
  });
  const result = await history(repo);
  expect(commits(result)).toEqual([repo.git('rev-parse', `main~${count - 700}`)]);
});
