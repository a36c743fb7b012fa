// What a session could plant in its repository for the programs that guard runs beside it, and under what names it could
// call those that stand for others.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokered, perlBroker, useTestBroker } from '../broker/session.ts';
import { inside, makePlace, type Outcome } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { findSshd, startSshd } from '../harness/sshd.ts';

useTestBroker();

const HOST = 'code.example.test';
const ASKED = 'needs a yes and there is no terminal';
const SECRET = 'the-real-value-of-it';

async function scene({ repository = true } = {}) {
  const place = makePlace();
  const server = await startSshd();
  const [bare, other] = ['r.git', 'private.git'].map(server.repository) as [string, string];
  const ssh = join(place.home, '.ssh');
  mkdirSync(ssh, { mode: 0o700 });
  writeFileSync(join(ssh, 'known_hosts'), server.knownHost(HOST));
  writeFileSync(join(ssh, 'config'), `Host ${HOST}\n  Port ${server.port}\n`);
  const key = join(ssh, 'id_ed25519');
  copyFileSync(server.key, key);
  userProfile(place, `broker: [git]\nnetwork: { hosts: { "${HOST}": 127.0.0.1 } }`);
  const env = join(place.repository, '.env');
  writeFileSync(env, `SECRET=${SECRET}\n`);
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: place.repository, env: place.env, encoding: 'utf8' }).trim();
  if (repository) {
    git('init', '-q', '-b', 'main');
    git('config', 'user.email', 'me@example.org');
    git('config', 'user.name', 'Me');
    git('remote', 'add', 'origin', `git@${HOST}:r.git`);
    writeFileSync(join(place.repository, 'file'), 'text');
    git('add', 'file');
    git('commit', '-qm', 'one');
  }
  const run = (script: string): Promise<Outcome> => inside(place, script);
  const refs = (at: string): string =>
    execFileSync('git', ['for-each-ref'], { cwd: at, encoding: 'utf8' });
  return { place, server, bare, other, key, env, git, run, refs };
}

