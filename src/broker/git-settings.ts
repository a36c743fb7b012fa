import { execFile } from 'node:child_process';
import { resolve as resolvePath } from 'node:path';
import type { BrokerContext } from './definition.ts';

/** One line of git's settings, in the order in which git reads them. */
export interface Setting {
  /** Section and name in lower case, what stands between as it is: `remote.origin.url`. */
  key: string;
  /** `true` where only the name is written. */
  value: string;
  /** The file, absolute; null for what comes from elsewhere. */
  file: string | null;
}

export interface GitState {
  /** Absolute. */
  gitDir: string;
  commonDir: string;
  /** `main`; null when HEAD is detached or unborn. */
  branch: string | null;
  settings: Setting[];
}

/** No settings of a person's come near it. */
const MAX_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 10_000;

/** @throws Error */
export async function gitDirOf(
  git: string,
  folder: string,
  context: BrokerContext,
): Promise<string> {
  const said = await runGit(git, ['-C', folder, 'rev-parse', '--absolute-git-dir'], context);
  return said.replace(/\n$/, '');
}

/**
 * The settings of the repository whose work tree starts at `folder`, and where it is. Only commands of git's that start no other program:
 * `rev-parse` and `config`. @throws Error
 */
export async function readGitState(
  git: string,
  folder: string,
  context: BrokerContext,
): Promise<GitState> {
  const run = (...args: string[]): Promise<string> => runGit(git, ['-C', folder, ...args], context);
  const [places, list, head] = await Promise.all([
    gitFolders(git, folder, context),
    run('config', '--list', '-z', '--show-origin', '--includes'),
    run('rev-parse', '--symbolic-full-name', 'HEAD').catch(() => ''),
  ]);
  const [gitDir = '', commonDir = ''] = places.split('\n');
  if (!gitDir.startsWith('/') || !commonDir.startsWith('/')) throw new Error('no git folder');
  const branch = /^refs\/heads\/(.+)\n/.exec(head)?.[1] ?? null;
  return { gitDir, commonDir, branch, settings: parseSettings(list, folder) };
}

/** Its own folder and the one it shares with other worktrees, a line each. @throws Error */
export function gitFolders(git: string, folder: string, context: BrokerContext): Promise<string> {
  const what = ['--path-format=absolute', '--git-dir', '--git-common-dir'];
  return runGit(git, ['-C', folder, 'rev-parse', ...what], context);
}

/** `git config --list -z --show-origin`: `file:PATH NUL KEY LF VALUE NUL` each, git-config(1). */
export function parseSettings(list: string, folder: string): Setting[] {
  const parts = list.split('\0');
  const settings: Setting[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const origin = parts[at] ?? '';
    const line = parts[at + 1] ?? '';
    const end = line.indexOf('\n');
    const path = origin.startsWith('file:') ? origin.slice('file:'.length) : null;
    settings.push({
      key: end < 0 ? line : line.slice(0, end),
      value: end < 0 ? 'true' : line.slice(end + 1),
      file: path === null ? null : resolvePath(folder, path),
    });
  }
  return settings;
}

/** All values of a key. */
export function valuesOf(settings: readonly Setting[], key: string): string[] {
  return settings.filter((each) => each.key === key).map(({ value }) => value);
}

/** git on the host, as the user's own, with nothing of the environment that git obeys. */
export function runGit(git: string, args: string[], context: BrokerContext): Promise<string> {
  const { XDG_CONFIG_HOME } = context.env;
  return runQuietly(git, ['--no-optional-locks', ...args], context, {
    ...(XDG_CONFIG_HOME?.startsWith('/') ? { XDG_CONFIG_HOME } : {}),
    GIT_TERMINAL_PROMPT: '0',
  });
}

/** Runs a program of the host's to its end; its output is bounded, its environment made here. */
export function runQuietly(
  program: string,
  args: string[],
  { home, signal }: BrokerContext,
  env: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        cwd: '/',
        env: { HOME: home, PATH: '/usr/bin:/bin', LC_ALL: 'C', ...env },
        maxBuffer: MAX_BYTES,
        timeout: TIMEOUT_MS,
        killSignal: 'SIGKILL',
        ...(signal ? { signal } : {}),
      },
      (error, stdout) => {
        if (error) reject(new Error(`${program} failed`, { cause: error }));
        else resolve(stdout);
      },
    );
    child.stdin?.end();
  });
}
