import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { GitRepository } from '../../view/git-layout.ts';
import { isBelow } from './below.ts';
import { NotMeasured, Stopped, type Pace } from './pace.ts';

const OUTPUT_LIMIT = 2 * 1024 * 1024;
/** More branches and tags than this are not compared with each other. */
const REFS_LIMIT = 5000;

/**
 * The repository's settings and objects are the session's to write, and git runs here outside of it. So only commands that
 * read objects and refs are run, by object name or full ref; no setting that names a program is left to the repository;
 * nothing is fetched; and what could hide commits (replacements, grafts, a commit graph) is not believed.
 * git(1), git-config(1); unknown variables and settings are ignored by older versions.
 */
const ENVIRONMENT = {
  HOME: '/nonexistent',
  PATH: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_GRAFT_FILE: '/dev/null',
  GIT_ALLOW_PROTOCOL: '',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'false',
  GIT_SSH_COMMAND: 'false',
  GIT_PAGER: 'cat',
  // One allocation, so that an object that unpacks to gigabytes ends git and not the machine.
  GIT_ALLOC_LIMIT: '256m',
};
const SETTINGS = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.pager=cat',
  'core.sshCommand=false',
  'core.gitProxy=',
  'core.askPass=false',
  'core.alternateRefsCommand=',
  'core.commitGraph=false',
  'core.useReplaceRefs=false',
  'credential.helper=',
  'protocol.allow=never',
  'log.showSignature=false',
  'i18n.logOutputEncoding=UTF-8',
  'gc.auto=0',
  'maintenance.auto=false',
];

/** Read-only git on one repository. */
export class Git {
  readonly #repository: GitRepository;
  readonly #pace: Pace;
  readonly #program: string;

  /** @throws NotMeasured where there is no git outside the repository */
  constructor(repository: GitRepository, pace: Pace) {
    this.#repository = repository;
    this.#pace = pace;
    this.#program = findGitProgram(repository.workTree);
  }

  /** What it prints; null when it fails. @throws Stopped */
  run(args: readonly [GitCommand, ...string[]], input = ''): Promise<string | null> {
    return new Promise((resolve, reject) => {
      if (this.#pace.over) return reject(new Stopped());
      const child = this.#spawn(args);
      const kill = (): void => killGroup(child);
      const stop = (): void => {
        kill();
        reject(new Stopped());
      };
      this.#pace.signal.addEventListener('abort', stop, { once: true });
      const chunks: Buffer[] = [];
      let total = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        total += chunk.length;
        if (total > OUTPUT_LIMIT) kill();
        else chunks.push(chunk);
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      child.once('error', () => resolve(null));
      child.once('close', (code) => {
        this.#pace.signal.removeEventListener('abort', stop);
        resolve(
          code === 0 && total <= OUTPUT_LIMIT ? Buffer.concat(chunks).toString('utf8') : null,
        );
      });
    });
  }

  /** Its output as it comes, of any length; it ends with the pace. @throws Stopped */
  async *output(args: readonly [GitCommand, ...string[]], input = ''): AsyncGenerator<Buffer> {
    if (this.#pace.over) throw new Stopped();
    const child = this.#spawn(args);
    const stop = (): void => killGroup(child);
    this.#pace.signal.addEventListener('abort', stop, { once: true });
    try {
      child.on('error', () => undefined);
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      yield* child.stdout as AsyncIterable<Buffer>;
      if (this.#pace.over) throw new Stopped();
    } finally {
      this.#pace.signal.removeEventListener('abort', stop);
      killGroup(child);
    }
  }

  #spawn(args: readonly string[]): ChildProcessByStdio<Writable, Readable, null> {
    const words = ['--no-pager', ...SETTINGS.flatMap((setting) => ['-c', setting]), ...args];
    return spawn(this.#program, words, {
      cwd: '/',
      env: { ...ENVIRONMENT, GIT_DIR: this.#repository.gitDir },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
  }

  /** The commit a full ref or another name leads to; null where it leads to none. */
  async commit(name: string): Promise<string | null> {
    if (name.startsWith('-') || name.length > 500 || name.includes('\0')) return null;
    const found = await this.run([
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${name}^{commit}`,
    ]);
    return objectId(found?.trim() ?? '');
  }

  /** Refs whose names begin so (a whole component), with the commits they lead to. */
  async refs(prefix: string): Promise<Map<string, string>> {
    const format = '%(objectname) %(*objectname) %(refname)';
    // All of them: a pattern of for-each-ref is a glob, and a remote's name could be one.
    const said = await this.run([
      'for-each-ref',
      `--count=${REFS_LIMIT + 1}`,
      `--format=${format}`,
    ]);
    if (said === null) throw new NotMeasured('its branches cannot be listed');
    const lines = said.split('\n');
    if (lines.length > REFS_LIMIT + 1) throw new NotMeasured('it has too many branches and tags');
    const found = new Map<string, string>();
    for (const line of lines) {
      const [own = '', peeled = '', ...name] = line.split(' ');
      const commit = objectId(peeled) ?? objectId(own);
      const ref = name.join(' ');
      if (commit && ref.startsWith(prefix)) found.set(ref, commit);
    }
    return found;
  }

  /** The branch that is checked out, as a full ref. */
  async head(): Promise<string | null> {
    const ref = (await this.run(['symbolic-ref', '--quiet', 'HEAD']))?.trim() ?? '';
    return ref.startsWith('refs/heads/') ? ref : null;
  }
}

type GitCommand =
  'rev-list' | 'rev-parse' | 'for-each-ref' | 'symbolic-ref' | 'diff-tree' | 'cat-file';

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  try {
    if (pid !== undefined && exitCode === null && signalCode === null)
      process.kill(-pid, 'SIGKILL');
  } catch {
    // Ended by itself.
  }
}

export function objectId(text: string): string | null {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : null;
}

const USUAL = ['/usr/bin/git', '/usr/local/bin/git', '/bin/git', '/opt/homebrew/bin/git'];

function findGitProgram(repository: string): string {
  const path = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  for (const candidate of [...USUAL, ...path.map((folder) => join(folder, 'git'))]) {
    try {
      accessSync(candidate, constants.X_OK);
      const real = realpathSync(candidate);
      if (!isBelow(real, repository) && !isBelow(candidate, repository)) return candidate;
    } catch {
      continue;
    }
  }
  throw new NotMeasured('git is not installed');
}
