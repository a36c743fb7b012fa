import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeScene } from './scene.ts';

const perl = (script: string): string[] => ['perl', '-e', script];

it('holds what is newly made where a protected folder was before its parent was moved away', async () => {
  const scene = makeScene();
  const settings = join(scene.repository, 'packages', 'app', '.vscode');
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'settings.json'), '{}\n');
  await scene.attack(
    perl(`sleep 1; rename 'packages/app', 'packages/moved' or die; mkdir 'packages/app'; mkdir 'packages/app/.vscode';
      open F, '>', 'packages/app/.vscode/tasks.json' or die; print F 'planted'; close F; sleep 3`),
  );
  expect(existsSync(join(settings, 'tasks.json'))).toBe(false);
});

it('holds settings and hooks of a submodule whose git folder was moved away and made again', async () => {
  const scene = makeScene();
  const module = join(scene.repository, '.git', 'modules', 'm');
  for (const name of ['hooks', 'objects', 'refs'])
    mkdirSync(join(module, name), { recursive: true });
  writeFileSync(join(module, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(module, 'config'), '[core]\n\tbare = false\n');
  await scene.attack(
    // The name is put together so that no rule about one-line programs sees it: the watch has to hold by itself.
    perl(`sleep 1; my $m = join '/', '.gi' . 't', 'modules', ''; rename $m . 'm', $m . 'n' or die; mkdir $m . 'm'; mkdir $m . 'm/hooks';
      for (['config', "[core]\\n\\tfsmonitor = /tmp/planted\\n"], ['hooks/post-checkout', 'planted']) {
        open F, '>', $m . "m/$_->[0]" or die; print F $_->[1]; close F }
      sleep 3`),
  );
  expect(existsSync(join(module, 'hooks', 'post-checkout'))).toBe(false);
  expect(existsSync(join(module, 'config'))).toBe(false);
});

it('holds what was planted although a path too long to open stands in the repository', async () => {
  const scene = makeScene();
  await scene.attack(
    perl(`my $c = $ENV{PWD}; for (1..25) { my $d = 'd' x 250; mkdir $d; chdir $d } chdir $c;
      for (1..200) { mkdir "y$_"; mkdir "y$_/x"; open F, '>', "y$_/x/tasks.json"; print F 'planted'; close F }
      for (1..200) { rename "y$_/x", "y$_/.vscode" }`),
  );
  const planted = Array.from({ length: 200 }, (_, n) =>
    join(scene.repository, `y${n + 1}`, '.vscode', 'tasks.json'),
  ).filter((path) => existsSync(path));
  // What removes the place afterwards works by paths, which are too long here.
  execFileSync('rm', ['-rf', join(scene.repository, 'd'.repeat(250))]);
  expect(planted).toEqual([]);
});
