import { spawn } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Long enough for a fingerprint, short enough that a start does not hang for ever. */
const TIME_LIMIT_MS = 30_000;
const LONGEST_OUTPUT = 64 * 1024;
const LONGEST_LINE = 4096;
const MOST_LINES = 50;

export interface RunContext {
  env: Readonly<Record<string, string | undefined>>;
  repository: string;
  home: string;
  tell: (line: string) => void;
  timeLimitMs?: number;
}

export interface NoValue {
  why: string;
  notFound: boolean;
}

/**
 * What a program of the user's prints, run without a shell, outside the session, not in the repository. Its standard
 * input is empty; guard's terminal stays its terminal, so a program that has to ask opens /dev/tty. stderr goes to
 * `tell`, line by line.
 */
export async function runForValue(
  argv: readonly [string, ...string[]],
  context: RunContext,
): Promise<Buffer | NoValue> {
  const [name, ...args] = argv;
  const file = findOutside(name, context);
  if (file === null)
    return { why: 'no such program is found outside the repository', notFound: true };
  const timeLimit = context.timeLimitMs ?? TIME_LIMIT_MS;
  return new Promise((done) => {
    const child = spawn(file, args, {
      cwd: context.home,
      env: { ...context.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let failure: string | null = null;
    const stop = (why: string) => {
      failure ??= why;
      child.kill('SIGKILL');
      // A grandchild may hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => stop(`no answer in ${timeLimit / 1000} seconds`), timeLimit);
    const chunks: Buffer[] = [];
    let length = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > LONGEST_OUTPUT) stop(`it printed more than ${LONGEST_OUTPUT / 1024} KiB`);
      else chunks.push(chunk);
    });
    const lines = tellLines(context.tell);
    child.stderr.on('data', lines.push);
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      done({ why: `it cannot be started (${error.code ?? 'unknown'})`, notFound: false });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      lines.end();
      if (failure === null && code !== 0)
        failure = code === null ? `it was ended by ${signal}` : `it failed with exit code ${code}`;
      if (failure === null && length === 0) failure = 'it printed nothing';
      done(failure === null ? Buffer.concat(chunks) : { why: failure, notFound: false });
    });
  });
}

function tellLines(tell: (line: string) => void): {
  push: (chunk: Buffer) => void;
  end: () => void;
} {
  let rest = '';
  let told = 0;
  const say = (line: string) => {
    if (line !== '' && told++ < MOST_LINES) tell(line);
  };
  return {
    push(chunk) {
      const lines = (rest + chunk.toString('utf8')).split(/\r?\n/);
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
      for (const line of lines) say(line.slice(0, LONGEST_LINE));
    },
    end: () => say(rest),
  };
}

/** By the user's PATH, but never a file of the repository: `npm run` puts `node_modules/.bin` first. */
function findOutside(name: string, { env, repository }: RunContext): string | null {
  const folders = (env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter);
  const files = isAbsolute(name)
    ? [name]
    : name.includes('/')
      ? []
      : folders.filter(isAbsolute).map((folder) => join(folder, name));
  return files.find((file) => isProgramOutside(file, repository)) ?? null;
}

function isProgramOutside(file: string, repository: string): boolean {
  try {
    const root = realpathSync(repository);
    const real = realpathSync(file);
    if ([file, real].some((path) => `${path}/`.startsWith(`${root}/`))) return false;
    accessSync(real, constants.X_OK);
    return statSync(real).isFile();
  } catch {
    return false;
  }
}
