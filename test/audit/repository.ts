import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { encodePath } from '../../src/byte-path.ts';
import { Examiner, type ExamineOptions } from '../../src/audit/examine.ts';
import { auditHistory } from '../../src/audit/history/history.ts';
import { StagedSource } from '../../src/audit/staged.ts';
import type { AuditResult } from '../../src/audit/result.ts';
import { auditWorktree } from '../../src/audit/worktree.ts';
import type { Detector, Scanner } from '../../src/secrets/engine/detector.ts';
import { createScanner } from '../../src/secrets/engine/scanner.ts';

/** Kinds of secrets that exist in tests alone, so that these tests are about the audit and not about rules. */
function kind(id: string, word: string, tier: Detector['tier']): Detector {
  const whole = new RegExp(`${word}[A-Z0-9]{20}`, 'y');
  return {
    id,
    tier,
    words: [word],
    reach: { before: 0, after: word.length + 20 },
    rank: 2,
    look({ text, at }) {
      whole.lastIndex = at;
      return whole.test(text) ? [{ start: at, end: whole.lastIndex }] : [];
    },
  };
}

export const scanner: Scanner = createScanner({
  detectors: [
    kind('test.key', 'TSTKEY_', 'likely'),
    kind('test.sure', 'TSTSURE_', 'certain'),
    kind('test.weak', 'TSTWEAK_', 'weak'),
  ],
  readers: [],
  known: [],
});

let made = 0;
/** A secret of the kind `test.key`, another one at every call. */
export function secret(word = 'TSTKEY_'): string {
  made += 1;
  return word + `${made}`.padStart(4, '0') + 'QWERTYUIOPASDFGH';
}

export function examiner(options: Partial<ExamineOptions> = {}): Examiner {
  return new Examiner({
    scanner,
    tiers: new Set(['certain', 'likely']),
    describe: () =>
      Promise.resolve((rule) =>
        rule === 'test.key'
          ? { description: 'A test key', power: 'a test', prefixes: ['TSTKEY_'] }
          : null,
      ),
    exceptions: [],
    ...options,
  });
}

export interface TestRepository {
  path: string;
  env: NodeJS.ProcessEnv;
  git: (...args: string[]) => string;
  write: (file: string, content: string | Buffer) => void;
  /** Writes the file and stages it. */
  stage: (file: string, content: string | Buffer) => void;
  commit: (message?: string) => string;
}

/** A folder of the test's own, removed with it. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'guard-audit-')));
  // Not node:fs: a test may have made names that it cannot say.
  onTestFinished(() => void execFileSync('rm', ['-rf', path]));
  return path;
}

export function repository(...init: string[]): TestRepository {
  const root = folder();
  const path = join(root, 'repo');
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: path,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  mkdirSync(path);
  git('init', '-q', '-b', 'main', ...init);
  const write = (file: string, content: string | Buffer): void => {
    const whole = `${path}/${file}`;
    mkdirSync(encodePath(dirname(whole)), { recursive: true });
    writeFileSync(encodePath(whole), content);
  };
  return {
    path,
    env,
    git,
    write,
    stage(file, content) {
      write(file, content);
      execFileSync(
        'git',
        ['--literal-pathspecs', 'add', '-f', '--pathspec-from-file=-', '--pathspec-file-nul'],
        {
          cwd: path,
          env,
          input: Buffer.isBuffer(encodePath(file)) ? encodePath(file) : file,
        },
      );
    },
    commit(message = 'a commit') {
      git('commit', '-q', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
  };
}

export async function staged(
  { path, env }: TestRepository,
  { wholeFiles = false, with: made = examiner() } = {},
): Promise<AuditResult> {
  await new StagedSource({ cwd: path, env, wholeFiles }).examineWith(made);
  return made.result;
}

export async function worktree(
  { path, env }: TestRepository,
  { ignored = false, with: made = examiner() } = {},
): Promise<AuditResult> {
  await auditWorktree(made, { cwd: path, env, ignored });
  return made.result;
}

export async function history(
  { path, env }: TestRepository,
  { ranges = [] as string[], with: made = examiner() } = {},
): Promise<AuditResult> {
  await auditHistory(made, { cwd: path, env, ranges });
  return made.result;
}

/** `file:line:column`, or `file:name`. */
export function places({ findings }: AuditResult): string[] {
  return findings.map(({ file, line, column, place }) =>
    place === 'name' ? `${file}:name` : `${file}:${line}:${column}`,
  );
}
