import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitOperations } from '../../../src/operations/git/operations.ts';
import { hasUpdates } from '../../../src/operations/git/push.ts';
import { gitBodyNeeded, readGit } from '../../../src/operations/git/read.ts';
import { refuseGit } from '../../../src/operations/git/refuse.ts';
import type { IsForced } from '../../../src/operations/git/types.ts';
import type { HttpCall } from '../../../src/operations/types.ts';
import type { Operation } from '../../../src/policy/types.ts';
import { startGitServer, type GitServer } from './http-server.ts';

const WHY = {
  rule: 'network.rules[0]',
  reason: 'nobody pushes here\u001b[2J\nng refs/heads/x',
  safer: 'Open a pull request.',
};
let dir: string;
let server: GitServer;
let refused: (operation: Operation) => boolean;
let isForced: IsForced;

const ENV = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  LC_ALL: 'C',
  NO_PROXY: '127.0.0.1',
};
const run = (...argv: string[]): string =>
  execFileSync('git', argv, { cwd: join(dir, 'work'), env: ENV, encoding: 'utf8', stdio: 'pipe' });

/** While the server answers from this process, so never synchronous. */
function git(...argv: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn('git', argv, { cwd: join(dir, 'work'), env: ENV, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

function operationsOf(call: HttpCall): readonly Operation[] {
  const request = readGit(call);
  return request ? gitOperations(request, isForced) : [];
}

const seen = (): string[] =>
  server.calls.flatMap((call) =>
    operationsOf(call).map(({ name, class: kind, target }) => `${kind}: ${name} ${target}`),
  );

function commit(text: string): string {
  writeFileSync(join(dir, 'work', 'file'), text);
  run('add', 'file');
  run('commit', '-qm', text);
  return run('rev-parse', 'HEAD').trim();
}

const remote = (name = 'acme/app.git'): string =>
  execFileSync('git', ['-C', join(dir, name), 'for-each-ref', '--format=%(refname)'], {
    encoding: 'utf8',
  });

async function start(format: 'sha1' | 'sha256'): Promise<void> {
  dir = mkdtempSync(join(tmpdir(), 'guard-git-'));
  const init = ['init', '-q', '-b', 'main', `--object-format=${format}`];
  execFileSync('git', [...init, join(dir, 'work')], { env: ENV });
  execFileSync('git', [...init, '--bare', join(dir, 'acme/app.git')], { env: ENV });
  refused = () => false;
  isForced = () => null;
  server = await startGitServer(dir, (call) =>
    operationsOf(call).some((operation) => refused(operation)) ? refuseGit(call, WHY) : null,
  );
  run('remote', 'add', 'origin', `${server.url}/acme/app.git`);
}

async function stop(): Promise<void> {
  await server.close();
  rmSync(dir, { recursive: true });
}

describe.each(['sha1', 'sha256'] as const)('with %s', (format) => {
  beforeEach(() => start(format));
  afterEach(stop);

  it('reads what real pushes and fetches ask for', async () => {
    const first = commit('one');
    expect(await git('push', 'origin', 'main', 'main:refs/heads/x')).toMatchObject({ code: 0 });
    expect(seen()).toEqual([
      'read: push refs acme/app',
      'change: push create acme/app refs/heads/main',
      'change: push create acme/app refs/heads/x',
    ]);

    server.calls.length = 0;
    commit('two');
    run('tag', 'v1');
    await git('push', 'origin', 'main', 'v1', ':x');
    expect(seen().slice(1).sort()).toEqual([
      'change: push create acme/app refs/tags/v1',
      'change: push update acme/app refs/heads/main',
      'destroy: push delete acme/app refs/heads/x',
    ]);

    server.calls.length = 0;
    run('reset', '-q', '--hard', first);
    commit('three');
    run('tag', '-f', 'v1');
    isForced = (update) => update.ref.startsWith('refs/heads/');
    await git('push', '--force', '--atomic', 'origin', 'main', 'v1');
    expect(seen().slice(1).sort()).toEqual([
      'destroy: push force acme/app refs/heads/main',
      'destroy: push update acme/app refs/tags/v1',
    ]);

    for (const version of ['0', '1', '2']) {
      server.calls.length = 0;
      const fetched = await git(
        '-c',
        `protocol.version=${version}`,
        'fetch',
        '--refetch',
        'origin',
      );
      expect(fetched.code).toBe(0);
      expect(new Set(seen())).toEqual(new Set(['read: fetch acme/app']));
      expect(server.calls.length).toBeGreaterThan(1);
    }
  });

  it('makes git print why a push was refused, and nothing of it arrives', async () => {
    commit('one');
    refused = ({ name }) => name === 'push create';
    const { code, output } = await git('push', 'origin', 'main', 'main:x');
    expect(code).not.toBe(0);
    const reason = String.raw`\(guard: network\.rules\[0\]: nobody pushes here\\e\[2J\\nng refs/heads/x\)`;
    expect(output).toMatch(new RegExp(`! \\[remote rejected\\] main -> main ${reason}`));
    expect(output).toMatch(new RegExp(`! \\[remote rejected\\] main -> x ${reason}`));
    expect(output).toContain('remote: guard: refused: network.rules[0]: nobody pushes here');
    expect(output).toContain(
      'remote: guard: Open a pull request. Do not try another way; tell the user.',
    );
    expect(output).not.toContain('\u001b[2J');
    expect(remote()).toBe('');
  });

  it('makes git print why any other request was refused', async () => {
    refused = ({ name }) => name === 'push refs' || name === 'fetch';
    commit('one');
    for (const argv of [
      ['push', 'origin', 'main'],
      ['fetch', 'origin'],
    ]) {
      const { code, output } = await git(...argv);
      expect(code).not.toBe(0);
      expect(output).toContain('remote: guard: refused: network.rules[0]: nobody pushes here');
    }
  });

  it('lets the probe before a large push pass, and reads the push that follows', async () => {
    writeFileSync(join(dir, 'work', 'large'), randomBytes(3_000_000));
    run('add', 'large');
    run('commit', '-qm', 'large');
    refused = ({ name }) => name === 'push create';
    const { output } = await git('push', 'origin', 'main');
    expect(seen()).toEqual([
      'read: push refs acme/app',
      'read: push nothing acme/app',
      'change: push create acme/app refs/heads/main',
    ]);
    expect(output).toContain('! [remote rejected] main -> main (guard: ');
    expect(remote()).toBe('');

    const body = server.calls.at(-1)?.body.bytes ?? Buffer.alloc(0);
    const end = body.indexOf('0000PACK') + 4;
    expect(hasUpdates(body.subarray(0, end))).toBe(true);
    expect(hasUpdates(body.subarray(0, end - 1))).toBe(false);
    const path = '/acme/app.git/git-receive-pack';
    expect(gitBodyNeeded({ method: 'POST', path })).toMatchObject({ kind: 'until' });
  });

  it('reads what a shallow clone pushes, with options', async () => {
    commit('one');
    commit('two');
    await git('push', 'origin', 'main');
    execFileSync('git', [
      '-C',
      join(dir, 'acme/app.git'),
      'config',
      'receive.advertisePushOptions',
      'true',
    ]);
    await git('clone', '-q', '--depth=1', `${server.url}/acme/app.git`, 'shallow');
    server.calls.length = 0;
    const pushed = await git('-C', 'shallow', 'push', '-o', 'ci.skip', 'origin', 'main:y');
    expect(pushed.code).toBe(0);
    expect(seen()).toEqual([
      'read: push refs acme/app',
      'change: push create acme/app refs/heads/y',
      // What a server does on an option is its own affair: some make a repository public.
      expect.stringMatching(/^unknown: push /),
    ]);
  });
});
