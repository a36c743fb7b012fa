import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BrokerContext } from './definition.ts';

/** Where programs are looked for besides PATH. */
const USUAL = ['/usr/local/bin', '/usr/bin', '/bin'];
/** A script whose interpreter is a script, and so on: BINPRM recursion limit, exec.c (Linux). */
const MAX_INTERPRETERS = 5;
/** BINPRM_BUF_SIZE, binfmts.h. */
const SHEBANG_BYTES = 256;

type Where = Pick<BrokerContext, 'env' | 'repository' | 'writable'>;

/** The file that `name` starts outside the session, by the user's PATH; never one that a session could have put there. */
export function findProgram(name: string, where: Where): string | null {
  if (name.startsWith('/')) return isUsable(name, where) ? name : null;
  for (const folder of pathFolders(where)) {
    const file = join(folder, name);
    if (isUsable(file, where)) return file;
  }
  return null;
}

/**
 * Files that have to be executable for a program to start: itself, by its own name and where links lead, and the
 * interpreters of a script.
 */
export function startsWith(file: string, where: Where): string[] {
  const found = new Set<string>();
  let next: string | null = file;
  for (let depth = 0; next !== null && depth < MAX_INTERPRETERS; depth += 1) {
    const real: string = realpathSync(next);
    found.add(next).add(real);
    next = interpreterOf(real, where, found);
  }
  return [...found];
}

/** The folder a program was installed into, if it is the program's own and not one of many programs. */
export function folderBeside(file: string, where: Where): string | null {
  const folder = dirname(realpathSync(file));
  return pathFolders(where).includes(folder) || basename(folder) === 'bin' ? null : folder;
}

function interpreterOf(file: string, where: Where, found: Set<string>): string | null {
  const line = /^#![ \t]*([^ \t\n\0]+)(?:[ \t]+([^ \t\n\0]+))?/.exec(firstBytes(file));
  const interpreter = line?.[1];
  if (!interpreter?.startsWith('/') || !isUsable(interpreter, where)) return null;
  const argument = line?.[2];
  if (basename(interpreter) !== 'env' || argument === undefined) return interpreter;
  found.add(interpreter).add(realpathSync(interpreter));
  return /^[\w.+-]+$/.test(argument) ? findProgram(argument, where) : null;
}

function pathFolders({ env }: Where): string[] {
  const folders = (env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...folders, ...USUAL];
}

function isUsable(file: string, { repository, writable = [] }: Where): boolean {
  try {
    const real = realpathSync(file);
    if (!statSync(real).isFile()) return false;
    accessSync(real, constants.X_OK);
    return ![file, real].some((path) =>
      [repository, ...writable].some((folder) => path.startsWith(`${folder}/`)),
    );
  } catch {
    return false;
  }
}

function firstBytes(file: string): string {
  const buffer = Buffer.alloc(SHEBANG_BYTES);
  try {
    const descriptor = openSync(file, 'r');
    try {
      return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, SHEBANG_BYTES, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return ''; // A program may be executable and not readable.
  }
}

/** Every place in which the program is found by PATH, and where links lead from there: what a shim has to cover. */
export function placesOf(name: string, where: Where): string[] {
  const files = pathFolders(where)
    .map((folder) => join(folder, name))
    .filter((file) => isUsable(file, where));
  return [...new Set([...files, ...files.map((file) => realpathSync(file))])];
}
