import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { AuditResult } from '../../src/audit/result.ts';
import { examiner, history, repository, scanner, secret, staged, worktree } from './repository.ts';
import type { TestRepository } from './repository.ts';

/** A place that a secret can stand in. `file` is what a finding there names. */
interface Place {
  what: string;
  file: string;
  /** Before the commit that the repository begins with, or while its commit is made ready. */
  begin?: (repo: TestRepository, key: string) => void;
  stage?: (repo: TestRepository, key: string) => void;
  /** Behind the commit. */
  after?: (repo: TestRepository, key: string) => void;
}

const text = (what: string, file: string, content: (key: string) => string | Buffer): Place => ({
  what,
  file,
  stage: (repo, key) => repo.stage(file, content(key)),
});

const hex = (key: string): string => Buffer.from(key).toString('hex');
const base64 = (key: string): string => Buffer.from(key).toString('base64');

const PLACES: Place[] = [
  text('a file in a subfolder', 'src/deep/down/a.txt', (key) => `a\n${key}\n`),
  text('a line with CRLF', 'crlf.txt', (key) => `a\r\n${key}\r\n`),
  text('behind a byte order mark', 'bom.txt', (key) => `\ufeff${key}\n`),
  text('UTF-16 with a byte order mark, little-endian', 'utf16le.txt', (key) =>
    Buffer.from(`\ufeffa\n${key}\n`, 'utf16le'),
  ),
  text('the same, big-endian', 'utf16be.txt', (key) =>
    Buffer.from(`\ufeffa\n${key}\n`, 'utf16le').swap16(),
  ),
  text('a file in Latin-1', 'latin1.txt', (key) =>
    Buffer.concat([Buffer.from([0xe9, 0x20]), Buffer.from(key)]),
  ),
  text('a notebook (.ipynb)', 'notebook.ipynb', (key) =>
    JSON.stringify({ cells: [{ cell_type: 'code', source: [`token = "${key}"\n`] }] }, null, 1),
  ),
  text(
    'a minified file with lines of 1 MB',
    'app.min.js',
    (key) => `${'f(x);'.repeat(200_000)}g("${key}");${'f(x);'.repeat(200_000)}\n`,
  ),
  text('base64', 'base64.txt', (key) => `data: ${base64(`token = ${key}\n`)}\n`),
  text('hexadecimal', 'hex.txt', (key) => `data: ${hex(`token = ${key}\n`)}\n`),
  text('percent encoding', 'percent.txt', (key) => `q=${key.replace('_', '%5F')}\n`),
  text('`\\u` escapes', 'escapes.json', (key) => `{"a":"${key.replace('_', '\\u005f')}"}\n`),
  text('base64 of base64', 'twice.txt', (key) => `data: ${base64(base64(`token = ${key}\n`))}\n`),
  text('gzip, zip, tar', 'packed.gz', (key) => gzipSync(Buffer.from(`${key}\n`))),
  text('a binary file', 'binary.bin', (key) =>
    Buffer.concat([
      Buffer.from([0x7f, 0x45, 0, 0, 1, 0, 0, 2, 0, 0]),
      Buffer.from(key),
      Buffer.alloc(64),
    ]),
  ),
  text(
    'a Git LFS pointer (the content is not in the repository)',
    'large.psd',
    () => `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`,
  ),
  {
    what: 'the target of a symbolic link',
    file: 'link',
    stage(repo, key) {
      symlinkSync(`/srv/${key}`, join(repo.path, 'link'));
      repo.git('add', 'link');
    },
  },
  {
    what: 'a file outside that a link leads to',
    file: 'leads-out',
    stage(repo, key) {
      writeFileSync(join(repo.path, '../outside'), key);
      symlinkSync('../outside', join(repo.path, 'leads-out'));
      repo.git('add', 'leads-out');
    },
  },
  {
    what: 'a file of a submodule (audit it there)',
    file: 'module/file',
    stage(repo, key) {
      execFileSync('git', ['init', '-q', 'module'], { cwd: repo.path, env: repo.env });
      repo.write('module/file', key);
      const git = ['-C', 'module'];
      repo.git(...git, 'add', '.');
      repo.git(...git, 'commit', '-q', '-m', 'a');
      repo.git('-c', 'advice.addEmbeddedRepo=false', 'add', 'module');
    },
  },
  {
    what: 'the name of a file',
    file: 'names/********.txt',
    stage: (repo, key) => repo.stage(`names/${key}.txt`, 'a\n'),
  },
  {
    what: 'staged, and not in the working tree',
    file: 'staged-only',
    stage(repo, key) {
      repo.stage('staged-only', `${key}\n`);
      repo.write('staged-only', 'a\n');
    },
  },
  {
    what: 'in the working tree of a tracked file, not staged',
    file: 'tree-only',
    begin: (repo) => repo.stage('tree-only', 'a\n'),
    stage: (repo, key) => repo.write('tree-only', `a\n${key}\n`),
  },
  {
    what: 'a line that an earlier commit added, in a file with other changes',
    file: 'earlier',
    begin: (repo, key) => repo.stage('earlier', `${key}\nb\n`),
    stage: (repo) => repo.stage('earlier', `${repo.git('show', 'HEAD:earlier')}\nc\n`),
  },
  {
    what: 'a file that is not tracked',
    file: 'untracked',
    stage: (repo, key) => repo.write('untracked', key),
  },
  {
    what: 'a file that git ignores',
    file: 'ignored.log',
    stage: (repo, key) => repo.write('ignored.log', key),
  },
  {
    what: 'a file that was deleted since',
    file: 'deleted',
    begin: (repo, key) => repo.stage('deleted', key),
    stage: (repo) => void repo.git('rm', '-q', 'deleted'),
  },
  {
    what: 'another branch',
    file: 'on-branch',
    after: (repo, key) => committedOn(repo, ['checkout', '-q', '-b', 'side'], 'on-branch', key),
  },
  {
    what: 'a commit that only a tag leads to',
    file: 'on-tag',
    after(repo, key) {
      committedOn(repo, ['checkout', '-q', '--detach'], 'on-tag', key, () =>
        repo.git('tag', 'light'),
      );
    },
  },
  {
    what: 'a stash, also an older one',
    file: 'stashed',
    begin: (repo) => repo.stage('stashed', 'a\n'),
    after(repo, key) {
      for (const content of [key, 'other\n']) {
        repo.write('stashed', content);
        repo.git('stash', '-q', '--', 'stashed');
      }
    },
  },
  {
    what: 'the message of a commit (before the commit: `--message FILE`)',
    file: 'commit ',
    after: (repo, key) => void repo.commit(`subject\n\n${key}`),
  },
  {
    what: 'the message of a tag',
    file: 'tag annotated',
    after: (repo, key) => void repo.git('tag', '-a', 'annotated', '-m', key),
  },
  {
    what: 'a note',
    file: '%note%',
    after: (repo, key) => void repo.git('notes', 'add', '-m', key),
  },
  {
    what: 'a commit that was amended away (only the reflog has it)',
    file: 'amended',
    after(repo, key) {
      repo.stage('amended', key);
      repo.commit();
      repo.stage('amended', 'a\n');
      repo.git('commit', '-q', '--amend', '-m', 'a');
    },
  },
];

