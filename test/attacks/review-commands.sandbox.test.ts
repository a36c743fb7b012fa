import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeScene, sh } from './scene.ts';

/** Ways to `git reset --hard` or `git checkout .` that need nothing but git, a shell and a file. */
const WAYS: Record<string, string> = {
  'a shell that is called git': 'cp /bin/sh /tmp/git; /tmp/git -c "git reset --hard; true"',
  'an alias in the settings of the home folder':
    'printf "[alias]\\nx = reset --hard\\n" >~/.gitconfig; git x',
  'an alias in the environment':
    'GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=alias.x GIT_CONFIG_VALUE_0="reset --hard" git x',
  'an alias in settings that are included':
    'printf "[alias]\\nx = reset --hard\\n" >/tmp/i; git -c include.path=/tmp/i x',
  'git read-tree': 'git read-tree --reset -u HEAD',
  'git checkout-index': 'git checkout-index -f -a',
  'a crooked path of everything': 'git checkout -- src/..',
  'a pattern of everything': "git checkout -- '*'",
  'everything from the top': "git checkout -- ':(top)'",
};

it.each(Object.entries(WAYS))('keeps uncommitted work from %s', async (_, way) => {
  const scene = makeScene();
  mkdirSync(join(scene.repository, 'src'));
  const file = join(scene.repository, 'src', 'a');
  writeFileSync(file, 'committed\n');
  scene.git('add', 'src');
  scene.git('commit', '-qm', 'src');
  writeFileSync(file, 'not committed yet, a day of work\n');
  await scene.attack(sh(way));
  expect(readFileSync(file, 'utf8')).toContain('a day of work');
});
