import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EffectiveProfile, Sourced } from '../../src/profile/types.ts';
import type { LayerName } from '../../src/policy/types.ts';
import type { ViewPlan } from '../../src/view/types.ts';

export function patterns(...values: string[]): Sourced<string>[] {
  return fromLayer('default', ...values);
}

export function fromLayer(layer: LayerName, ...values: string[]): Sourced<string>[] {
  return values.map((value) => ({ value, source: { layer, file: 'test', line: 1 } }));
}

export const FILES: EffectiveProfile['files'] = {
  redact: patterns('.env', '.env.*', '*.env'),
  expose: patterns('.env.example'),
  hide: patterns('*.key', '*.pem', '.npmrc', '**/.ssh/**', 'vault'),
  protect: patterns(
    '.git/hooks',
    '**/.git/config',
    '.husky',
    '.vscode',
    '.envrc',
    '.mcp.json',
    'infra/**',
  ),
};

export interface Workshop {
  repository: string;
  sessionDir: string;
  write(path: string, content: string | Buffer): string;
  git(...args: string[]): string;
  remove(): void;
}

/** A repository and a session folder beside it. */
export function workshop(name = 'a repo'): Workshop {
  const root = mkdtempSync(join(tmpdir(), 'guard-view-'));
  const repository = join(root, name);
  mkdirSync(repository);
  return {
    repository,
    sessionDir: join(root, 'session'),
    write(path, content) {
      const file = join(repository, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    git: (...args) =>
      execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8', env: gitEnv() }),
    remove() {
      // Tests, and sessions in them, take away the right to write.
      execFileSync('chmod', ['-R', 'u+rwX', root]);
      // Unlike Node's own, it removes what is too deep for a path.
      execFileSync('rm', ['-rf', root]);
    },
  };
}

export function gitEnv(): NodeJS.ProcessEnv {
  const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a' };
  return {
    ...{ PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null' },
    ...{ ...who, GIT_COMMITTER_EMAIL: 'a@b', GIT_CONFIG_NOSYSTEM: undefined },
  };
}

export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** The arguments that carry a plan out: pins first, then what is read-only, then stand-ins. */
export function viewArguments(plan: ViewPlan, sessionDir: string): string[] {
  return [
    ...['--dev-bind', '/', '/', '--tmpfs', '/run', '--cap-drop', 'ALL', '--unshare-user'],
    ...['--uid', '1000', '--gid', '1000', '--die-with-parent'],
    ...['--ro-bind', join(sessionDir, 'git'), '/run/guard/git'],
    ...plan.pinned.flatMap((path) => ['--bind', path, path]),
    ...plan.readOnly.flatMap((path) => ['--ro-bind', path, path]),
    ...plan.covers.flatMap(({ source, path, writable }) => [
      writable ? '--bind' : '--ro-bind',
      ...[source, path],
    ]),
    ...['--chdir', plan.repository],
  ];
}

/** Runs a shell script as the agent would: in the view, without a capability. */
export function inView(plan: ViewPlan, sessionDir: string, script: string): Ran {
  const args = [...viewArguments(plan, sessionDir), 'sh', '-c', script];
  return spawnSync('bwrap', args, {
    encoding: 'utf8',
    env: { ...gitEnv(), ...plan.gitEnv },
    timeout: 60_000,
  });
}

/** Folders in each other, by relative steps: the last cannot be named by one path. */
export function makeDeep(folder: string): void {
  const script = 'for (1..25) { my $d = "d" x 250; mkdir $d or die; chdir $d or die }';
  execFileSync('perl', ['-e', script], { cwd: folder });
}
