import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BrokerDefinition } from '../../src/broker/definition.ts';
import { loadBrokerDefinitions } from '../../src/broker/load-definitions.ts';
import { resolveBroker } from '../../src/broker/resolve.ts';
import type { BrokeredRun } from '../../src/broker/types.ts';
import { startAgent, startSshd } from '../harness/sshd.ts';
import { brokerPlace } from './places.ts';

const HOST = 'code.example';
let definition: BrokerDefinition;
beforeAll(async () => {
  const [git] = await loadBrokerDefinitions(['git'], '/nonexistent');
  if (git) definition = git;
});

/** A repository whose remote is the test's own server, by a made-up name. */
async function scene() {
  const [place, server] = await Promise.all([brokerPlace(), startSshd()]);
  const bare = server.repository('r.git');
  place.write(join(place.home, '.ssh', 'known_hosts'), server.knownHost(HOST));
  place.write(join(place.home, '.ssh', 'config'), `Host ${HOST}\n  Port ${server.port}\n`);
  place.git('init', '-q', '-b', 'main');
  place.git('config', 'user.email', 'me@example.org');
  place.git('config', 'user.name', 'Me');
  place.git('remote', 'add', 'origin', `git@${HOST}:r.git`);
  const commit = (text: string): string => {
    place.write(join(place.repository, 'file'), text);
    place.git('add', 'file');
    place.git('commit', '-q', '-m', text);
    return place.git('rev-parse', 'HEAD').trim();
  };
  const context = { ...place.context, env: { ...place.context.env, SSH_AUTH_SOCK: undefined } };
  const decide = (...argv: string[]) =>
    resolveBroker(definition, { argv: ['git', ...argv], cwd: place.repository }, context);
  const tip = (name: string): string =>
    execFileSync('git', ['rev-parse', name], { cwd: bare, encoding: 'utf8' }).trim();
  const useKey = (): void => {
    const key = join(place.home, '.ssh', 'id_ed25519');
    writeFileSync(key, readFileSync(server.key), { mode: 0o600 });
  };
  return { ...place, context, server, bare, commit, decide, tip, useKey };
}

interface Result {
  code: number;
  output: string;
}

