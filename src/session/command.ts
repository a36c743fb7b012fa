import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { GuardError } from '../guard-error.ts';
import type { MountStep } from '../sandbox/plan.ts';
import { isVisible } from '../sandbox/visible.ts';

/** Programs larger than this are not hashed for the journal: an agent of 200 MB would cost every start a second. */
const HASH_LIMIT = 32 * 1024 * 1024;
/** BINPRM_BUF_SIZE (linux/binfmts.h): the kernel reads no more of a script's first line. */
const LONGEST_FIRST_LINE = 256;
/** A script's interpreter may be a script, five deep (fs/exec.c, exec_binprm). */
const DEEPEST_SCRIPT = 6;

/**
 * The file a command word names, looked up as a shell would. Throws a GuardError when there is none; `nearAgent` is asked
 * then for what else the word could have meant.
 */
export function findProgram(
  word: string,
  path: string,
  cwd: string,
  isAgent: boolean,
  nearAgent: () => string | null = () => null,
): string {
  const candidates = word.includes('/')
    ? [resolve(cwd, word)]
    : path.split(':').map((folder) => join(resolve(cwd, folder || '.'), word));
  const found = word === '' ? undefined : candidates.find(isExecutable);
  if (found) return found;
  throw new GuardError({
    what: `cannot start ${word || 'the command'}`,
    ...(word.includes('/') ? whyNot(candidates[0] ?? word) : whyUnknown(word, isAgent, nearAgent)),
  });
}

function whyUnknown(
  word: string,
  isAgent: boolean,
  nearAgent: () => string | null,
): { why: string; fix: string } {
  if (word === '')
    return {
      why: 'its name is empty',
      fix: 'Name an agent or a program: guard run [options] NAME',
    };
  const why = 'no folder of PATH has a program of that name';
  if (isAgent)
    return {
      why,
      fix: `Install ${word}, or see \`guard profile show\` for the agents guard knows`,
    };
  const near = nearAgent();
  return { why, fix: near === null ? 'Check the name' : `Did you mean the agent "${near}"?` };
}

function whyNot(path: string): { why: string; fix: string } {
  try {
    const stat = statSync(path);
    if (stat.isFile())
      return { why: 'it may not be executed', fix: 'chmod +x it, or name its interpreter' };
    const why = stat.isDirectory() ? 'it is a folder' : 'it is not a plain file';
    return { why, fix: 'Name a program' };
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === 'EACCES';
    return denied
      ? { why: 'permission is denied', fix: 'Make its folder accessible for you' }
      : { why: 'there is no such program', fix: 'Check the name' };
  }
}

/** Refuses early, with the line that would help, when the session would not see the program. */
export function requireVisible(program: string, mounts: readonly MountStep[], home: string): void {
  for (const file of withInterpreters(program)) {
    if (isVisible(file, mounts)) continue;
    const shown = file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
    throw new GuardError({
      what: `cannot start ${program}`,
      why: `${shown} is not in the session's view`,
      fix: `Grant its folder in ~/.config/guard/profile.yaml, e.g. home: { read: ["${shown.slice(0, shown.lastIndexOf('/'))}"] }`,
    });
  }
}

/** The program and the chain of its interpreters, links not resolved and resolved. */
function withInterpreters(program: string): Set<string> {
  const files = new Set<string>();
  let next: string | null = program;
  for (let depth = 0; next !== null && depth < DEEPEST_SCRIPT; depth++) {
    const real = realpathSync(next);
    files.add(next).add(real);
    next = interpreter(real);
    if (next === null || isExecutable(next)) continue;
    throw new GuardError({
      what: `cannot start ${program}`,
      why: `its interpreter ${next} ${existsSync(next) ? 'is no program' : 'does not exist'}`,
      fix: 'Mend its first line, or install the interpreter',
    });
  }
  return files;
}

/** What the first line of a script names; null for anything else, and for a path that depends on where it is started. */
function interpreter(file: string): string | null {
  const start = Buffer.alloc(LONGEST_FIRST_LINE);
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY);
  } catch {
    // May be executed, not read: then it is no script.
    return null;
  }
  try {
    const text = start.toString('utf8', 0, readSync(fd, start));
    const path = /^#![ \t]*([^\s\0]+)/.exec(text)?.[1];
    return path?.startsWith('/') ? path : null;
  } finally {
    closeSync(fd);
  }
}

/** SHA-256 of the program, for the record; empty when it is too large to hash at every start. */
export function programHash(program: string): string {
  if (statSync(program).size > HASH_LIMIT) return '';
  return createHash('sha256').update(readFileSync(program)).digest('hex');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
