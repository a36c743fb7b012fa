import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../../src/guard-error.ts';
import { guard, makePlace, outcome, type Outcome, type Place } from '../harness/guard.ts';

/** Programs that attack; granted to the session, read-only, with what they need. */
export const KIT = fileURLToPath(new URL('./inside', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODULES = ['koffi', '@koromix'].map((name) => join(ROOT, 'node_modules', name));

/** A place with a git repository that has secrets, and the attack programs. */
export interface Scene extends Place {
  /** Value of TOKEN in `.env`: never to be seen inside. */
  secret: string;
  /** Of the key file `ops/id_rsa`. */
  key: string;
  /** More of the user's profile, in YAML. */
  configure(yaml: string): void;
  /** Runs one of the attack programs, or any words, in a session. */
  attack(words: string[], options?: Run): Promise<Outcome>;
  /** The same, with what guard says at the start. */
  start(words: string[], options?: Run): Promise<Outcome>;
  /** The same without guard: shows that the attack works where nothing stops it. */
  unguarded(words: string[], options?: Run): Promise<Outcome>;
  git(...args: string[]): string;
}

export interface Run {
  input?: string;
  env?: Record<string, string>;
  cwd?: string;
}

export function makeScene(): Scene {
  const place = makePlace();
  const secret = `sk_live_${randomBytes(12).toString('hex')}`;
  const key = randomBytes(24).toString('base64url');
  const env = { ...place.env, ...identity(place) };
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: place.repository, env, encoding: 'utf8' });
  git('init', '-q', '-b', 'main');
  writeFileSync(join(place.repository, 'README.md'), 'project\n');
  mkdirSync(join(place.repository, 'ops'));
  git('add', '.');
  git('commit', '-qm', 'start');
  writeFileSync(join(place.repository, '.env'), `TOKEN=${secret}\nDEBUG=true\n`);
  writeFileSync(
    join(place.repository, 'ops', 'id_rsa'),
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${key}\n`,
    { mode: 0o600 },
  );
  const configure = (yaml: string): void => {
    const folder = join(place.home, '.config', 'guard');
    mkdirSync(folder, { recursive: true });
    const grants = JSON.stringify([KIT, ...MODULES, ...nodeFolder()]);
    writeFileSync(
      join(folder, 'profile.yaml'),
      yaml.includes('\nhome:') || yaml.startsWith('home:')
        ? `version: 1\n${yaml.replace('read: [', `read: [${grants.slice(1, -1)}, `)}\n`
        : `version: 1\nhome:\n  read: ${grants}\n${yaml}\n`,
    );
  };
  configure('');
  const run = async (flags: string[], words: string[], options: Run = {}): Promise<Outcome> => {
    const ran = await guard(place, ['run', ...flags, '--', ...withKit(words)], options);
    // An attack that never ran would pass for one that was stopped.
    if (ran.code === EXIT.cannotEnforce) throw new Error(`no session: ${ran.stderr}`);
    return ran;
  };
  return {
    ...place,
    secret,
    key,
    configure,
    git,
    attack: (words, options) => run(['--quiet'], words, options),
    start: (words, options) => run([], words, options),
    unguarded: (words, { input = '', env: more = {}, cwd = place.repository } = {}) => {
      const [program = '', ...args] = withKit(words);
      const child = spawn(program, args, { cwd, env: { ...env, ...more }, timeout: 20_000 });
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      return outcome(child);
    },
  };
}

/** A shell script to be run, as words. */
export function sh(script: string, ...args: string[]): string[] {
  return ['sh', '-c', script, 'sh', ...args];
}

/** What an attack program reported. */
export function reported<Result>(run: Outcome): Result {
  try {
    return JSON.parse(run.stdout) as Result;
  } catch {
    throw new Error(`no report: ${JSON.stringify(run)}`);
  }
}

/** A program that a rule refuses in the scene, and a file it would destroy. */
export function forbid(scene: Scene): { victim: string; destroyed: () => boolean } {
  scene.configure("commands:\n  - { match: 'shred', action: deny, reason: 'it destroys' }");
  const victim = join(scene.repository, 'victim');
  const text = 'precious\n'.repeat(8);
  writeFileSync(victim, text);
  chmodSync(victim, 0o600);
  return {
    victim,
    destroyed: () => execFileSync('cat', [victim], { encoding: 'latin1' }) !== text,
  };
}

function withKit([program = '', ...args]: string[]): string[] {
  return program.endsWith('.mjs')
    ? [process.execPath, join(KIT, program), ...args]
    : [program, ...args];
}

/** Where Node is, when that is in somebody's home. */
function nodeFolder(): string[] {
  const folder = dirname(dirname(process.execPath));
  return /^\/(usr|opt|nix|snap|bin)(\/|$)/.test(folder) ? [] : [folder];
}

function identity({ home }: Place): Record<string, string> {
  const [name, email] = ['Me', 'me@example.com'];
  return {
    HOME: home,
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}