/** Runs what was resolved as a sibling would: those files, those variables and nothing else; the host's name on loopback. */
async function runSibling(
  run: BrokeredRun,
  place: { root: string; repository: string },
): Promise<Result> {
  const passwd = userInfo().homedir;
  const hosts = join(place.root, 'hosts');
  writeFileSync(hosts, run.hosts.map(({ host }) => `127.0.0.1 ${host}\n`).join(''));
  const binds = run.generated.flatMap(({ path, content }, index) => {
    const file = join(place.root, `generated-${index}`);
    writeFileSync(file, content);
    return ['--ro-bind', file, path];
  });
  const argv = [
    ...[
      '--ro-bind',
      '/usr',
      '/usr',
      '--ro-bind',
      '/etc',
      '/etc',
      '--dev',
      '/dev',
      '--proc',
      '/proc',
    ],
    ...['bin', 'lib', 'lib64', 'sbin'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
    ...['--dir', join(passwd, '.ssh'), '--ro-bind', hosts, '/etc/hosts'],
    ...[run.writesRepository ? '--bind' : '--ro-bind', place.repository, place.repository],
    ...[...run.files, ...run.sockets].flatMap((path) => ['--ro-bind', path, path]),
    ...binds,
    ...['--unshare-pid', '--die-with-parent', '--clearenv'],
    ...Object.entries(run.env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--chdir', run.cwd, '--', ...run.argv],
  ];
  return new Promise((resolve) => {
    const child = execFile('bwrap', argv, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
    child.stdin?.end();
  });
}

function requireRun(decision: Awaited<ReturnType<typeof resolveBroker>>): BrokeredRun {
  if (decision.kind !== 'run') throw new Error(JSON.stringify(decision));
  return decision.run;
}

describe('a push', () => {
  it('reaches the server with a key, and updates what git knows of the remote', async () => {
    const here = await scene();
    here.useKey();
    const commit = here.commit('one');
    const run = requireRun(await here.decide('push', '-u', 'origin', 'main'));
    expect(run.facts).toContainEqual({ label: 'to', text: `git@${HOST}:r.git` });
    expect(run.facts).toContainEqual({
      label: 'as',
      text: `git at ${HOST}, port ${here.server.port}`,
    });
    expect(run.hosts).toEqual([{ host: HOST, port: here.server.port }]);
    expect(run.askBecause).toBeNull();
    const result = await runSibling(run, here);
    expect(result, here.server.log()).toMatchObject({ code: 0 });
    expect(here.tip('main')).toBe(commit);
    expect(here.git('rev-parse', 'refs/remotes/origin/main').trim()).toBe(commit);
  });

  it('works with an agent alone', async () => {
    const here = await scene();
    const commit = here.commit('one');
    const agent = await startAgent(here.server.key);
    const run = requireRun(
      await resolveBroker(
        definition,
        { argv: ['git', 'push', 'origin', 'main'], cwd: here.repository },
        { ...here.context, env: { ...here.context.env, SSH_AUTH_SOCK: agent } },
      ),
    );
    expect(run.sockets).toEqual([agent]);
    expect(await runSibling(run, here), here.server.log()).toMatchObject({ code: 0 });
    expect(here.tip('main')).toBe(commit);
  });

  it('starts nothing that the repository names', async () => {
    const here = await scene();
    here.useKey();
    here.commit('one');
    const mark = join(here.repository, 'mark');
    const evil = here.write(join(here.repository, 'evil'), `#!/bin/sh\ntouch ${mark}\n`);
    chmodSync(evil, 0o755);
    const hook = here.write(
      join(here.repository, '.git/hooks/pre-push'),
      readFileSync(evil, 'utf8'),
    );
    chmodSync(hook, 0o755);
    for (const key of [
      ...['core.sshCommand', 'core.fsmonitor', 'core.gitProxy', 'core.askPass', 'gpg.program'],
      ...['credential.helper', 'core.alternateRefsCommand', 'core.editor', 'core.pager'],
      ...['remote.origin.receivepack', 'remote.origin.uploadpack', 'remote.origin.proxy'],
    ])
      here.git('config', key, evil);
    here.git('config', 'core.hooksPath', here.repository);
    here.git('config', 'push.gpgSign', 'true');
    here.git('config', 'alias.push', '!evil');
    const run = requireRun(await here.decide('push', 'origin', 'main'));
    expect(existsSync(mark), 'while it was resolved').toBe(false);
    expect(await runSibling(run, here), here.server.log()).toMatchObject({ code: 0 });
    expect(existsSync(mark)).toBe(false);
  });

  it('goes where the question said, whatever the settings say meanwhile', async () => {
    const here = await scene();
    here.useKey();
    const commit = here.commit('one');
    const other = here.server.repository('other.git');
    const run = requireRun(await here.decide('push', 'origin', 'main'));
    here.git('remote', 'set-url', 'origin', `git@${HOST}:other.git`);
    here.git('config', `url.git@${HOST}:other.git.insteadOf`, `git@${HOST}:r.git`);
    here.write(join(here.repository, '.git/remotes/origin'), `URL: git@${HOST}:other.git\n`);
    expect(await runSibling(run, here), here.server.log()).toMatchObject({ code: 0 });
    expect(here.tip('main')).toBe(commit);
    expect(execFileSync('git', ['for-each-ref'], { cwd: other, encoding: 'utf8' })).toBe('');
  });

  it('fails when the host key is not the known one', async () => {
    const here = await scene();
    here.useKey();
    here.commit('one');
    here.write(join(here.home, '.ssh', 'known_hosts'), '');
    const run = requireRun(await here.decide('push', 'origin', 'main'));
    const result = await runSibling(run, here);
    expect(result.code).not.toBe(0);
    expect(result.output).toContain('Host key verification failed');
  });
});

describe('a fetch', () => {
  it('brings what is new, prunes and maps as the repository says', async () => {
    const here = await scene();
    here.useKey();
    const commit = here.commit('one');
    here.git('push', '-q', here.bare, 'HEAD:refs/heads/topic');
    here.git('update-ref', 'refs/remotes/origin/gone', commit);
    const run = requireRun(await here.decide('fetch', '--prune'));
    expect(run.argv.slice(1)).toEqual(['fetch', '--prune', 'origin']);
    expect(await runSibling(run, here), here.server.log()).toMatchObject({ code: 0 });
    expect(here.git('for-each-ref', '--format=%(refname)', 'refs/remotes')).toBe(
      'refs/remotes/origin/topic\n',
    );
  });

  it('reads an alias of the user', async () => {
    const here = await scene();
    here.useKey();
    appendFileSync(
      join(here.home, '.ssh', 'config'),
      `Host work\n  HostName ${HOST}\n  User git\n  Port ${here.server.port}\n`,
    );
    here.git('remote', 'set-url', 'origin', 'work:r.git');
    const commit = here.commit('one');
    here.git('push', '-q', here.bare, 'HEAD:refs/heads/main');
    const run = requireRun(await here.decide('ls-remote', 'origin'));
    expect(run.hosts).toEqual([{ host: HOST, port: here.server.port }]);
    expect(run.writesRepository).toBe(false);
    const result = await runSibling(run, here);
    expect(result, here.server.log()).toMatchObject({ code: 0 });
    expect(result.output).toContain(`${commit}\trefs/heads/main`);
  });

  it('by an address keeps to it, and is asked about', async () => {
    const here = await scene();
    here.useKey();
    here.commit('one');
    here.git('push', '-q', here.bare, 'HEAD:refs/heads/main');
    const url = `ssh://git@${HOST}:${here.server.port}/~/r.git`;
    const run = requireRun(await here.decide('fetch', url, 'main'));
    expect(run.askBecause).toContain('not a remote');
    const result = await runSibling(run, here);
    expect(result, here.server.log()).toMatchObject({ code: 0 });
    expect(readFileSync(join(here.repository, '.git/FETCH_HEAD'), 'utf8')).toContain('main');
  });
});

it('nothing of the sibling is outside of what was resolved', async () => {
  const here = await scene();
  here.useKey();
  here.commit('one');
  const run = requireRun(await here.decide('push', 'origin', 'main'));
  expect(run.files).toEqual([
    join(here.home, '.ssh/id_ed25519'),
    join(here.home, '.ssh/known_hosts'),
  ]);
  expect(run.runs.some((path) => path === '/bin/sh' || path === dirname('/usr/bin/sh'))).toBe(
    false,
  );
});
