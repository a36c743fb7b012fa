import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guard, makePlace, outcome, startGuard, type Place } from '../harness/guard.ts';
import {
  expectGone,
  expectRefused,
  filesBelow,
  git,
  gitStatus,
  project,
  run,
  SECRET,
} from './refusals.ts';
import { guardInWorld } from './world.ts';

const root = process.getuid?.() === 0;
const SHOW = ['run', '--quiet', '--', 'sh', '-c', 'cat .env; echo x >made; git status --short'];

describe('the state folder', () => {
  const NO_PLACE = /no place for the record of the session: /;

  it.each<[what: string, make: (place: Place) => string, says: RegExp]>([
    ['relative', () => 'state', /XDG_STATE_HOME is not an absolute path: state/],
    ['a file', ({ state }) => (writeFileSync(state, ''), state), /it is not a folder/],
    ['below a file', ({ state }) => (writeFileSync(state, ''), join(state, 'x')), /not a folder/],
    ['a link', ({ state, home }) => (symlinkSync(home, state), state), /it is a symbolic link/],
    ['where nothing can be made', () => '/proc/guard', /\/proc\/guard cannot be used/],
    [
      'open to others',
      ({ state }) => (mkdirSync(state), chmodSync(state, 0o777), state),
      /can be written by other users/,
    ],
    [
      'in the repository',
      ({ repository }) => join(repository, 'state'),
      /lies inside the repository .*, where the agent can write/,
    ],
  ])('is %s', async (_, make, says) => {
    const place = project();
    const XDG_STATE_HOME = make(place);
    const refused = await expectRefused(place, ['run', 'true'], NO_PLACE, {
      env: { XDG_STATE_HOME },
    });
    expect(refused.stderr).toMatch(says);
  });

  it.skipIf(root)('may not be written', async () => {
    const place = project();
    mkdirSync(place.state, { mode: 0o500 });
    await expectRefused(
      place,
      ['run', 'true'],
      /state\/guard cannot be used: permission is denied/,
    );
  });

  it('is on a read-only file system', async () => {
    const place = project();
    mkdirSync(place.state);
    await expectRefused(place, ['run', 'true'], /cannot be used: the file system is read-only/, {
      start: guardInWorld(place, { options: ['--ro-bind', place.state, place.state] }),
    });
  });
});

