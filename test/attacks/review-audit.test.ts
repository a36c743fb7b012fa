import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBaseline } from '../../src/audit/baseline.ts';
import { jsonReport } from '../../src/audit/report-json.ts';
import { sarifReport } from '../../src/audit/report-sarif.ts';
import { runnerScript } from '../../src/audit/install/runner.ts';
import { sshAgentKeys } from '../../src/audit/reach/key-agents.ts';
import { auditSettings } from '../../src/audit/settings.ts';

import { writeReport } from '../../src/cli/write-report.ts';
import type { Detector } from '../../src/secrets/engine/detector.ts';
import { createScanner } from '../../src/secrets/engine/scanner.ts';
import {
  examiner,
  folder,
  history,
  places,
  repository,
  scanner,
  secret,
  staged,
  worktree,
  type TestRepository,
} from '../audit/repository.ts';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { TestRepository as Hooked } from '../audit/install/repository.ts';
import { installHook } from '../../src/audit/install/install.ts';

// What a hostile review of the audit tried: each of these once let a secret pass, or did harm.

const VERSION = { describe: () => null, version: '0' };

describe('a secret passes what is staged, and a range of the history', () => {
  /** A secret by the word on the line above, whatever is between. */
  const near: Detector = {
    id: 'test.near',
    tier: 'likely',
    words: ['TESTWORD'],
    reach: { before: 0, after: 60 },
    rank: 0,
    look({ text, at }) {
      const match = /\n([a-z0-9]{20})\n/.exec(text.slice(at));
      return match
        ? [{ start: at + match.index + 1, end: at + match.index + match[0].length - 1 }]
        : [];
    },
  };
  const reader = {
    ...{ id: 'test.file', tier: 'likely' as const, takes: (path: string) => path === 'store' },
    read: (text: string) => [{ start: 0, end: text.indexOf('\n') }],
  };
  const withBoth = () =>
    examiner({ scanner: createScanner({ detectors: [near], readers: [reader], known: [] }) });

  it('whose line was there before what says that it is one', async () => {
    const repo = repository();
    repo.stage('file', 'word\nabcdefghij0123456789\nend\n');
    repo.commit();
    repo.stage('file', 'TESTWORD\nabcdefghij0123456789\nend\n');
    expect(places(await staged(repo, { with: withBoth() }))).toEqual(['file:2:1']);
    repo.commit();
    const range = await history(repo, { ranges: ['HEAD~1..HEAD'], with: withBoth() });
    expect(places(range)).toEqual(['file:2:1']);
    // From then on it is nothing new.
    repo.stage('file', 'TESTWORD\nabcdefghij0123456789\nmore\n');
    expect(places(await staged(repo, { with: withBoth() }))).toEqual([]);
  });

  it('whose file got a name that says what is in it', async () => {
    const repo = repository();
    repo.stage('notes', 'hunter2hunter2\n');
    repo.commit();
    repo.git('mv', 'notes', 'store');
    expect(places(await staged(repo, { with: withBoth() }))).toEqual(['store:1:1']);
    repo.commit();
    expect(places(await history(repo, { with: withBoth() }))).toEqual(['store:1:1']);
  });

  it('that a profile excepts at another path', async () => {
    const repo = repository();
    const key = `${secret()}\n`;
    repo.stage('test/sample', key);
    repo.commit();
    repo.stage('src/sample', key);
    repo.commit();
    const exceptions = [
      { rule: '*', reason: 'a sample', matches: (path: string) => path.startsWith('test/') },
    ];
    const result = await history(repo, { with: examiner({ exceptions }) });
    expect(places(result)).toEqual(['src/sample:1:1']);
  });
});

describe('what was not looked at is free of secrets', () => {
  const words = Array.from({ length: 40 }, (_, i) => `thisword${i}`);
  const many = createScanner({
    detectors: words.map((word) => ({
      ...{ id: `test.${word}`, tier: 'likely' as const, words: ['aaa'], rank: 0 as const },
      ...{ reach: { before: 4000, after: 4000 }, look: () => [] },
    })),
    readers: [],
    known: [],
  });
  const dense = 'aaa '.repeat(50_000);

  it('because it is made of nothing but words', async () => {
    const repo = repository();
    repo.stage('list', dense);
    const { unread } = await staged(repo, { with: examiner({ scanner: many }) });
    expect(unread).toHaveLength(1);
    expect(unread[0]?.why).toContain('engine.too-dense');
    // A person can say that it is all right.
    const exceptions = [{ rule: 'engine.*', reason: 'a list', matches: () => true }];
    const allowed = await staged(repo, { with: examiner({ scanner: many, exceptions }) });
    expect(allowed.unread).toEqual([]);
    expect(allowed.allowed).toHaveLength(1);
    // What is there already is not looked at again and again.
    const more = 'x\n'.repeat(20_000);
    repo.stage('list', `${dense}\n${more}`);
    repo.commit();
    repo.stage('list', `${dense}\n${more}end\n`);
    expect((await staged(repo, { with: examiner({ scanner: many }) })).unread).toEqual([]);
  });

  it('because weak findings before it are more than are counted', async () => {
    const repo = repository();
    const weak = Array.from({ length: 21_000 }, () => `${secret('TSTWEAK_')}\n`).join('');
    repo.stage('file', `${weak}${secret()}\n`);
    const { unread } = await staged(repo);
    expect(unread.map(({ why }) => why)).toEqual([expect.stringContaining('engine.too-many')]);
  });
});