describe.skipIf(findSshd() === null)('git over ssh', () => {
  // git prints the lines of these that it cannot use.
  it.each(['info/grafts', 'objects/info/alternates', 'shallow', 'packed-refs'])(
    'has git read neither key nor covered file by a link at .git/%s',
    async (name) => {
      const { run, key } = await scene();
      const body = readFileSync(key, 'utf8').split('\n')[2] ?? '';
      for (const target of [key, '$PWD/.env', '/proc/self/mountinfo']) {
        const { stdout, stderr } = await run(
          `ln -s ${target} .git/${name}; git push origin main; git fetch origin; git ls-remote origin`,
        );
        const said = stdout + stderr;
        expect(said).not.toContain(body);
        expect(said).not.toContain('PRIVATE KEY');
        expect(said).not.toContain(SECRET);
        expect(said).not.toContain('/proc rw');
      }
    },
  );

  it('has git write to no covered file by a link', async () => {
    const { run, env } = await scene();
    const { stderr } = await run(
      'git push -q origin main; ln -s ../.env .git/FETCH_HEAD; mkdir -p .git/logs/refs/remotes/origin; git fetch',
    );
    expect(stderr).toContain('symbolic links');
    expect(readFileSync(env, 'utf8')).toBe(`SECRET=${SECRET}\n`);
  });

  it('asks before it goes by the settings of a repository that the session made', async () => {
    const { run, other, refs } = await scene({ repository: false });
    const { code, stderr } = await run(
      `git init -q -b main && git config user.email a@example.org && git config user.name A &&
       git remote add origin git@${HOST}:private.git && git commit -q --allow-empty -m x && git push origin main`,
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain(ASKED);
    expect(refs(other)).toBe('');
  });

  it('asks before it goes by settings that the session calls those of the repository', async () => {
    const { run, other, refs } = await scene();
    const { stderr } = await run(
      `mkdir fake; cp -r .git/config .git/refs .git/objects fake; sed -i s/r.git/private.git/ fake/config
       echo ../fake >.git/commondir; git push origin main`,
    );
    expect(stderr).toContain('guard: refused');
    expect(refs(other)).toBe('');
  });

  it('asks before it goes by mirroring that the session wrote', async () => {
    const { run, place, git, bare, refs } = await scene();
    await run('git push -q origin main:main main:kept');
    // In a folder that is no part of what a session may not write.
    git('config', 'include.path', '../own/settings');
    mkdirSync(join(place.repository, 'own'));
    const { stderr } = await run(
      `printf '[remote "origin"]\\n\\tpush = +refs/heads/main:refs/heads/main\\n\\tmirror = true\\n' >own/settings; git push origin`,
    );
    expect(stderr).toContain('guard: refused');
    expect(refs(bare)).toContain('refs/heads/kept');
  });

  it.each([
    [
      'a name that the real program does not answer to',
      'ln -s /usr/bin/git git-foo; ./git-foo clean -fdx',
    ],
    [
      'a file of another name than its argv[0]',
      `perl -e 'exec {"/usr/lib/git-core/git-clean"} "git", "-fdx"'`,
    ],
    [
      'an argv[0] that says another command',
      `perl -e 'exec {"/usr/lib/git-core/git-clean"} "git-status", "-fdx"'`,
    ],
  ])('judges a command that goes on to the real one by what will run: %s', async (_, script) => {
    const { run, place } = await scene();
    const { stderr } = await run(`touch untracked; ${script}`);
    expect(stderr).toContain('git.clean');
    expect(existsSync(join(place.repository, 'untracked'))).toBe(true);
  });
});

describe('any broker', () => {
  const read = (path: string): string =>
    `perl -e 'open F, "<", $ARGV[1] or print "not: ", $! + 0; print <F>' broker ${path}`;

  it.each([true, false])(
    'follows no link in the repository; writable: %s',
    async (writesRepository) => {
      const place = makePlace();
      mkdirSync(join(place.home, '.tool'));
      const key = join(place.home, '.tool', 'key');
      writeFileSync(key, 'PRIVATE-KEY');
      mkdirSync(join(place.repository, 'sub'));
      mkdirSync(join(place.repository, '.git'));
      const { stdout } = await brokered(
        place,
        `for at in . sub .git; do
         ln -s ${key} $at/link; ln -s ${place.home} $at/home; ln -s /proc/self/environ $at/environ
         for name in link home/.tool/key environ; do ${read('$at/$name')}; echo; done
       done`,
        perlBroker({ files: [key], writesRepository }),
      );
      // ELOOP
      expect(stdout).toBe('not: 40\n'.repeat(9));
    },
  );

  it('shows of a covered file what the session sees', async () => {
    const place = makePlace();
    const env = join(place.repository, '.env');
    writeFileSync(env, `TOKEN=${SECRET}\n`);
    writeFileSync(join(place.repository, 'server.key'), `-----BEGIN PRIVATE KEY-----\n${SECRET}\n`);
    const { stdout, code } = await brokered(
      place,
      `cat .env >/tmp/seen; ${read('.env')} | cmp - /tmp/seen && ${read('server.key')}
       perl -e 'print "write:", open(F, ">>.env") ? 1 : 0' broker`,
      perlBroker({ writesRepository: true }),
    );
    expect(code).toBe(0);
    expect(stdout).not.toContain(SECRET);
    expect(stdout).toContain('write:0');
    expect(readFileSync(env, 'utf8')).toBe(`TOKEN=${SECRET}\n`);
  });

  it('shows nothing of a secret file that came while the session ran', async () => {
    const place = makePlace();
    // Made where the session sees it and cannot read it before it is covered.
    const { stdout } = await brokered(
      place,
      `mkdir late; printf 'TOKEN=${SECRET}\\n' >late/x; mv late/x late/.env
       until ! grep -q ${SECRET} late/.env; do sleep 0.02; done
       ${read('late/.env')}; echo end`,
    );
    expect(stdout).not.toContain(SECRET);
    expect(stdout).toContain('end');
  });

  it('starts all the same where the repository is reached by a link', async () => {
    const place = makePlace();
    symlinkSync(place.repository, join(place.home, 'way'));
    const { stdout } = await brokered(
      { ...place, repository: join(place.home, 'way') },
      `perl -e 'print "ran"' broker`,
    );
    expect(stdout).toBe('ran');
  });

  it('runs under strange names of folders', async () => {
    const place = makePlace();
    const repository = join(place.home, 'a b\\040c\u00e9"');
    mkdirSync(join(repository, '.git'), { recursive: true });
    chmodSync(repository, 0o755);
    const { stdout, stderr } = await brokered(
      { ...place, repository },
      `ln -s /proc/self/environ link; perl -e 'print "ran"; print open(F, "<link") ? 1 : 0' broker`,
    );
    expect(stdout, stderr).toBe('ran0');
  });
});