describe('a disk', () => {
  it('that is full before the start', async () => {
    const place = project();
    mkdirSync(place.state);
    await expectRefused(place, ['run', 'echo', 'hi'], /: the disk is full\. Free some space/, {
      start: guardInWorld(place, {
        options: ['--size', '4096', '--tmpfs', place.state],
        script: `head -c 4096 /dev/zero >${place.state}/fill; "$@"; code=$?
          [ -z "$(ls ${place.state}/guard/sessions)" ] || echo left behind
          exit $code`,
      }),
    });
  });

  it('that fills up ends the session: what cannot be recorded is not run', async () => {
    const place = project();
    mkdirSync(place.state);
    const words = 'a'.repeat(400);
    const loop = `i=0; while [ $i -lt 3000 ]; do /bin/true ${words} || exit 9; i=$((i+1)); done; sleep 5; echo end`;
    const ended = await run(place, ['run', '--quiet', '--', 'sh', '-c', loop], {
      start: guardInWorld(place, { options: ['--size', '131072', '--tmpfs', place.state] }),
    });
    expect(ended).toMatchObject({ code: 125, stdout: '' });
    expect(ended.stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^guard: the session cannot be recorded: .*ENOSPC.*\. guard runs nothing without a record: .+\.$/,
    );
    expect(ended.stderr).not.toContain('    at ');
    await expectGone(place);
  });

  it('that has room is no trouble in the same surroundings', async () => {
    const place = project();
    mkdirSync(place.state);
    const ended = await run(place, ['run', '--quiet', '--', 'cat', '.env'], {
      start: guardInWorld(place, { options: ['--size', '10000000', '--tmpfs', place.state] }),
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^TOKEN=sk_live_\w{16}\n$/);
  });
});

describe('user namespaces', () => {
  it('cannot be made', async () => {
    const place = project();
    await expectRefused(
      place,
      ['run', 'true'],
      /the sandbox did not start: the limit on user namespaces is reached or zero .*\. sudo sysctl -w user\.max_user_namespaces=/,
      // bubblewrap has said its own word on the command's stderr before.
      { start: guardInWorld(place, { noUserNamespaces: true }), onlyLine: false },
    );
  });
});

describe('HOME', () => {
  it.each<[home: string, says: RegExp]>([
    ['', /HOME is not an absolute path: it is empty\. Set HOME to a folder of your own/],
    ['relative', /HOME is not an absolute path: relative/],
    ['/', /HOME is \/, which the session needs for the system/],
    ['/usr', /HOME is \/usr, which the session needs/],
    ['/etc/', /HOME is \/etc\/, which the session needs/],
  ])('is "%s"', async (HOME, says) => {
    await expectRefused(project(), ['run', 'true'], says, { env: { HOME } });
  });

  it('is unset, or a folder that is not there: the session has an empty one', async () => {
    const place = project();
    for (const HOME of [undefined, '/nonexistent/me']) {
      const words = ['run', '--quiet', 'sh', '-c', 'ls -A "$HOME"; echo "$HOME"'];
      const ended = await run(place, words, { env: { HOME } });
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      if (HOME) expect(ended.stdout).toBe(`${HOME}\n`);
    }
  });
});

describe('a repository', () => {
  it.skipIf(root)('that may not be written works, and is not written', async () => {
    const place = project();
    chmodSync(place.repository, 0o500);
    place.atEnd(() => chmodSync(place.repository, 0o700));
    await expectReadOnly(place, await guard(place, SHOW));
  });

  it('on a read-only file system works, and is not written', async () => {
    const place = project();
    const options = ['--ro-bind', place.repository, place.repository];
    await expectReadOnly(
      place,
      await run(place, SHOW, { start: guardInWorld(place, { options }) }),
    );
  });

  it.skipIf(root)('that may not be read is refused', async () => {
    const place = project();
    place.atEnd(() => chmodSync(place.repository, 0o700));
    for (const mode of [0, 0o100, 0o300, 0o400]) {
      chmodSync(place.repository, mode);
      await expectRefused(
        place,
        ['run', '--repository', place.repository, 'true'],
        /cannot run in .*: permission is denied\. Make the folder readable for you/,
        { cwd: place.home },
      );
    }
  });

  it.skipIf(root)('with a .git that may not be read is refused', async () => {
    const place = project();
    chmodSync(join(place.repository, '.git'), 0);
    place.atEnd(() => chmodSync(join(place.repository, '.git'), 0o700));
    await expectRefused(place, ['run', 'true'], /\.git.*: permission is denied/);
  });

  it.skipIf(statSync('/dev/shm').dev === statSync('/tmp').dev)(
    'on another file system works',
    async () => {
      const place = makePlace();
      const repository = mkdtempSync('/dev/shm/guard-test-');
      place.atEnd(() => rmSync(repository, { recursive: true, force: true }));
      await expectWorks({ ...place, repository });
    },
  );

  it('with another file system in it works, and secrets there are covered', async () => {
    const place = project();
    const mounted = join(place.repository, 'mounted');
    mkdirSync(mounted);
    const ended = await run(place, ['run', '-q', 'sh', '-c', 'cat mounted/.env; ls mounted'], {
      start: guardInWorld(place, {
        options: ['--tmpfs', mounted],
        script: `echo TOKEN=${SECRET} >mounted/.env; exec "$@"`,
      }),
    });
    expect(ended.stdout).toMatch(/^TOKEN=sk_live_\w{16}\n$/);
    expect(ended.stdout).not.toContain(SECRET);
  });

  it('is used by several sessions at once', async () => {
    const place = project();
    const before = filesBelow(Buffer.from(place.repository));
    const child = (): Promise<{ code: number | null; stdout: string; stderr: string }> =>
      outcome(
        startGuard(place, [
          'run',
          '-q',
          'sh',
          '-c',
          'cat .env; mkdir ../x 2>&1; sleep 1; cat .env',
        ]),
      );
    const ended = await Promise.all([child(), child(), child()]);
    const seen = ended.map(({ code, stdout }) => {
      expect(code).toBe(0);
      expect(stdout).not.toContain(SECRET);
      return stdout.split('\n').filter((line) => line.startsWith('TOKEN='));
    });
    for (const lines of seen) expect(new Set(lines).size).toBe(1);
    expect(new Set(seen.flat()).size).toBe(3);
    expect(filesBelow(Buffer.from(place.repository))).toEqual(before);
    expect(readdirSync(join(place.state, 'guard', 'sessions'))).toHaveLength(3);
  });

  async function expectReadOnly(place: Place, ended: { stdout: string; stderr: string }) {
    expect(ended.stdout).toMatch(/^TOKEN=sk_live_\w{16}\n/);
    expect(ended.stdout).not.toContain(SECRET);
    expect(ended.stderr).toMatch(/cannot create made: (Permission denied|Read-only file system)/);
    expect(existsSync(join(place.repository, 'made'))).toBe(false);
    await expectGone(place);
  }

  async function expectWorks(place: Place): Promise<void> {
    git(place.repository, 'init', '-q');
    writeFileSync(join(place.repository, '.env'), `TOKEN=${SECRET}\n`);
    const ended = await guard(place, SHOW);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^TOKEN=sk_live_\w{16}\n\?\? made\n$/);
    expect(ended.stdout).not.toContain(SECRET);
    expect(gitStatus(place)).toBe('0 ?? .env\0?? made\0');
  }
});
