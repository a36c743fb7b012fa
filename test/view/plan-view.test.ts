import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodePath } from '../../src/byte-path.ts';
import { GuardError } from '../../src/guard-error.ts';
import { planView } from '../../src/view/plan-view.ts';
import type { ViewPlan } from '../../src/view/types.ts';
import { FILES, makeDeep, workshop, type Workshop } from './session-view.ts';

let shop: Workshop;
beforeEach(() => {
  shop = workshop();
});
afterEach(() => shop.remove());

async function plan(files = FILES, repository = shop.repository): Promise<ViewPlan> {
  return planView({ repository, sessionDir: shop.sessionDir, files });
}

function coverOf(view: ViewPlan, path: string) {
  const cover = view.covers.find((c) => c.path === join(shop.repository, path));
  if (!cover) throw new Error(`${path} is not covered`);
  return cover;
}

const names = (view: ViewPlan) =>
  view.covers
    .filter((c) => !c.outside)
    .map((c) => c.path.slice(shop.repository.length + 1))
    .sort();

test('a redacted copy has length, time and mode of its original, a hidden one nothing', async () => {
  const env = shop.write('.env', 'TOKEN=abcdefgh\nPORT=1\n');
  const key = shop.write('a/tls.key', 'KEY');
  chmodSync(env, 0o640);
  const view = await plan();
  expect(names(view)).toEqual(['.env', 'a/tls.key']);
  const copy = statSync(coverOf(view, '.env').source);
  expect(copy.size).toBe(statSync(env).size);
  expect(Math.floor(copy.mtimeMs / 1000)).toBe(Math.floor(statSync(env).mtimeMs / 1000));
  expect(copy.mode & 0o777).toBe(0o640);
  expect(readFileSync(coverOf(view, '.env').source, 'utf8')).toMatch(/^TOKEN=[a-z]{8}\nPORT=1\n$/);
  const hidden = statSync(coverOf(view, 'a/tls.key').source);
  expect([hidden.size, hidden.mode & 0o777]).toEqual([0, 0]);
  expect(readFileSync(key, 'utf8')).toBe('KEY');
  expect(view.secrets).toEqual(['abcdefgh']);
});

test('what cannot be redacted is hidden', async () => {
  shop.write('.env', Buffer.from([0, 1, 2, 3]));
  shop.write('big/.env', Buffer.alloc(17 * 1024 * 1024, 'A=b\n'));
  const view = await plan();
  expect(view.covers.map((c) => c.kind)).toEqual(['hide', 'hide']);
});

test('a FIFO, a socket or a device of a secret name is covered without being opened', async () => {
  execFileSync('mkfifo', [join(shop.repository, '.env')]);
  const view = await plan();
  expect(coverOf(view, '.env').kind).toBe('hide');
});

test('every other name of a secret file is covered: links and hard links, inside .git too', async () => {
  const env = shop.write('.env', 'TOKEN=abcdefgh\n');
  shop.write('conf/real.txt', 'TOKEN=abcdefgh\n');
  symlinkSync('../conf/real.txt', join(shop.repository, 'conf/.env'));
  symlinkSync('/etc/hostname', join(shop.repository, 'outside.env'));
  symlinkSync('missing', join(shop.repository, 'broken.env'));
  shop.write('keys/one', 'KEY');
  symlinkSync('keys', join(shop.repository, '.ssh'));
  shop.git('init', '-q');
  mkdirSync(join(shop.repository, 'docs'));
  linkSync(env, join(shop.repository, 'docs/harmless.md'));
  linkSync(env, join(shop.repository, '.git/harmless'));
  const view = await plan();
  expect(names(view)).toEqual([
    '.env',
    '.git/harmless',
    'conf/real.txt',
    'docs/harmless.md',
    'keys/one',
  ]);
  for (const { source, kind } of view.covers)
    if (kind === 'redact') expect(readFileSync(source, 'utf8')).not.toContain('abcdefgh');
});

test('what a secret name leads to outside is covered, unless the system brings it for everybody', async () => {
  const outside = join(shop.repository, '..', 'outside');
  mkdirSync(join(outside, 'keys'), { recursive: true });
  writeFileSync(join(outside, 'prod'), 'TOKEN=abcdefgh\n');
  const link = (target: string, name: string) => symlinkSync(target, join(shop.repository, name));
  link('../outside/prod', '.env');
  link('.env', '.env.again');
  link('../outside/keys', '.ssh');
  link('..', 'vault');
  link('/usr/bin/env', 'x.key');
  link('/etc', 'y.key');
  link('/proc/self/environ', 'z.key');
  const view = await plan();
  expect(view.covers.map(({ path, kind, outside: out }) => [path, kind, out]).sort()).toEqual([
    [join(outside, 'keys'), 'hide', true],
    [join(outside, 'prod'), 'redact', true],
  ]);
  expect(view.secrets).toEqual(['abcdefgh']);
});

