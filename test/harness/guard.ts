import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const GUARD = fileURLToPath(new URL('../../bin/guard.js', import.meta.url));

/** A home, a state folder and a project of a test's own, removed with it. */
export interface Place {
  home: string;
  repository: string;
  /** State of guard: sessions and trust. */
  state: string;
  env: Record<string, string>;
  /** Has something undone with the place. */
  atEnd: (undo: () => void) => void;
}

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** In a hook, where a test has not begun, `atEnd` says when the place is to go. */
export function makePlace({
  parent = tmpdir(),
  atEnd = onTestFinished,
}: { parent?: string; atEnd?: Place['atEnd'] } = {}): Place {
  const root = realpathSync(mkdtempSync(join(parent, 'guard-test-')));
  // Not node:fs: a test may have made paths longer than it can name.
  atEnd(() => void execFileSync('rm', ['-rf', root]));
  const place = {
    home: join(root, 'home'),
    repository: join(root, 'home', 'project'),
    state: join(root, 'state'),
  };
  mkdirSync(place.repository, { recursive: true });
  const { PATH = '', LANG = 'C.UTF-8' } = process.env;
  return {
    ...place,
    atEnd,
    env: {
      PATH,
      LANG,
      HOME: place.home,
      XDG_STATE_HOME: place.state,
      XDG_CONFIG_HOME: join(place.home, '.config'),
    },
  };
}

/** Starts guard in the place's repository; its process is ended with the test. */
export function startGuard(
  place: Place,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): ChildProcess {
  const child = spawn(process.execPath, [GUARD, ...args], {
    cwd: options.cwd ?? place.repository,
    env: { ...place.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  place.atEnd(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs guard to its end. */
export function guard(
  place: Place,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string | Buffer } = {},
): Promise<Outcome> {
  const child = startGuard(place, args, options);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');
  return outcome(child);
}

export function outcome(child: ChildProcess): Promise<Outcome> {
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString();
  });
  return new Promise((resolve) =>
    child.once('close', (code, signal) =>
      resolve({ code, signal, stdout: stdout?.() ?? '', stderr: stderr?.() ?? '' }),
    ),
  );
}

/** Runs a shell script inside a session of the place's repository. */
export function inside(
  place: Place,
  script: string,
  options: { env?: Record<string, string>; input?: string } = {},
): Promise<Outcome> {
  return guard(place, ['run', '--quiet', '--', 'sh', '-c', script], options);
}
