import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeScene, sh } from '../attacks/scene.ts';

/** What git starts for its own work is started in its own name: none of it may be refused. */
const EVERYDAY = [
  'echo a >>README.md; git stash && git stash pop',
  'echo u >u; git stash -u && git stash pop && test -f u',
  'git worktree add -q /tmp/w -b w && git -C /tmp/w status -s',
  'git switch -qc t && echo b >b && git add b && git commit -qm b && git switch -q main && git rebase -q t',
  'git commit -q --allow-empty -m x && git bisect start HEAD HEAD~1 && git bisect reset',
  'git gc -q && git maintenance run --task=gc --quiet',
  'git init -q /tmp/s && git -C /tmp/s -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m s && git clone -q /tmp/s /tmp/c && git -C /tmp/c pull -q',
  'git submodule status && git submodule foreach git status',
  'git commit -q --allow-empty -m x && git revert --no-edit --allow-empty HEAD; git log -1 --format=%s && git reset -q --soft HEAD~1',
];

it.each(EVERYDAY)('lets pass: %s', async (script) => {
  const scene = makeScene();
  scene.git('config', 'user.name', 'Me');
  scene.git('config', 'user.email', 'me@example.com');
  const { code, stderr } = await scene.attack(sh(script));
  expect(stderr).not.toMatch(/^guard: /m);
  expect(code, stderr).toBe(0);
});

/** The same effects by words that only git reads as what they are. */
const WAYS = [
  'bash -c "exec -a git-reset git --hard"',
  'printf "[alias]\\nx = clean -fd --\\ny = reset --hard\\n" >~/.gitconfig; git x . --help; git y',
  'printf "[help]\\nautocorrect = immediate\\n" >~/.gitconfig; git resett --hard',
  'mv src ~/old',
];

it.each(WAYS)('stops: %s', async (way) => {
  const scene = makeScene();
  mkdirSync(join(scene.repository, 'src'));
  const file = join(scene.repository, 'src', 'a');
  writeFileSync(file, 'committed\n');
  scene.git('add', 'src');
  scene.git('commit', '-qm', 'src');
  writeFileSync(file, 'a day of work\n');
  await scene.attack(sh(way));
  expect(content(file)).toBe('a day of work\n');
  await scene.unguarded(sh(way));
  expect(content(file)).not.toBe('a day of work\n');
});

function content(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
