import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { GUARD, makePlace, type Outcome, type Place } from '../harness/guard.ts';

/** WHAT: WHY. FIX. */
const THREE_PARTS = /^guard: .+?: .+?\. .+[.!?]$/u;
/** What a terminal would act on; line ends are guard's own. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

export const SECRET = 'sk_live_abcdefghijklmnop';

export interface BadRun {
  cwd?: string;
  /** In place of the place's own where it says so; `undefined` takes a variable away. */
  env?: Record<string, string | undefined>;
  /** The program and its first words; default guard as it is installed. */
  start?: string[];
}

/** A place whose project is a git repository with a secret in it. */
export function project(): Place {
  const place = makePlace();
  git(place.repository, 'init', '-q');
  writeFileSync(join(place.repository, '.env'), `TOKEN=${SECRET}\n`);
  writeFileSync(join(place.repository, 'README'), 'read me\n');
  return place;
}

/** Without anybody's settings. */
export function git(cwd: string, ...args: string[]): void {
  execFileSync('git', args, { cwd, env: { PATH: process.env.PATH, HOME: '/nonexistent' } });
}

/** Runs guard with files for 1 and 2: whoever in the session still lives holds them, and can be found by that. */
export async function run(place: Place, args: string[], options: BadRun = {}): Promise<Outcome> {
  const files = ['out', 'err'].map((name) => join(dirname(place.state), name));
  const [out, err] = files.map((file) => openSync(file, 'w')) as [number, number];
  const [program = '', ...words] = options.start ?? [process.execPath, GUARD];
  const child = spawn(program, [...words, ...args], {
    cwd: options.cwd ?? place.repository,
    env: { ...place.env, ...options.env },
    stdio: ['ignore', out, err],
  });
  place.atEnd(() => void child.kill('SIGKILL'));
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
  closeSync(out);
  closeSync(err);
  const [code, signal] = await ended;
  const [stdout = '', stderr = ''] = files.map((file) => readFileSync(file, 'utf8'));
  return { code, signal, stdout, stderr };
}

/**
 * Runs guard and expects it to refuse: 125 (or `code`), one sentence of three parts that matches `says` as the last line
 * of stderr, nothing on stdout, and nothing changed, left behind or left running.
 */
export async function expectRefused(
  place: Place,
  args: string[],
  says: RegExp,
  options: BadRun & { code?: number; onlyLine?: boolean } = {},
): Promise<Outcome> {
  const before = trace(place);
  const outcome = await run(place, args, options);
  const lines = outcome.stderr.split('\n').slice(0, -1);
  expect(lines.at(-1)).toMatch(says);
  expect(lines.at(-1)).toMatch(THREE_PARTS);
  if (options.onlyLine ?? true) expect(lines).toHaveLength(1);
  expect(outcome.stderr).not.toMatch(CONTROL);
  expect(outcome).toMatchObject({ code: options.code ?? 125, signal: null, stdout: '' });
  await expectGone(place);
  expect(trace(place)).toEqual(before);
  return outcome;
}

/** Waits until no process of the session is left. */
export async function expectGone(place: Place): Promise<void> {
  await expect.poll(() => processesOf(place), { timeout: 10_000 }).toEqual([]);
}

/** Processes that hold a file of the place's open, stand in it or name it. */
export function processesOf(place: Place): string[] {
  const root = dirname(place.state);
  const found: string[] = [];
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    try {
      const open = readdirSync(`/proc/${pid}/fd`).map((fd) => link(`/proc/${pid}/fd/${fd}`));
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const held = [...open, link(`/proc/${pid}/cwd`)].some((path) => path.startsWith(`${root}/`));
      if (held || command.includes(root)) found.push(`${pid} ${command.replaceAll('\0', ' ')}`);
    } catch {
      // It ended meanwhile, or is somebody else's.
    }
  }
  return found;
}

/** What a refused run must leave as it was: every file of the repository, git's view of it, and the sessions. */
export function trace(place: Place): { files: string[]; git: string; sessions: string[] } {
  const sessions = join(place.state, 'guard', 'sessions');
  return {
    files: filesBelow(Buffer.from(place.repository)),
    git: gitStatus(place),
    sessions: existsSync(sessions) ? readdirSync(sessions).sort() : [],
  };
}

/** As it is without guard: names are shown by their bytes. */
export function gitStatus({ repository, env }: Place): string {
  const { status, stdout } = spawnSync('git', ['status', '--ignored', '--porcelain', '-z'], {
    cwd: repository,
    env: { ...env, GIT_OPTIONAL_LOCKS: '0' },
    encoding: 'latin1',
  });
  return `${status} ${stdout}`;
}

/** Every name with what would tell a change; names as latin1, so that any bytes can stand there. */
export function filesBelow(folder: Buffer): string[] {
  let names: Buffer[];
  try {
    names = readdirSync(folder, { encoding: 'buffer' });
  } catch (error) {
    return [`${folder.toString('latin1')} ${(error as NodeJS.ErrnoException).code}`];
  }
  return names
    .flatMap((name) => {
      const path = Buffer.concat([folder, Buffer.from('/'), name]);
      const stat = lstat(path);
      if (typeof stat === 'string') return [`${path.toString('latin1')} ${stat}`];
      const content = stat.isFile() && stat.mode & 0o400 ? digest(readFileSync(path)) : '';
      const line = [path.toString('latin1'), stat.mode, stat.size, stat.mtimeMs, content].join(' ');
      return stat.isDirectory() ? [line, ...filesBelow(path)] : [line];
    })
    .sort();
}

/** What hinders is as good to compare. */
function lstat(path: Buffer): Stats | string {
  try {
    return lstatSync(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
