import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { GitRepository } from './git-layout.ts';

/**
 * git runs outside of the sandbox here, on a repository whose settings are the session's to write: it is asked for one
 * object by its name, which runs nothing, and nothing is fetched for it. git(1); unknown variables are ignored.
 */
const ENVIRONMENT = {
  HOME: '/nonexistent',
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_ALLOW_PROTOCOL: '',
  GIT_TERMINAL_PROMPT: '0',
  GIT_SSH_COMMAND: 'false',
};

/** Is this what git would call the blob? gitformat-index(5): SHA-1, or SHA-256. */
export function isBlob(oid: string, content: Buffer): boolean {
  const hash = createHash(oid.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex') === oid;
}

/** Milliseconds. What a session puts in an object's place may be a pipe that nobody writes to. */
const PATIENCE = 3000;
/** Where that was so. */
const stuck = new Set<string>();

/** A blob of the repository; null where there is none of that name, or a longer one than `limit` bytes, or no git. */
export function readBlob({ gitDir }: GitRepository, oid: string, limit: number): Buffer | null {
  if (stuck.has(gitDir)) return null;
  const { status, stdout, error } = spawnSync('git', ['cat-file', 'blob', oid], {
    cwd: '/',
    env: { ...ENVIRONMENT, GIT_DIR: gitDir },
    maxBuffer: limit,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  if (error && 'code' in error && error.code === 'ETIMEDOUT') stuck.add(gitDir);
  return status === 0 ? stdout : null;
}
