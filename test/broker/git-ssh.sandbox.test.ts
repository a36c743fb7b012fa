// git over ssh, whole: a session without key or agent, an OpenSSH server on loopback, `guard run` as a person starts it.
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guard, inside, makePlace, type Outcome } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { findSshd, startAgent, startSshd } from '../harness/sshd.ts';
import { journalOf } from './session.ts';

const HOST = 'code.example.test';
const ASKED = 'needs a yes and there is no terminal';

/** A project whose remote is the test's server by a made-up name; the person's key is in `~/.ssh`, or in an agent alone. */
async function scene({ agent = false } = {}) {
  const place = makePlace();
  const server = await startSshd();
  const bare = server.repository('r.git');
  const ssh = join(place.home, '.ssh');
  mkdirSync(ssh, { mode: 0o700 });
  writeFileSync(join(ssh, 'known_hosts'), server.knownHost(HOST));
  writeFileSync(join(ssh, 'config'), `Host ${HOST}\n  Port ${server.port}\n`);
  const env: Record<string, string> = {};
  if (agent) env.SSH_AUTH_SOCK = await startAgent(server.key);
  else copyFileSync(server.key, join(ssh, 'id_ed25519'));
  userProfile(place, `broker: [git]\nnetwork: { hosts: { "${HOST}": 127.0.0.1 } }`);
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: place.repository, env: place.env, encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'main');
  git('config', 'user.email', 'me@example.org');
  git('config', 'user.name', 'Me');
  git('remote', 'add', 'origin', `git@${HOST}:r.git`);
  const commit = (text: string): string => {
    writeFileSync(join(place.repository, 'file'), text);
    git('add', 'file');
    git('commit', '-qm', text);
    return git('rev-parse', 'HEAD');
  };
  const tip = (name = 'main'): string =>
    execFileSync('git', ['rev-parse', name], { cwd: bare, encoding: 'utf8' }).trim();
  const run = (script: string): Promise<Outcome> => inside(place, script, { env });
  return { place, server, bare, git, commit, tip, run };
}

