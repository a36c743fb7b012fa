import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { GuardError } from '../guard-error.ts';

/** Exit code of an audit that could not look. */
export const COULD_NOT_LOOK = 2;

/** Of what git prints at once: paths of a million files are some hundred megabytes. */
const LARGEST_OUTPUT = 1024 * 1024 * 1024;
const LARGEST_COMPLAINT = 16 * 1024;

/**
 * Before every subcommand. A repository's configuration can name programs that git would run (git-config(1)); the
 * commands used here run none of them: plumbing knows neither aliases nor pagers, and what is left is turned off.
 * Replacements are not followed: what is looked at is what a clone gets.
 */
const SAFE = [
  '--no-pager',
  '--no-replace-objects',
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'core.hooksPath=/dev/null'],
  // Said of the file without grafts that is named below, too.
  ...['-c', 'advice.graftFileDeprecated=false'],
  // Names in what git prints are bytes, not escapes; with -z they are anyway.
  ...['-c', 'core.quotePath=false'],
];

/** A process of git's that is being read. */
export type Git = ChildProcessByStdio<Writable, Readable, Readable>;

export interface GitPlace {
  cwd: string;
  env?: NodeJS.ProcessEnv;
}

/** For `diff`: no program of the repository's, and the same text whatever it configures. */
export const PLAIN_PATCH = [
  ...['-U0', '--inter-hunk-context=0', '--text', '--no-color', '--no-ext-diff', '--no-textconv'],
  ...['--submodule=short', '--src-prefix=a/', '--dst-prefix=b/', '--no-relative'],
  // Not the file that diff.orderFile names, which may be a FIFO.
  '-O/dev/null',
];

function environment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const own = {
    ...env,
    // A partial clone fetches objects that it lacks, through whatever transport the repository names.
    GIT_NO_LAZY_FETCH: '1',
    // Neither are grafts, which have no option: a clone gets the parents that commits name (gitglossary(7)).
    GIT_GRAFT_FILE: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
  delete (own as NodeJS.ProcessEnv).GIT_EXTERNAL_DIFF;
  delete (own as NodeJS.ProcessEnv).GIT_DIFF_OPTS;
  return own;
}

/** Starts git; what it complains of is for {@link ended}. */
export function startGit(args: readonly string[], { cwd, env }: GitPlace): Git {
  return spawn('git', [...SAFE, ...args], {
    cwd,
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Resolves when git has ended well; throws GuardError otherwise. To be called before anything is awaited. */
export function ended(git: Git, what: string, allowed: readonly number[] = [0]): Promise<number> {
  let complaint = '';
  git.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < LARGEST_COMPLAINT) complaint += text;
  });
  // EPIPE: git has ended before it read all it was told, and its exit code says why.
  git.stdin.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    git.on('error', (error: NodeJS.ErrnoException) => reject(notStarted(error)));
    git.on('close', (code, signal) => {
      if (code !== null && allowed.includes(code)) resolve(code);
      else reject(refused(what, code ?? signal ?? '', complaint));
    });
  });
}

/** What a command of git's prints. */
export async function gitOutput(
  args: readonly string[],
  place: GitPlace,
  what: string,
): Promise<Buffer> {
  const git = startGit(args, place);
  const done = ended(git, what);
  git.stdin.end();
  const pieces: Buffer[] = [];
  let length = 0;
  git.stdout.on('data', (piece: Buffer) => {
    length += piece.length;
    if (length > LARGEST_OUTPUT) git.kill();
    else pieces.push(piece);
  });
  await done;
  return Buffer.concat(pieces);
}

export function couldNotLook(what: string, why: string, fix: string): GuardError {
  return new GuardError({ what, why, fix, exitCode: COULD_NOT_LOOK });
}

function notStarted({ code }: NodeJS.ErrnoException): GuardError {
  return code === 'ENOENT'
    ? couldNotLook('cannot audit', 'git is not installed', 'Install git, or name the files')
    : couldNotLook('cannot audit', `git cannot be started (${code})`, 'Mend the installation');
}

function refused(what: string, code: number | string, complaint: string): GuardError {
  const [first = ''] = complaint.trim().split('\n');
  const why = first.replace(/^fatal: /, '').replace(/\.$/, '') || `git ended with ${code}`;
  if (/^not a git repository/.test(why))
    return couldNotLook(
      what,
      'this is not a git repository',
      'Go into one, or name files and folders: guard audit PATH',
    );
  return couldNotLook(what, `git says: ${why}`, 'Mend that, and run the audit again');
}