describe('history shows less than there is', () => {
  it('where a graft leaves commits out', async () => {
    const repo = repository();
    const first = repo.commit();
    repo.stage('file', `${secret()}\n`);
    repo.commit();
    repo.git('rm', '-q', 'file');
    const last = repo.commit();
    writeFileSync(join(repo.path, '.git/info/grafts'), `${last} ${first}\n`);
    expect(places(await history(repo))).toEqual(['file:1:1']);
  });

  it('where a tag leads to no commit', async () => {
    const repo = repository();
    repo.commit();
    repo.write('file', `${secret()}\n`);
    repo.git('tag', 'blob', repo.git('hash-object', '-w', 'file'));
    repo.stage('folder/file', `${secret()}\n`);
    repo.git('tag', '-a', '-m', `${secret()}`, 'tree', repo.git('write-tree'));
    repo.git('rm', '-q', '--cached', 'folder/file');
    const found = ['blob:1:1', 'tag tree:1:1', 'tree:folder/file:1:1'];
    expect(places(await history(repo)).sort()).toEqual(found);
    expect(places(await history(repo, { ranges: ['blob', 'tree', '^main'] })).sort()).toHaveLength(
      3,
    );
    repo.git('tag', '-a', '-m', 'tag of a tag', 'outer', 'tree');
    repo.git('tag', '-d', 'tree');
    expect(places(await history(repo))).toHaveLength(3);
  });

  it('where the clone is shallow', async () => {
    const repo = repository();
    repo.stage('file', `${secret()}\n`);
    repo.commit();
    repo.git('rm', '-q', 'file');
    repo.commit();
    repo.git('clone', '-q', '--depth=1', `file://${repo.path}`, '../shallow');
    const result = await history({ ...repo, path: join(repo.path, '../shallow') });
    expect(result.unread.map(({ why }) => why)).toEqual([expect.stringContaining('shallow')]);
  });
});

describe('the hook lets pass', () => {
  /** Every look refuses; `called` has how guard was called. */
  function hooked(): Hooked {
    const repo = new Hooked();
    const env = { ...process.env };
    Object.assign(process.env, { HOME: repo.home, GIT_CONFIG_NOSYSTEM: '1' });
    try {
      installHook({ cwd: repo.path });
    } finally {
      process.env = env;
    }
    const stub = join(repo.root, 'stub.js');
    writeFileSync(stub, 'process.exit(1)');
    repo.must('config', 'guard.program', stub);
    expect(repo.commit('a', 'first\n', '-n').code).toBe(0);
    repo.must('checkout', '-q', '-b', 'commit');
    expect(repo.commit('b', 'second\n', '-n').code).toBe(0);
    repo.must('checkout', '-q', 'main');
    return repo;
  }
  const REFUSED = /guard: the commit is refused/;

  it('a cherry-pick or a revert with an editor, which start git commit for it', () => {
    const repo = hooked();
    expect(repo.git(['cherry-pick', '-e', 'commit']).text).toMatch(REFUSED);
    repo.git(['cherry-pick', '--abort']);
    expect(repo.git(['revert', '-e', 'HEAD']).text).toMatch(REFUSED);
  });

  it('a cherry-pick with the word commit elsewhere in its command line', () => {
    const repo = hooked();
    for (const words of [
      ['-c', 'user.x=a\ncommit', 'cherry-pick', 'commit'],
      ['-C', '', 'cherry-pick', 'commit'],
      ['-c', 'alias.program-pick=cherry-pick', 'program-pick', 'commit'],
    ]) {
      expect(repo.git(words).text, words.join(' ')).toMatch(REFUSED);
      repo.git(['cherry-pick', '--abort']);
    }
  });

  it('but not what a person passes over', () => {
    const repo = hooked();
    repo.write('c', 'c\n');
    repo.must('add', '-A');
    expect(repo.git(['-c', 'user.x=y', 'commit', '-n', '-m', 'x']).code).toBe(0);
    expect(repo.git(['merge', '-q', '--no-verify', '--no-edit', 'commit']).code).toBe(0);
  });

  it('a push of a tag, of a file or folder that a tag names, and of commits behind a graft', () => {
    const repo = hooked();
    const remote = join(repo.root, 'remote');
    repo.must('init', '-q', '--bare', remote);
    repo.must('remote', 'add', 'origin', remote);
    repo.must('push', '-q', '--no-verify', 'origin', 'main');
    repo.must('tag', 'blob', 'commit:b');
    repo.must('tag', 'tree', 'commit^{tree}');
    repo.must('tag', '-a', '-m', 'message', 'annotated');
    for (const tag of ['blob', 'tree', 'annotated'])
      expect(repo.git(['push', 'origin', tag]).text, tag).toMatch(/guard: the push is refused/);
    // Nothing is in a tag without a message whose commit is there.
    repo.must('tag', 'light');
    expect(repo.git(['push', '-q', 'origin', 'light'])).toEqual({ code: 0, text: '' });
  });

  it('a program of the working tree, where the one that was recorded is gone', () => {
    const repo = hooked();
    repo.must('config', 'guard.program', join(repo.root, 'gone.js'));
    repo.write('node_modules/guard/bin/guard.js', 'process.exit(0)');
    const { code, text } = repo.commit('c', 'third\n');
    expect(text).toContain('guard: the commit is refused');
    expect(code).not.toBe(0);
  });
});

