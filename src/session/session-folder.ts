import { randomInt } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import { ensureStateRoot, stateRoot, type StateOptions } from './state-root.ts';

/** UTC date, UTC time, two base-36 digits of the millisecond, two random ones: sorts by time as text. */
const ID = /^\d{8}-\d{6}-[0-9a-z]{4}$/;
const ATTEMPTS = 50;

/** Where one session keeps what it must not be able to reach. All paths absolute, all folders 0700. */
export interface SessionFolder {
  id: string;
  path: string;
  /** Stand-ins for covered files. */
  covers: string;
  /** Configuration that keeps covered files unmodified to git. */
  git: string;
  /** Files moved out of the repository. */
  held: string;
}

/** Makes a new session's folder. Throws GuardError when no safe place for it exists (see `ensureStateRoot`). */
export function createSession(options: StateOptions & { now?: Date } = {}): SessionFolder {
  const root = ensureStateRoot(options);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const folder = at(root, newId(options.now ?? new Date()));
    try {
      mkdirSync(folder.path, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw cannotMake(folder.path, error);
    }
    try {
      for (const part of [folder.covers, folder.git, folder.held]) mkdirSync(part, { mode: 0o700 });
    } catch (error) {
      rmSync(folder.path, { recursive: true, force: true });
      throw cannotMake(folder.path, error);
    }
    return folder;
  }
  throw cannotMake(root, new Error('every name tried was taken'));
}

/** All sessions, newest first. Empty when there has never been one. */
export function listSessions(options: StateOptions = {}): SessionFolder[] {
  const root = stateRoot(options);
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && ID.test(entry.name))
      .map((entry) => entry.name)
      .sort()
      .reverse()
      .map((id) => at(root, id));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new GuardError({
      what: 'the sessions cannot be listed',
      why: (error as Error).message,
      fix: 'Check that you can read this folder',
      cause: error,
    });
  }
}

/** The session whose ID is or begins with `wanted`, or the newest for `latest`. Throws GuardError if not exactly one. */
export function findSession(wanted: string, options: StateOptions = {}): SessionFolder {
  const all = listSessions(options);
  const matching =
    wanted === 'latest' ? all.slice(0, 1) : all.filter(({ id }) => wanted && id.startsWith(wanted));
  const [first] = matching;
  if (first && matching.length === 1) return first;
  if (!first)
    throw new GuardError({
      what: wanted === 'latest' ? 'no session yet' : `no session ${wanted}`,
      why: all.length ? `none of ${all.length} begins so` : 'none has been recorded',
      fix: all.length ? 'guard log lists them' : 'guard run starts one',
      exitCode: 1,
    });
  const shown = matching.slice(0, 5).map(({ id }) => id);
  throw new GuardError({
    what: `${wanted} is not one session`,
    why: `${matching.length} begin so: ${shown.join(', ')}${matching.length > 5 ? ', …' : ''}`,
    fix: 'Give more of the ID',
    exitCode: 1,
  });
}

function at(root: string, id: string): SessionFolder {
  const path = join(root, id);
  return {
    id,
    path,
    covers: join(path, 'covers'),
    git: join(path, 'git'),
    held: join(path, 'held'),
  };
}

function newId(now: Date): string {
  const [date = '', clock = ''] = now.toISOString().split('T');
  const digits = now.getUTCMilliseconds().toString(36).padStart(2, '0');
  const random = randomInt(36 ** 2)
    .toString(36)
    .padStart(2, '0');
  return `${date.replaceAll('-', '')}-${clock.slice(0, 8).replaceAll(':', '')}-${digits}${random}`;
}

function cannotMake(path: string, error: unknown): GuardError {
  return new GuardError({
    what: 'the session has no record',
    why: `${path} cannot be made: ${(error as Error).message}`,
    fix: 'Free some space or mend the permissions of this folder',
    cause: error,
  });
}
