import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { guard } from '../harness/guard.ts';
import { makeScene, sh, type Scene } from './scene.ts';

/** Runs a script both ways: it has to find the secret without guard, and must not find it inside. */
async function expectHidden(scene: Scene, script: string, ...args: string[]): Promise<void> {
  const inside = await scene.attack(sh(script, ...args));
  for (const text of [inside.stdout, inside.stderr]) {
    expect(text).not.toContain(scene.secret);
    expect(text).not.toContain(scene.key);
  }
  const outside = await scene.unguarded(sh(script, ...args));
  expect(outside.stdout.includes(scene.secret) || outside.stdout.includes(scene.key)).toBe(true);
}

const READS: Record<string, string> = {
  'the files themselves': 'cat .env ops/id_rsa',
  'every file there is':
    'grep -ras "sk_live\\|KEY" . ; tar cf - . ; cp -r . /tmp/copy; cat /tmp/copy/.env',
  '/proc/PID/root':
    'cat "/proc/$$/root$PWD/.env"; cat "/proc/1/root$PWD/.env"; cat "/proc/self/root$PWD/ops/id_rsa"',
  '/proc/PID/cwd': 'cat "/proc/$$/cwd/.env"; cat /proc/1/cwd/.env',
  'a new hard link': 'ln .env linked; cat linked .env',
  'a new symbolic link': 'ln -s .env linked; ln -s "$PWD/ops" way; cat linked way/id_rsa',
  'another name by renaming its folder': 'mv ops moved; cat moved/id_rsa .env; mv moved ops',
  'another name by renaming it': 'mv .env away; cat away .env; mv away .env',
  'what lies beneath after removing the cover':
    'cp .env kept; rm -f .env; cat .env; cat kept; cp kept .env',
  'changed permissions': 'chmod 777 ops/id_rsa .env; cat ops/id_rsa .env',
  'git add -f and show': 'git add -f .env && git show :.env; git reset -q',
  'git hash-object': 'git cat-file -p "$(git hash-object -w .env)"',
  'git stash':
    'git add -f .env; git stash -q; git stash show -p --include-untracked; git stash pop -q; cat .env',
  'git archive': 'git add -f .env && git archive "$(git write-tree)"; git reset -q',
  'git diff without an index': 'git diff --no-index /dev/null .env',
};

it.each(Object.entries(READS))('hides secrets from %s', async (_, script) => {
  const scene = makeScene();
  await expectHidden(scene, script);
});

it('hides secrets behind an open descriptor of another process', async () => {
  const scene = makeScene();
  await expectHidden(scene, 'exec 7<.env; sleep 60 & cat /proc/$!/fd/7; kill $!');
});

it('covers other names of a secret file: a hard link and a symbolic link that were there', async () => {
  const scene = makeScene();
  linkSync(join(scene.repository, '.env'), join(scene.repository, 'notes.txt'));
  symlinkSync('.env', join(scene.repository, 'alias.txt'));
  await expectHidden(scene, 'cat notes.txt alias.txt');
});

it('covers what a secret name leads to', async () => {
  const scene = makeScene();
  writeFileSync(join(scene.repository, 'plain.txt'), `TOKEN=${scene.secret}\n`);
  mkdirSync(join(scene.repository, 'app'));
  symlinkSync('../plain.txt', join(scene.repository, 'app', '.env'));
  await expectHidden(scene, 'cat app/.env');
});

it.each(['~/other-name', '~/whole'])(
  'refuses a grant that reaches the repository as %s',
  async (grant) => {
    const scene = makeScene();
    symlinkSync(scene.repository, join(scene.home, 'other-name'));
    symlinkSync(scene.home, join(scene.home, 'whole'));
    scene.configure(`home:\n  read: ["${grant}"]`);
    const attack = scene.attack(sh('cat ~/other-name/.env ~/whole/project/.env'));
    // Nothing would be covered there: the session does not start.
    await expect(attack).rejects.toThrow('leads to');
  },
);

it('hides secrets when a folder that holds the repository is a system path', async () => {
  const scene = makeScene();
  scene.configure(`system:\n  read: [${JSON.stringify(scene.home)}]`);
  await expectHidden(scene, 'cat ~/project/.env');
});

it('hides secrets from a file handle made outside', async () => {
  const scene = makeScene();
  const made = await scene.unguarded(['handle.mjs', 'make', '.env']);
  const { handle } = JSON.parse(made.stdout) as { handle: string };
  const inside = await scene.attack(['handle.mjs', 'open', '.', handle]);
  expect(inside.stdout).toMatch(/EPERM|ENOSYS|ESTALE/);
  if (process.getuid?.() === 0)
    expect((await scene.unguarded(['handle.mjs', 'open', '.', handle])).stdout).toContain(
      scene.secret,
    );
});

it('does not follow a link that an earlier session put where a later one grants', async () => {
  const scene = makeScene();
  mkdirSync(join(scene.home, 'agent'));
  mkdirSync(join(scene.home, '.private'));
  writeFileSync(join(scene.home, '.private', 'token'), scene.secret);
  const grants = 'home:\n  read: ["~/agent/settings"]\n  write: ["~/agent"]';
  scene.configure(grants);
  const plant = 'ln -s ../.private ~/agent/settings';
  const read = 'cat ~/agent/settings/token';
  const outside = await scene.unguarded(sh(`${plant}; ${read}; rm ~/agent/settings`));
  expect(outside.stdout).toContain(scene.secret);
  await scene.attack(sh(plant));
  const later = await guard(scene, ['run', '--quiet', ...sh(read)]);
  expect(later.stdout).not.toContain(scene.secret);
  // It runs without the link, or guard says why not.
  if (later.stderr.includes('guard:')) expect(later.code).toBe(125);
  else expect(later.stderr).toContain('cat:');
});

it('uncovers no system path for a link that an earlier session put where a later one grants', async () => {
  const scene = makeScene();
  mkdirSync(join(scene.home, 'agent'));
  const { stdout: real } = await scene.unguarded(sh('cat /etc/passwd'));
  scene.configure(
    'home:\n  read: ["~/agent/settings"]\n  write: ["~/agent"]\nsystem:\n  hide: [/etc/passwd]',
  );
  expect((await scene.attack(sh('cat /etc/passwd'))).stdout).toBe('');
  const way = join(relative(join(scene.home, 'agent'), '/'), 'etc', 'passwd');
  await scene.attack(sh('ln -s "$1" ~/agent/settings', way));
  const later = await guard(scene, [
    'run',
    '--quiet',
    'sh',
    '-c',
    'cat /etc/passwd ~/agent/settings',
  ]);
  expect(real).toContain('root:');
  expect(later.stdout).not.toContain('root:');
});

it('keeps a file that only later sessions obey from being made in a writable folder', async () => {
  const scene = makeScene();
  mkdirSync(join(scene.home, 'agent'));
  scene.configure('home:\n  read: ["~/agent/settings.json"]\n  write: ["~/agent"]');
  await scene.attack(sh('echo planted >~/agent/settings.json'));
  expect((await scene.unguarded(sh('cat ~/agent/settings.json'))).stdout).not.toContain('planted');
});