describe('git', () => {
  it('waits for a FIFO that the repository names', async () => {
    const repo = repository();
    repo.stage('file', 'a\n');
    repo.commit();
    execFileSync('mkfifo', [join(repo.path, 'fifo')]);
    repo.git('config', 'diff.orderFile', join(repo.path, 'fifo'));
    repo.stage('file', `a\n${secret()}\n`);
    expect(places(await staged(repo))).toEqual(['file:2:1']);
  });
});

describe('output', () => {
  const HOSTILE = 'a\u009b31m\u202e\u2028.txt';
  async function hostile(repo: TestRepository) {
    repo.write(HOSTILE, `${secret()}\n`);
    return worktree(repo);
  }

  it('has no control characters in any format', async () => {
    const result = await hostile(repository());
    for (const text of [jsonReport(result, VERSION), sarifReport(result, VERSION)])
      expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    const { findings } = JSON.parse(jsonReport(result, VERSION)) as {
      findings: { file: string }[];
    };
    expect(findings[0]?.file).toBe(HOSTILE);
  });

  it('does not follow a link', () => {
    const at = folder();
    writeFileSync(join(at, 'victim'), 'mine');
    symlinkSync('victim', join(at, 'out'));
    expect(() => writeReport(join(at, 'out'), 'x')).toThrow(/symbolic link/);
    expect(readFileSync(join(at, 'victim'), 'utf8')).toBe('mine');
    writeReport(join(at, 'new'), 'x');
    writeReport(join(at, 'new'), 'yz');
    expect(readFileSync(join(at, 'new'), 'utf8')).toBe('yz');
  });

  it('says nothing of a file in the words of what gave up on it', async () => {
    const repo = repository();
    const key = secret();
    const broken = {
      ...scanner,
      scan(path: string, bytes: Buffer) {
        if (path === 'file') throw new SyntaxError(`"${bytes.toString()}" is not valid JSON`);
        return scanner.scan(path, bytes);
      },
    };
    repo.stage('file', `${key}\n`);
    const { unread } = await staged(repo, { with: examiner({ scanner: broken }) });
    expect(unread).toHaveLength(1);
    expect(JSON.stringify(unread)).not.toContain(key);
  });
});

describe('input without an end', () => {
  it('as a baseline', () => {
    const at = folder();
    symlinkSync('/dev/zero', join(at, 'baseline'));
    expect(() => readBaseline(join(at, 'baseline'))).toThrow(/not a plain file/);
    execFileSync('mkfifo', [join(at, 'fifo')]);
    expect(() => readBaseline(join(at, 'fifo'))).toThrow(/not a plain file/);
  });

  it('as the number of keys of an agent', async () => {
    const path = join(folder(), 'agent');
    const server = createServer((socket) =>
      socket.on('data', () => socket.end(Buffer.from([0, 0, 0, 5, 12, 255, 255, 255, 255]))),
    ).listen(path);
    await once(server, 'listening');
    try {
      expect(await sshAgentKeys(path)).toBeLessThanOrEqual(2048);
    } finally {
      server.close();
    }
  });
});

it('a repository whose word does not count cannot have less shown', async () => {
  const at = folder();
  writeFileSync(join(at, '.guard.yaml'), 'version: 1\naudit: { tier: certain }\n');
  const organisationFile = join(at, 'organisation.yaml');
  writeFileSync(organisationFile, 'version: 1\naudit: { repository-exceptions: false }\n');
  const places = { repository: at, env: { HOME: at }, organisationFile };
  expect((await auditSettings(places)).tier).toBeNull();
});

it('the script that hooks call is one that every shell reads', () => {
  expect(spawnSync('sh', ['-n'], { input: runnerScript() }).status).toBe(0);
});