test('a folder whose files may be too deep to name is covered whole', async () => {
  // By relative steps, as a session can.
  makeDeep(shop.repository);
  shop.write('.env', 'TOKEN=abcdefgh\n');
  linkSync(join(shop.repository, '.env'), join(shop.repository, 'other name'));
  const view = await plan();
  const deep = view.covers.filter(({ pattern }) => pattern === 'folder too deep to look into');
  expect(deep.map(({ kind, path }) => [kind, path.length < 4095])).toEqual([['hide', true]]);
  expect(statSync(deep[0]?.source ?? '').isDirectory()).toBe(true);
  expect(names(view)).toEqual(expect.arrayContaining(['.env', 'other name']));
});

test('work trees beside this one in a bare repository are covered whole, secret files there too', async () => {
  shop.write('x', 'x');
  for (const args of [
    ['init', '-q'],
    ['add', 'x'],
    ['commit', '-qm', 'one'],
  ])
    shop.git(...args);
  const bare = join(shop.repository, '..', 'project.git');
  shop.git('clone', '-q', '--bare', shop.repository, bare);
  for (const name of ['trees/one', 'trees/two', 'three'])
    shop.git('-C', bare, 'worktree', 'add', '-q', '-b', name, join(bare, name));
  writeFileSync(join(bare, '.env'), 'TOKEN=abcdefgh\n');
  const view = await plan(FILES, join(bare, 'trees/one'));
  expect(view.covers.map(({ path, kind, outside }) => [path, kind, outside]).sort()).toEqual([
    [join(bare, '.env'), 'redact', true],
    [join(bare, 'three'), 'hide', true],
    [join(bare, 'trees/two'), 'hide', true],
  ]);
  expect(view.pinned).toEqual([join(bare, 'trees'), join(bare, 'trees/one')]);
  for (const name of ['two/HEAD', 'two/index', 'three/HEAD', 'one/gitdir'])
    expect(view.readOnly).toContain(join(bare, 'worktrees', name));
});

test('settings and hooks of a bare repository that lies in this one are read-only', async () => {
  shop.git('init', '-q', '--bare', join(shop.repository, 'fixture.git'));
  expect((await plan()).readOnly).toEqual([
    join(shop.repository, 'fixture.git/config'),
    join(shop.repository, 'fixture.git/hooks'),
  ]);
});

test('names with line breaks, quotes or bytes that are not UTF-8 are found', async () => {
  const bytes = Buffer.from([0x64, 0xff, 0x0a]);
  const folder = Buffer.concat([Buffer.from(`${shop.repository}/`), bytes]);
  mkdirSync(folder);
  writeFileSync(Buffer.concat([folder, Buffer.from('/.env')]), 'TOKEN=abcdefgh\n');
  shop.write('new\nline/.ssh/x\ny', 'KEY');
  const view = await plan();
  expect(names(view)).toEqual([`${decodePath(bytes)}/.env`, 'new\nline/.ssh/x\ny'].sort());
});

test('a pattern for a folder covers everything in it, and expose takes back the more exact name', async () => {
  shop.write('vault/deep/x', 'KEY');
  shop.write('vault/.env.example', 'A=b');
  shop.write('.env.example', 'A=b');
  shop.write('.env.production', 'A=b');
  expect(names(await plan())).toEqual(['.env.production', 'vault/deep/x']);
});

test('nothing is written to the repository', async () => {
  shop.git('init', '-q');
  shop.write('.env', 'TOKEN=abcdefgh\n');
  const before = execFileSync('find', [shop.repository, '-printf', '%p %i %T@ %C@\n']).toString();
  await plan();
  expect(execFileSync('find', [shop.repository, '-printf', '%p %i %T@ %C@\n']).toString()).toBe(
    before,
  );
});

