import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GUARD } from '../harness/guard.ts';
import { repository, type TestRepository } from './repository.ts';

/** Of the kind `password.assignment`, or so: any that the rules know will do. */
let made = 0;
function line(): string {
  made += 1;
  const random = `${made}tV9x`.padStart(8, 'qJ7');
  return `const db_password = "${random}Lw4m_Zk82";\n`;
}

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function guard(repo: TestRepository, args: string[], input = ''): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [GUARD, 'audit', ...args], {
    ...{ cwd: repo.path, env: repo.env, encoding: 'utf8', input },
  });
  return { code: status, stdout, stderr };
}

it('ends with 0 where nothing is found, with 1 where something is, with 2 where it could not look', () => {
  const repo = repository();
  repo.stage('file', 'a\n');
  expect(guard(repo, [])).toEqual({ code: 0, stdout: 'No secrets in 1 text.\n', stderr: '' });
  expect(guard(repo, ['-q'])).toEqual({ code: 0, stdout: '', stderr: '' });
  repo.stage('file', line());
  const { code, stdout } = guard(repo, ['-q']);
  expect(code).toBe(1);
  expect(stdout).toContain('file:1:22');
  expect(stdout).not.toContain('Lw4m');
  expect(stdout).not.toContain('\x1b');
  repo.git('update-index', '--add', '--cacheinfo', `100644,${'1'.repeat(40)},lost`);
  const partly = guard(repo, ['--format', 'json']);
  expect(partly.code).toBe(2);
  expect(JSON.parse(partly.stdout)).toMatchObject({
    findings: [{ file: 'file' }],
    unread: [{ file: 'lost' }],
  });
  const nowhere = guard({ ...repo, path: '/' }, []);
  expect(nowhere).toMatchObject({ code: 2, stdout: '' });
  expect(nowhere.stderr).toMatch(
    /^guard: cannot look at what is staged: this is not a git repository\. /,
  );
  const without = guard({ ...repo, env: { ...repo.env, PATH: '/nowhere' } }, []);
  expect(without).toMatchObject({ code: 2, stdout: '' });
  expect(without.stderr).toContain('git is not installed');
});

it('refuses a command line that it does not understand', () => {
  const repo = repository();
  for (const args of [
    ['--nonsense'],
    ['--tier', 'sure'],
    ['--format', 'xml'],
    ['--all', '--stdin'],
    ['--all', 'file'],
    ['--ignored'],
    ['--whole-files', '--all'],
    ['--update-baseline'],
    ['--baseline', ''],
    ['--baseline'],
    ['--history', '--', '--all'],
  ]) {
    const { code, stdout, stderr } = guard(repo, args);
    expect([code, stdout], args.join(' ')).toEqual([2, '']);
    expect(stderr).toMatch(/^guard: cannot [^\n]+\n$/);
  }
  expect(guard(repo, ['--help'])).toMatchObject({ code: 0, stderr: '' });
});

it('looks at standard input, at a message, and at files that are named', () => {
  const repo = repository();
  repo.write('dir/file', line());
  repo.write(
    'message',
    `subject\n\n# ------------------------ >8 ------------------------\n# Do not\n-${line()}`,
  );
  expect(guard(repo, ['--stdin'], `a\n${line()}`).stdout).toContain('(standard input):2:22');
  expect(guard(repo, ['--message', 'message']).code).toBe(0);
  repo.write('message', `subject\n${line()}`);
  expect(guard(repo, ['--message', 'message']).stdout).toContain('message:2:22');
  expect(guard(repo, ['dir']).stdout).toContain('dir/file:1:22');
  expect(guard(repo, ['dir/file']).code).toBe(1);
  expect(guard(repo, ['missing', 'dir'])).toMatchObject({ code: 2 });
  expect(guard(repo, ['--message', 'missing'])).toMatchObject({ code: 2, stdout: '' });
});

it('looks at files that are called like options', () => {
  const repo = repository();
  repo.write('--reach', line());
  const { code, stdout } = guard(repo, ['--', '--reach']);
  expect(code).toBe(1);
  expect(stdout).toContain('--reach:1:');
});

it('looks at the whole tree and at history', () => {
  const repo = repository();
  repo.stage('.gitignore', 'ignored\n');
  repo.stage('gone', line());
  repo.commit();
  repo.git('rm', '-q', 'gone');
  repo.write('new', line());
  repo.write('ignored', line());
  expect(guard(repo, []).code).toBe(0);
  expect(guard(repo, ['--all']).stdout).toMatch(/^new:1:22 [^]*1 secret in 2 texts\.\n$/);
  expect(guard(repo, ['--all', '--ignored']).stdout).toContain('2 secrets in 3 texts.');
  expect(guard(repo, ['--history']).stdout).toMatch(/^gone:1:22 [^]* first commit: [0-9a-f]{40} /);
});

it('writes reports into a file, and a baseline that is then known', () => {
  const repo = repository();
  const output = join(repo.path, 'report');
  repo.stage('file', line());
  expect(guard(repo, ['--format', 'sarif', '--output', output])).toMatchObject({
    code: 1,
    stdout: '',
  });
  expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ version: '2.1.0' });
  expect(guard(repo, ['--output', '/nowhere/x'])).toMatchObject({ code: 2 });
  const baseline = ['--baseline', 'known.json'];
  expect(guard(repo, baseline)).toMatchObject({ code: 2 });
  expect(guard(repo, [...baseline, '--update-baseline'])).toMatchObject({
    ...{ code: 0, stderr: 'guard: known.json has 1 findings: 1 new, 0 gone.\n' },
  });
  expect(guard(repo, baseline)).toMatchObject({ code: 0 });
  repo.stage('file', `moved\n${readFileSync(join(repo.path, 'file'), 'utf8')}${line()}`);
  expect(guard(repo, baseline).stdout).toMatch(/^file:3:22 /);
  writeFileSync(join(repo.path, 'known.json'), '{}');
  expect(guard(repo, baseline)).toMatchObject({ code: 2, stdout: '' });
});

it('honours the profile of the repository, and cannot look where it is broken', () => {
  const repo = repository();
  repo.stage('old/file', line());
  repo.write(
    '.guard.yaml',
    'version: 1\naudit: { exceptions: [{ path: old, rule: "*", reason: made up }] }\n',
  );
  expect(guard(repo, []).stdout).toBe('No secrets in 1 text; allowed: 1 by the profile.\n');
  repo.write('.guard.yaml', 'version: 1\naudit: { exceptions: [{ path: old, rule: "*" }] }\n');
  expect(guard(repo, [])).toMatchObject({ code: 2, stdout: '' });
});
