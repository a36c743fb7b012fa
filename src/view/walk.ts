import { readdirSync, type Dirent } from 'node:fs';
import { decodePath, encodePath, pathBytes } from '../byte-path.ts';
import { GuardError } from '../guard-error.ts';
import type { CoverKind, NamePatterns, SecretName } from './name-patterns.ts';

export interface FoundSecret {
  /** Relative to the repository; absolute for what lies outside of it. */
  path: string;
  kind: CoverKind;
  /** As written in the profile; the kind of secret, where it was found by content. */
  pattern: string;
}

export interface Walked {
  secrets: FoundSecret[];
  /** Paths that are read-only as a whole; nothing below one is listed again. */
  protects: string[];
  /** Every `.git`, whatever it is: folder, file or link. Nothing inside is walked. */
  gits: string[];
  /** Folders that git would take for bare repositories: with HEAD, objects, refs and a config. */
  bares: string[];
  /** Regular files that are not secret by name, to be looked through. */
  files: string[];
}

/**
 * One look at every name in the repository. Links are not followed and no file is opened, so what the repository holds
 * cannot make this slow or send it elsewhere. A folder that cannot be read, or that is too deep to name what is in it, is
 * covered whole.
 */
export function walkRepository(repository: string, names: NamePatterns): Walked {
  const steps = walkSteps(repository, names);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * The same, a folder a step, so that a walk during the session need not hold up everything else. A `late` walk leaves out
 * what it cannot read: the session made it so, nothing of the user's is in it, and the rest is to be looked at all the
 * same. Throws a GuardError only where the repository itself cannot be read.
 */
export function* walkSteps(
  repository: string,
  names: NamePatterns,
  late = false,
): Generator<void, Walked> {
  const found: Walked = { secrets: [], protects: [], gits: [], bares: [], files: [] };
  const open: Folder[] = [{ path: '', above: null, protectedAbove: false }];
  for (let folder = open.pop(); folder; folder = open.pop()) {
    const entries = readFolder(repository, folder.path, late);
    if (Array.isArray(entries)) {
      for (const entry of entries) look(entry, folder, names, found, open);
      if (isBare(entries)) found.bares.push(folder.path);
    } else if (!late) found.secrets.push({ path: folder.path, kind: 'hide', pattern: entries });
    yield;
  }
  return found;
}

/** Stands for a pattern in reports: nobody may look into this folder, and its owner could change that. */
export const CLOSED = 'unreadable folder';
export const TOO_DEEP = 'folder too deep to look into';

/**
 * Bytes. The kernel takes paths of 4095 (PATH_MAX, linux/limits.h) and names of 255 (NAME_MAX); the rest is room for what
 * bubblewrap and /proc put before a path. In a longer folder there may be files that cannot be named, nor covered.
 */
const LONGEST_FOLDER = 4095 - 255 - 64;

export function isTooDeep(folder: string): boolean {
  // No character has more than three bytes for each of its UTF-16 units.
  return folder.length * 3 > LONGEST_FOLDER && pathBytes(folder).length > LONGEST_FOLDER;
}

interface Folder {
  path: string;
  /** The pattern that covers everything in it. */
  above: SecretName | null;
  protectedAbove: boolean;
}

function look(
  entry: Dirent,
  folder: Folder,
  names: NamePatterns,
  found: Walked,
  open: Folder[],
): void {
  const { name } = entry;
  const path = folder.path ? `${folder.path}/${name}` : name;
  if (name === '.git') {
    found.gits.push(path);
    return;
  }
  const inherited = folder.above && !names.exposes(path, folder.above) ? folder.above : null;
  const secret = names.secret(path) ?? inherited;
  const protects = !folder.protectedAbove && names.protect(path) !== null;
  if (protects) found.protects.push(path);
  if (entry.isDirectory())
    open.push({
      path,
      above: secret ?? folder.above,
      protectedAbove: protects || folder.protectedAbove,
    });
  else if (secret) found.secrets.push({ path, ...secret });
  else if (entry.isFile()) found.files.push(path);
}

const BARE = ['HEAD', 'objects', 'refs', 'config'];

function isBare(entries: readonly Dirent[]): boolean {
  return entries.filter(({ name }) => BARE.includes(name)).length === BARE.length;
}

function readFolder(
  repository: string,
  path: string,
  late: boolean,
): Dirent[] | typeof CLOSED | typeof TOO_DEEP {
  const absolute = path ? `${repository}/${path}` : repository;
  if (path && isTooDeep(absolute)) return TOO_DEEP;
  const folder = encodePath(absolute);
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.some((entry) => entry.name.includes('\ufffd')) ? readBytes(folder) : entries;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (path && (code === 'EACCES' || code === 'EPERM')) return CLOSED;
    // Gone, or replaced by a file, since its parent was read.
    if (path && (late || code === 'ENOENT' || code === 'ENOTDIR')) return [];
    throw new GuardError({
      what: `cannot look for secrets in ${absolute}`,
      why: code ?? 'unknown error',
      fix: 'Make this folder readable, or move it out of the repository',
      cause: error,
    });
  }
}

/** Names that are not UTF-8, as path strings; see `byte-path.ts`. */
function readBytes(folder: string | Buffer): Dirent[] {
  return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' }).map((entry) =>
    Object.assign(Object.create(Object.getPrototypeOf(entry) as object) as Dirent, entry, {
      name: decodePath(entry.name),
    }),
  );
}
