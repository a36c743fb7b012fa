import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { draw, found } from './samples/draw.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'guard-tools-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const secret = (seed: number): string => draw('{{tok:40}}', seed).text;

/** Nothing of the user's is touched: home, settings and caches are the test's. */
function run(program: string, args: readonly string[], input = ''): void {
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    NO_COLOR: '1',
  };
  execFileSync(program, args, { cwd: home, env, input, stdio: ['pipe', 'ignore', 'ignore'] });
}

function expectFound(path: string, secrets: readonly string[]): void {
  const text = readFileSync(join(home, path), 'latin1');
  expect(found(path, text).map(({ start, end }) => text.slice(start, end))).toEqual(secrets);
}

it('git credential-store', () => {
  run('git', ['config', '--global', 'credential.helper', 'store']);
  run(
    'git',
    ['credential', 'approve'],
    `protocol=https\nhost=code.company.com\nusername=bob\npassword=${secret(1)}\n\n`,
  );
  expectFound('.git-credentials', [secret(1)]);
});

it('git remote add', () => {
  run('git', ['init', '-q', '.']);
  run('git', ['remote', 'add', 'origin', `https://oauth2:${secret(2)}@code.company.com/app.git`]);
  expectFound('.git/config', [secret(2)]);
});

it('npm config set', () => {
  run('npm', [
    'config',
    'set',
    '--location=user',
    `//registry.company.com/:_authToken=${secret(3)}`,
    'fund=false',
  ]);
  expectFound('.npmrc', [secret(3)]);
});

it.runIf(has('pip'))('pip config set', () => {
  run(python(), [
    '-m',
    'pip',
    'config',
    '--user',
    'set',
    'global.index-url',
    `https://bob:${secret(4)}@pypi.company.com/simple`,
  ]);
  expectFound('.config/pip/pip.conf', [secret(4)]);
});

it.runIf(has('kubectl'))('kubectl config set-credentials', () => {
  run('kubectl', ['config', 'set-credentials', 'ci', `--token=${secret(5)}`]);
  run('kubectl', ['config', 'set-credentials', 'old', '--username=bob', `--password=${secret(6)}`]);
  expectFound('.kube/config', [secret(5), secret(6)]);
});

it.runIf(has('aws'))('aws configure set', () => {
  run(python(), ['-m', 'awscli', 'configure', 'set', 'aws_secret_access_key', secret(7)]);
  run(python(), ['-m', 'awscli', 'configure', 'set', 'region', 'eu-west-1']);
  expectFound('.aws/credentials', [secret(7)]);
  expectFound('.aws/config', []);
});

it('openssl passwd, as htpasswd has it', () => {
  const hash = execFileSync('openssl', ['passwd', '-apr1', secret(9)], { encoding: 'utf8' }).trim();
  const text = `bob:${hash}\n`;
  expect(found('.htpasswd', text)).toEqual([{ start: 4, end: text.length - 1 }]);
});

/** The program itself: a version manager's stand-in looks for its own settings in home. */
function python(): string {
  return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim();
}