describe.skipIf(findSshd() === null)('git over ssh', () => {
  it.each(['git', '/usr/bin/git', '/usr/lib/git-core/git', 'exec git', 'env git'])(
    'pushes by %s, with a key that is nowhere inside',
    async (word) => {
      const { commit, tip, run, server, place } = await scene();
      const first = commit('one');
      const { code, stderr, stdout } = await run(
        `ls -A ~ ; ls ~/.ssh 2>/dev/null; ${word} push -u origin main`,
      );
      expect(code, stderr + server.log()).toBe(0);
      expect(stdout).not.toMatch(/\.ssh|id_ed25519/);
      expect(tip()).toBe(first);
      const request = journalOf(place).find((event) => event.type === 'request' && event.broker);
      expect(request).toMatchObject({ broker: { name: 'git' }, verdict: { action: 'allow' } });
    },
  );

  it('pushes with an agent that is nowhere inside', async () => {
    const { commit, tip, run } = await scene({ agent: true });
    const first = commit('one');
    const { code, stderr, stdout } = await run(
      'echo "$SSH_AUTH_SOCK"; find / -xdev -name "agent*" -type s 2>/dev/null; git push origin main',
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('\n');
    expect(tip()).toBe(first);
  });

  it('fetches and pulls', async () => {
    const { commit, git, run, place, bare } = await scene();
    commit('one');
    const other = join(place.home, 'other');
    git('push', '-q', bare, 'main');
    execFileSync('git', ['clone', '-q', bare, other]);
    const identity = ['-c', 'user.name=O', '-c', 'user.email=o@example.org'];
    execFileSync('git', [...identity, 'commit', '-q', '--allow-empty', '-m', 'two'], {
      cwd: other,
    });
    execFileSync('git', ['push', '-q'], { cwd: other });
    const theirs = execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: other,
      encoding: 'utf8',
    }).trim();
    const fetched = await run('git fetch origin && git rev-parse origin/main');
    expect(fetched.stdout.trim(), fetched.stderr).toBe(theirs);
    const pulled = await run('git pull --ff-only origin main && git rev-parse HEAD');
    expect(pulled.stdout.trim().split('\n').at(-1), pulled.stderr).toBe(theirs);
  });

  it('holds a forced push', async () => {
    const { commit, tip, run, git } = await scene();
    const first = commit('one');
    await run('git push -q origin main');
    git('commit', '-q', '--amend', '-m', 'another');
    const forced = await run('git push --force origin main');
    expect(forced.stderr).toContain(ASKED);
    expect(forced.code).not.toBe(0);
    expect(tip()).toBe(first);
  });

  it('says what the server said, and ends as git ended', async () => {
    const { commit, run } = await scene();
    commit('one');
    const { code, stderr } = await run('git push origin main:main nothing-like-it');
    expect(stderr).toContain('src refspec nothing-like-it does not match any');
    expect(code).toBe(1);
  });

  it.each([
    'git -c core.sshCommand="touch stolen;false" push origin main',
    'GIT_SSH_COMMAND="touch stolen; false" git push --receive-pack=x origin main',
    'git push --exec=./x origin main',
    'git --exec-path=. push origin main',
  ])('refuses %s', async (command) => {
    const { commit, run, tip, git } = await scene();
    commit('one');
    const { code, stderr } = await run(command);
    expect(code).not.toBe(0);
    expect(stderr).toContain('guard: refused');
    expect(() => tip()).toThrow();
    expect(git('status', '--porcelain')).toBe('');
  });

  it('gives the session itself no way to the host', async () => {
    const { commit, run, server } = await scene();
    commit('one');
    const { code, stdout } = await run(
      `/run/guard/real/git/git push origin main 2>/dev/null && echo pushed
       cp /run/guard/real/git/git mine; ./mine push origin main 2>/dev/null && echo pushed
       ssh -o StrictHostKeyChecking=no -p ${server.port} git@${HOST} 2>/dev/null && echo reached`,
    );
    expect(stdout).toBe('');
    expect(code).not.toBe(0);
    expect(server.connections()).toBe(0);
  });

  it.each([
    ['core.sshCommand', 'touch $PWD/stolen; ssh'],
    ['core.fsmonitor', './planted'],
    ['core.hooksPath', 'hooks'],
    ['credential.helper', '!./planted'],
    ['gpg.program', './planted'],
    ['core.pager', './planted'],
    ['core.askPass', './planted'],
    ['include.path', '../planted-config'],
    ['filter.x.clean', './planted'],
    ['protocol.allow', 'always'],
  ])('starts nothing that a repository names with %s', async (key, value) => {
    const { git, commit, run, place, tip } = await scene();
    const at = (name: string): string => join(place.repository, name);
    mkdirSync(at('hooks'));
    const planted = `#!/bin/sh\ntouch ${at('stolen')}\n`;
    for (const name of [
      'planted',
      'hooks/pre-push',
      'hooks/reference-transaction',
      '.git/hooks/pre-push',
    ])
      writeFileSync(at(name), planted, { mode: 0o755 });
    writeFileSync(at('planted-config'), `[core]\n\tsshCommand = ${at('planted')}\n`);
    writeFileSync(at('.gitattributes'), '* filter=x\n');
    const first = commit('one');
    git('config', key, value);
    appendFileSync(at('.git/config'), '[push]\n\tgpgSign = false\n');
    const { code, stderr } = await run('git push origin main');
    execFileSync('sh', ['-c', `! [ -e ${at('stolen')} ]`]);
    // Either git goes its own way or guard says why not.
    if (code === 0) expect(tip()).toBe(first);
    else expect(stderr).toContain('guard');
  });

  it('is cheap to be let alone: what is no broker’s never leaves the gate', async () => {
    const { commit, place } = await scene();
    commit('one');
    const { stdout, code } = await guard(place, ['run', '-q', '--', 'git', 'log', '--oneline']);
    expect(code).toBe(0);
    expect(stdout).toContain('one');
    const git = journalOf(place).filter(
      (event) => event.type === 'request' && event.request.kind === 'exec',
    );
    expect(git).toHaveLength(1);
  });
});