test('what others execute later is read-only, .git is pinned', async () => {
  shop.git('init', '-q');
  shop.git('config', 'core.hooksPath', 'tools/hooks');
  shop.git('config', 'include.path', '../settings/extra');
  for (const path of [
    '.husky/pre-commit',
    '.vscode/x',
    'tools/hooks/pre-push',
    'infra/main.tf',
    '.mcp.json',
    'settings/extra',
  ])
    shop.write(path, 'x');
  shop.write('nested/.git/config', '');
  shop.write('nested/.git/hooks/x', '');
  shop.write('gitfile/.git', 'gitdir: ../.git/modules/x\n');
  shop.write('.git/modules/lib/x/HEAD', '');
  shop.write('.git/modules/lib/x/config', '');
  shop.write('.git/worktrees/w/commondir', '../..');
  const view = await plan();
  expect(view.pinned).toEqual([join(shop.repository, '.git')]);
  expect(view.readOnly.map((path) => path.slice(shop.repository.length + 1)).sort()).toEqual(
    [
      '.git/config',
      '.git/hooks',
      '.git/modules/lib/x/config',
      '.git/worktrees/w/commondir',
      '.husky',
      '.mcp.json',
      '.vscode',
      'gitfile/.git',
      'infra',
      'nested/.git/config',
      'nested/.git/hooks',
      'settings/extra',
      'tools/hooks',
    ].sort(),
  );
});

test('a linked worktree gets its common folder, protected', async () => {
  shop.git('init', '-q');
  shop.write('.env', 'TOKEN=abcdefgh\n');
  shop.git('add', '.env');
  shop.git('commit', '-qm', 'one');
  const tree = join(shop.repository, '..', 'linked tree');
  shop.git('worktree', 'add', '-q', '-b', 'other', tree);
  const view = await plan(FILES, tree);
  const common = join(shop.repository, '.git');
  expect(view.extraBinds).toEqual([common]);
  expect(view.readOnly).toContain(join(tree, '.git'));
  expect(view.readOnly).toContain(join(common, 'config'));
  expect(view.readOnly).toContain(join(common, 'hooks'));
  expect(view.readOnly).toContain(join(common, 'worktrees/linked-tree/commondir'));
  expect(view.covers.map((c) => c.tracked)).toEqual([true]);
});

test.each([
  ['any folder', () => 'gitdir: /etc'],
  ['a git folder of another repository', () => `gitdir: ${join(shop.repository, '../other/.git')}`],
  [
    'a worktree that belongs elsewhere',
    () => `gitdir: ${join(shop.repository, '../other/.git/worktrees/w')}`,
  ],
  ['nothing', () => 'gitdir: nowhere'],
  ['something unreadable', () => 'x'.repeat(100_000)],
])('a .git file that points to %s is refused', async (_what, content) => {
  const other = join(shop.repository, '../other');
  execFileSync('git', ['init', '-q', other]);
  mkdirSync(join(other, '.git/worktrees/w'), { recursive: true });
  writeFileSync(join(other, '.git/worktrees/w/commondir'), '../..\n');
  writeFileSync(join(other, '.git/worktrees/w/gitdir'), `${other}/.git\n`);
  shop.write('.git', `${content()}\n`);
  await expect(plan()).rejects.toThrow(GuardError);
});

test('a .git that is a link, or sends git elsewhere, is refused', async () => {
  shop.git('init', '-q');
  shop.write('.git/commondir', '../evil\n');
  await expect(plan()).rejects.toThrow(/commondir/);
  renameSync(join(shop.repository, '.git'), join(shop.repository, 'real'));
  symlinkSync('real', join(shop.repository, '.git'));
  await expect(plan()).rejects.toThrow(/symbolic link/);
});

test('a bare repository and no repository at all are fine', async () => {
  expect((await plan()).pinned).toEqual([]);
  shop.git('init', '-q', '--bare');
  const view = await plan();
  expect(view.pinned).toEqual([]);
  expect(view.readOnly).toContain(join(shop.repository, 'config'));
  expect(view.readOnly).toContain(join(shop.repository, 'hooks'));
});

test('a repository that does not exist is refused, and one with spaces and line breaks is not', async () => {
  await expect(plan(FILES, '/no/such/place')).rejects.toThrow(GuardError);
  const odd = join(shop.repository, 'a\nb c');
  mkdirSync(odd);
  writeFileSync(join(odd, '.env'), 'TOKEN=abcdefgh\n');
  expect((await plan(FILES, odd)).covers.map((c) => c.path)).toEqual([join(odd, '.env')]);
  expect(existsSync(join(shop.sessionDir, 'git/attributes'))).toBe(true);
  expect(readdirSync(join(shop.sessionDir, 'covers'))).toEqual(['0']);
});