function committedOn(
  repo: TestRepository,
  checkout: string[],
  file: string,
  key: string,
  then: () => void = () => undefined,
): void {
  repo.git(...checkout);
  repo.stage(file, key);
  repo.commit();
  then();
  repo.git('checkout', '-q', 'main');
}

const COMMANDS = ['`guard audit`', '`--all`', '`--all --ignored`', '`--history`', '`--archives`'];

it('docs/audit-places.md says what is found where (vitest -u writes it)', async () => {
  const repo = repository();
  const keys = PLACES.map(() => secret());
  const each = (step: 'begin' | 'stage' | 'after'): void =>
    PLACES.forEach((place, index) => place[step]?.(repo, keys[index] ?? ''));
  repo.stage('.gitignore', '*.log\n');
  each('begin');
  repo.commit();
  each('stage');
  const archives = (): { with: ReturnType<typeof examiner> } => ({
    with: examiner({ archives: true, scanner }),
  });
  const results = [
    await staged(repo),
    await worktree(repo),
    await worktree(repo, { ignored: true }),
  ];
  const unpacked = await staged(repo, archives());
  repo.commit();
  each('after');
  results.push(await history(repo), unpacked);

  for (const { unread } of results) expect(unread).toEqual([]);
  const found = (result: AuditResult, file: string): boolean =>
    result.findings.some((finding) =>
      file === '%note%'
        ? /^[0-9a-f/]{40,}$/.test(finding.file)
        : file.endsWith(' ')
          ? finding.file.startsWith(file)
          : finding.file === file,
    );
  const rows = PLACES.map(({ what, file }) =>
    [what, ...results.map((result) => (found(result, file) ? 'found' : '–'))].join(' | '),
  );
  const table = [
    ['Where the secret is', ...COMMANDS].join(' | '),
    ['---', ...COMMANDS.map(() => '---')].join(' | '),
    ...rows,
  ].map((row) => `| ${row} |`);
  await expect(`${INTRODUCTION}\n${table.join('\n')}\n`).toMatchFileSnapshot(
    '../../docs/audit-places.md',
  );
});

const INTRODUCTION = `# What an audit finds where

A test builds this repository, audits it and writes this table: a secret that stands plainly in each of these places, in
what is staged unless the place says otherwise. \`--history\` is run behind the commit, \`--archives\` on what is staged.
`;
