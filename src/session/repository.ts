import { isUtf8 } from 'node:buffer';
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { decodePath } from '../byte-path.ts';
import { GuardError } from '../guard-error.ts';
import { readSmall } from '../view/inside.ts';

/** Folders that are never a repository: bound whole they would give away what the view withholds. */
const SYSTEM_FOLDERS = [
  '/',
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/srv',
  '/sys',
  '/tmp',
  '/usr',
  '/var',
];
/** The home folder is empty in a session: one of these there would take the system with it. */
const NO_HOME = SYSTEM_FOLDERS.filter((folder) => folder !== '/root' && folder !== '/tmp');
/** A repository of a hundred thousand branches stays below it. */
const LONGEST_PACKED_REFS = 32 * 1024 * 1024;
const REASONS: Record<string, string> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'permission is denied',
  ELOOP: 'it is a symbolic link that leads nowhere',
  ENAMETOOLONG: 'the path is too long',
};

export interface Repository {
  /** Links resolved. */
  root: string;
  /** Where the command starts: the caller's folder when it is in the repository, else the root. */
  cwd: string;
}

/**
 * The folder the session works in: `given`, else the nearest folder with a `.git` at or above the current one, else the
 * current one. Throws a GuardError for a folder that is not there or would expose what it must not.
 */
export function findRepository(given: string | undefined, home: string): Repository {
  requireHome(home);
  const current = currentFolder();
  const root = given === undefined ? nearestRepository(current) : existing(given);
  const reserved = new Set([...SYSTEM_FOLDERS, home, safeRealpath(home)]);
  if (reserved.has(root) || `${safeRealpath(home)}/`.startsWith(`${root}/`))
    throw new GuardError({
      what: `cannot run in ${root}`,
      why: 'it holds more than a project: the whole of it would be open to the agent',
      fix: 'Change to the project folder, or name it with --repository DIR',
    });
  requireReadable(root);
  const settings = safeRealpath(join(configHome(home), 'guard'));
  if (`${settings}/`.startsWith(`${root}/`))
    throw new GuardError({
      what: `cannot run in ${root}`,
      why: `guard's own settings are in it (${settings}): the agent could change its own policy`,
      fix: 'Move them out with XDG_CONFIG_HOME, or run in a folder below',
    });
  const inside = current === root || current.startsWith(`${root}/`);
  return { root, cwd: inside ? current : root };
}

/**
 * The commit HEAD points to, or null: read from files, because a repository's configuration can run programs, and from
 * plain files only, because a hostile one can be a FIFO or lead to a device.
 */
export function headCommit(root: string): string | null {
  const folder = join(root, '.git');
  const head = readSmall(join(folder, 'HEAD'))?.trim();
  if (head === undefined) return null;
  const ref = /^ref: (refs\/[\w./-]{1,200})$/.exec(head)?.[1];
  if (!ref || ref.split('/').includes('..')) return commitId(head);
  const loose = readSmall(join(folder, ref));
  if (loose !== null) return commitId(loose.trim());
  const packed = readSmall(join(folder, 'packed-refs'), LONGEST_PACKED_REFS) ?? '';
  const line = packed.split('\n').find((each) => each.endsWith(` ${ref}`));
  return commitId(line?.split(' ')[0] ?? '');
}

/** XDG Base Directory Specification: a relative path counts as none. */
function configHome(home: string): string {
  const given = process.env.XDG_CONFIG_HOME;
  return given?.startsWith('/') ? given : join(home, '.config');
}

function commitId(text: string): string | null {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : null;
}

function currentFolder(): string {
  try {
    process.cwd();
    return readable(realpathSync.native('.', { encoding: 'buffer' }));
  } catch (cause) {
    if (cause instanceof GuardError) throw cause;
    throw new GuardError({
      what: 'cannot tell the current folder',
      why: 'it was removed or cannot be read',
      fix: 'Change to the project folder',
      cause,
    });
  }
}

function nearestRepository(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, '.git'))) return folder;
  return start;
}

function existing(folder: string): string {
  if (folder === '')
    throw new GuardError({
      what: 'no repository',
      why: 'the path given to --repository is empty',
      fix: 'Leave the option out for the current folder, or name one',
    });
  let root: string;
  try {
    root = readable(realpathSync.native(folder, { encoding: 'buffer' }));
  } catch (cause) {
    if (cause instanceof GuardError) throw cause;
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new GuardError({
      what: `no repository at ${folder}`,
      why: REASONS[code] ?? code,
      fix: 'Check the path given to --repository',
      cause,
    });
  }
  if (!statSync(root).isDirectory())
    throw new GuardError({
      what: `no repository at ${folder}`,
      why: 'it is not a folder',
      fix: 'Name the folder that holds the project',
    });
  return root;
}

/** Node can hand on no other path: it would stand for another folder. */
function readable(path: Buffer): string {
  if (isUtf8(path)) return path.toString();
  throw new GuardError({
    what: `cannot run in ${decodePath(path)}`,
    why: 'its path is not valid UTF-8',
    fix: 'Rename the folder, or work in a copy under another name',
  });
}

function requireHome(home: string): void {
  const why = !isAbsolute(home)
    ? `HOME is not an absolute path: ${home || 'it is empty'}`
    : NO_HOME.includes(safeRealpath(home))
      ? `HOME is ${home}, which the session needs for the system`
      : null;
  if (why === null) return;
  throw new GuardError({
    what: 'cannot make a home folder for the session',
    why,
    fix: 'Set HOME to a folder of your own',
  });
}

function requireReadable(root: string): void {
  try {
    accessSync(root, constants.R_OK | constants.X_OK);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new GuardError({
      what: `cannot run in ${root}`,
      why: REASONS[code] ?? code,
      fix: 'Make the folder readable for you (chmod u+rx)',
      cause,
    });
  }
}

function safeRealpath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
