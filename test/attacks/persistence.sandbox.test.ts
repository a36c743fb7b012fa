import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guard, startGuard } from '../harness/guard.ts';
import { makeScene, sh, type Scene } from './scene.ts';

/** What the host would run or obey: its content, or null. */
function content(scene: Scene, path: string): string | null {
  const file = join(scene.repository, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

const GIT_WRITES: Record<string, string> = {
  'a hook': 'echo planted >.git/hooks/pre-commit',
  'a hook through a link': 'ln -s .git/hooks way; echo planted >way/pre-commit',
  'a hook through /proc': 'echo planted >"/proc/self/cwd/.git/hooks/pre-commit"',
  'a hook by replacing the folder':
    'mkdir h; echo planted >h/pre-commit; mv .git/hooks .git/old; mv h .git/hooks; rm -rf h',
  'a hook by replacing .git':
    'cp -r .git copy; echo planted >copy/hooks/pre-commit; mv .git gone; mv copy .git; rm -rf copy; true',
  'a setting': 'git config core.hooksPath planted; true',
  'a setting by hand': 'echo "[core] hooksPath = planted" >>.git/config',
  'a setting by replacing the file':
    'echo "[core] hooksPath = planted" >c; mv c .git/config; rm -f c',
  'a setting that includes': 'git config include.path planted; true',
};

it.each(Object.entries(GIT_WRITES))(
  'keeps git from running what the agent left: %s',
  async (_, script) => {
    const scene = makeScene();
    const config = content(scene, '.git/config');
    const run = await scene.attack(sh(`${script}; echo done`));
    expect(run.stdout).toContain('done');
    expect(content(scene, '.git/config')).toBe(config);
    expect(content(scene, '.git/hooks/pre-commit')).toBeNull();
    scene.git('status');
    // The same outside leaves something behind.
    await scene.unguarded(sh(script));
    const after = [content(scene, '.git/config'), content(scene, '.git/hooks/pre-commit')].join('');
    expect(after).toContain('planted');
  },
);

it('keeps a setting for one call from staying', async () => {
  const scene = makeScene();
  const config = content(scene, '.git/config');
  mkdirSync(join(scene.repository, 'mine'));
  const script = `printf '#!/bin/sh\\necho ran >&2\\n' >mine/pre-commit; chmod +x mine/pre-commit
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=mine git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x; git config --get core.hooksPath; true`;
  const run = await scene.attack(sh(script));
  expect(run.stderr).toContain('ran');
  expect(run.stdout).toBe('');
  expect(content(scene, '.git/config')).toBe(config);
});

const LATER = [
  '.envrc',
  '.vscode/tasks.json',
  '.husky/pre-commit',
  'deep/down/.claude/settings.json',
  '.mcp.json',
];

it.each(LATER)('holds what others execute when it is made: %s', async (path) => {
  const scene = makeScene();
  const file = join(scene.repository, path);
  const script =
    'mkdir -p "$(dirname "$1")"; echo planted >"$1"; while [ -e "$1" ]; do sleep 0.05; done; echo held';
  const run = await guard(scene, ['run', '--', ...sh(script, path)]);
  expect(run).toMatchObject({ code: 0, stdout: 'held\n' });
  expect(existsSync(file)).toBe(false);
  expect(run.stderr).toContain(path.split('/').find((part) => part.startsWith('.')));
  const log = await guard(scene, ['log', 'latest', '--json']);
  expect(log.stdout).toContain('"type":"held"');
});

it.each(LATER)('holds what others execute when the session ends at once: %s', async (path) => {
  const scene = makeScene();
  await scene.attack(sh('mkdir -p "$(dirname "$1")"; echo planted >"$1"', path));
  expect(existsSync(join(scene.repository, path))).toBe(false);
});

it('holds a link in the place of what others execute', async () => {
  const scene = makeScene();
  const script =
    'echo planted >plain; ln -s plain .envrc; until ! [ -L .envrc ]; do sleep 0.05; done';
  expect((await scene.attack(sh(script))).code).toBe(0);
});

it('holds a folder that is renamed to what others execute', async () => {
  const scene = makeScene();
  const script =
    'mkdir plain; echo planted >plain/tasks.json; mv plain .vscode; while [ -e .vscode ]; do sleep 0.05; done';
  expect((await scene.attack(sh(script))).code).toBe(0);
});

it('says what it holds in text that does nothing to a terminal', async () => {
  const scene = makeScene();
  const folder = '\x1b]0;owned\x07\u202e\x1b[2J';
  const script =
    'mkdir -p "$1"; echo planted >"$1/.envrc"; while [ -e "$1/.envrc" ]; do sleep 0.05; done';
  const run = await guard(scene, ['run', '--', ...sh(script, folder)]);
  expect(run.stderr).toContain('.envrc');

  expect(run.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});

it('writes nothing that exists and that others execute', async () => {
  const scene = makeScene();
  const paths = ['.envrc', '.vscode/tasks.json', '.husky/pre-commit', '.guard.yaml'];
  for (const path of paths) {
    mkdirSync(join(scene.repository, path, '..'), { recursive: true });
    writeFileSync(join(scene.repository, path), path === '.guard.yaml' ? 'version: 1\n' : 'mine\n');
  }
  symlinkSync('.vscode', join(scene.repository, 'editor'));
  const script = `for f; do echo planted >"$f"; rm -f "$f"; mv "$f" away; done
    echo planted >editor/tasks.json; mv .vscode away; mv .husky away; echo done`;
  expect((await scene.attack(sh(script, ...paths))).stdout).toBe('done\n');
  for (const path of paths)
    expect(content(scene, path)).toBe(path === '.guard.yaml' ? 'version: 1\n' : 'mine\n');
});

it('leaves the record and the profiles of guard out of reach', async () => {
  const scene = makeScene();
  const run = await scene.attack(
    sh(
      'ls -a "$1" "$2"; echo planted >"$2/profile.yaml"; true',
      scene.state,
      join(scene.home, '.config', 'guard'),
    ),
  );
  expect(run.stdout).toBe('');
  expect(readFileSync(join(scene.home, '.config', 'guard', 'profile.yaml'), 'utf8')).toContain(
    'version: 1',
  );
});

it('leaves nothing of its own in the repository: before, during, after and after SIGKILL', async () => {
  const scene = makeScene();
  const status = () =>
    scene.git('status', '--ignored', '--porcelain', '-uall').split('\n').filter(Boolean).sort();
  const after = [...status(), '?? made'].sort();
  const work = 'echo work >made; echo made; read wait';
  for (const end of ['normal', 'SIGKILL'] as const) {
    const child = startGuard(scene, ['run', '-q', 'sh', '-c', work]);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    expect(status()).toEqual(after);
    const closed = new Promise((resolve) => child.once('close', resolve));
    if (end === 'SIGKILL') child.kill('SIGKILL');
    else child.stdin?.end('go\n');
    await closed;
    await expect.poll(status).toEqual(after);
  }
});
