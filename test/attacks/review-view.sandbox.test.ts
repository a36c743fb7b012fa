import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guard } from '../harness/guard.ts';
import { makeScene, sh } from './scene.ts';

it('covers what a secret name leads to outside the repository, where the session sees it', async () => {
  const scene = makeScene();
  const outside = join(scene.home, 'toolchain');
  mkdirSync(outside);
  writeFileSync(join(outside, 'prod'), `TOKEN=${scene.secret}\n`);
  symlinkSync(join(outside, 'prod'), join(scene.repository, '.env.production'));
  // As /opt and /etc are in every session, without any grant.
  scene.configure(`home:\n  read: [${JSON.stringify(outside)}]`);
  const run = await scene.attack(sh('cat .env.production; echo read'));
  expect(run.stdout).not.toContain(scene.secret);
});

it('covers secrets of other working trees that lie in the git folder of this one', async () => {
  const scene = makeScene();
  const bare = join(scene.home, 'project.git');
  scene.git('clone', '-q', '--bare', scene.repository, bare);
  scene.git('-C', bare, 'worktree', 'add', '-q', join(bare, 'one'), '-b', 'one');
  scene.git('-C', bare, 'worktree', 'add', '-q', join(bare, 'two'), '-b', 'two');
  writeFileSync(join(bare, 'two', '.env'), `TOKEN=${scene.secret}\n`);
  const run = await guard(scene, ['run', '--quiet', '--', ...sh('cat ../two/.env; echo')], {
    cwd: join(bare, 'one'),
  });
  expect(run.stdout).not.toContain(scene.secret);
});

it("lets no session change guard's settings when the repository holds them", async () => {
  const scene = makeScene();
  const settings = join(scene.home, '.config');
  const profile = join(settings, 'guard', 'profile.yaml');
  scene.git('init', '-q', settings);
  const before = readFileSync(profile, 'utf8');
  await guard(scene, ['run', '--quiet', '--', ...sh(`echo 'network: {}' >>${profile}`)], {
    cwd: settings,
  });
  expect(readFileSync(profile, 'utf8')).toBe(before);
});

it('follows no link in a writable folder that a killed session left where a grant lies', async () => {
  const scene = makeScene();
  const tool = join(scene.home, 'tool');
  const key = join(scene.home, 'private');
  mkdirSync(tool);
  writeFileSync(key, `${scene.secret}\n`);
  const [read, write] = [join(tool, 'skills'), tool].map((path) => JSON.stringify(path));
  scene.configure(`home:\n  read: [${read}]\n  write: [${write}]`);
  // The home folder is there on both sides: what is bound, and where to.
  symlinkSync('..', join(tool, 'skills'));
  const run = await guard(scene, ['run', '--quiet', '--', ...sh(`cat ${key}; echo`)]);
  expect(run.stdout).not.toContain(scene.secret);
});
