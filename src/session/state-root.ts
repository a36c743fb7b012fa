import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { GuardError } from '../guard-error.ts';

/** Group or others may write. */
const OPEN_TO_OTHERS = 0o022;
/** Only its owner may rename or remove what lies in it, as in /tmp (chmod(1), "restricted deletion flag"). */
const STICKY = 0o1000;
/** mkdirSync's own words for a path that cannot be made, by errno. */
const REASONS: Record<string, string> = {
  EACCES: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a folder',
};

export interface StateOptions {
  /** Default `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** Refused when the state would lie inside it: the session could write its own record. */
  repository?: string;
}

/**
 * `${XDG_STATE_HOME:-~/.local/state}/guard/sessions`, absolute, without making it.
 * Throws GuardError for a relative XDG_STATE_HOME (the XDG Base Directory specification calls it invalid).
 */
export function stateRoot({ env = process.env }: StateOptions = {}): string {
  const chosen = env.XDG_STATE_HOME || undefined;
  if (chosen !== undefined && !isAbsolute(chosen))
    throw new GuardError({
      what: 'no place for the record of the session',
      why: `XDG_STATE_HOME is not an absolute path: ${chosen}`,
      fix: 'Set XDG_STATE_HOME to an absolute path, or unset it',
    });
  const home = env.HOME && isAbsolute(env.HOME) ? env.HOME : homedir();
  return join(chosen ?? join(home, '.local', 'state'), 'guard', 'sessions');
}

/**
 * Makes the folder of all sessions (0700) and returns it. Throws GuardError unless every folder from the root down is
 * one that nobody but root and this user can replace: whoever can swap a folder of the path can swap the record.
 */
export function ensureStateRoot(options: StateOptions = {}): string {
  const root = stateRoot(options);
  const missing: string[] = [];
  for (const folder of ancestors(root)) if (!safeFolder(folder)) missing.push(folder);
  // Before anything is made: what is missing lies below the last folder that exists.
  const parent = dirname(missing[0] ?? join(root, 'x'));
  if (options.repository !== undefined) refuseInside(root, parent, options.repository);
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw unusable(folder, REASONS[code] ?? code, error);
    }
    safeFolder(folder);
  }
  return root;
}

/** `/a`, `/a/b`, … down to `path` itself. */
function ancestors(path: string): string[] {
  const out: string[] = [];
  for (let at = path; at !== dirname(at); at = dirname(at)) out.unshift(at);
  return out;
}

/** False when it does not exist; throws when somebody else could replace what lies in it. */
function safeFolder(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (!stat) return false;
  const mine = process.getuid?.() ?? -1;
  if (stat.uid !== 0 && stat.uid !== mine)
    throw unusable(folder, `it belongs to user ${stat.uid}, not to you`);
  if (stat.isSymbolicLink()) {
    if (!isSystemLink(folder, mine)) throw unusable(folder, 'it is a symbolic link');
    for (const real of ancestors(realpathSync(folder))) safeFolder(real);
    return true;
  }
  if (!stat.isDirectory()) throw unusable(folder, 'it is not a folder');
  if (stat.mode & OPEN_TO_OTHERS && !(stat.mode & STICKY))
    throw new GuardError({
      what: 'no place for the record of the session',
      why: `${folder} can be written by other users`,
      fix: 'Take that right away with chmod go-w on this folder, or set XDG_STATE_HOME to another one',
    });
  return true;
}

/** The system's own links (`/home -> /usr/home`) are as trustworthy as the system; what they lead to is looked at too. */
function isSystemLink(folder: string, mine: number): boolean {
  return lstatSync(folder).uid === 0 && (mine !== 0 || dirname(folder) === '/');
}

function refuseInside(root: string, existing: string, repository: string): void {
  const [inner, outer] = [realpathSync(existing), realpathSync(repository)];
  if (inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`))
    throw new GuardError({
      what: 'no place for the record of the session',
      why: `${root} lies inside the repository ${repository}, where the agent can write`,
      fix: 'Run guard in the repository itself, not in a folder above your state, or set XDG_STATE_HOME to a folder outside',
    });
}

function unusable(folder: string, why: string, cause?: unknown): GuardError {
  return new GuardError({
    what: 'no place for the record of the session',
    why: `${folder} cannot be used: ${why}`,
    fix: 'Mend this folder, or set XDG_STATE_HOME to one that only you can write',
    cause,
  });
}
