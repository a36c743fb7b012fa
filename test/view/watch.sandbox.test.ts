import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pathBytes } from '../../src/byte-path.ts';
import { planView } from '../../src/view/plan-view.ts';
import type { ViewPlan } from '../../src/view/types.ts';
import type { LateMount, ViewWatcher, WatchOptions } from '../../src/view/watch-options.ts';
import { watchView } from '../../src/view/watch.ts';
import { FILES, makeDeep, workshop, type Workshop } from './session-view.ts';

const SECRET = 'hunter2hunter2hunter2';
let shop: Workshop;
let plan: ViewPlan;
let watcher: ViewWatcher | undefined;
let session: ChildProcess | undefined;
let log: {
  covered: string[];
  held: [string, string][];
  notices: string[];
  failures: string[];
  mounted: string[];
  secrets: string[];
};

beforeEach(() => {
  shop = workshop();
  log = { covered: [], held: [], notices: [], failures: [], mounted: [], secrets: [] };
});
afterEach(async () => {
  await watcher?.close();
  watcher = undefined;
  if (session) {
    const gone = once(session, 'exit');
    session.kill('SIGKILL');
    await gone;
  }
  session = undefined;
  shop.remove();
});

/** A mount namespace of its own, with the launch's covers in place, as the agent's would be. */
async function start(options: { beforeWatching?: () => void } = {}): Promise<void> {
  plan = await planView({ repository: shop.repository, sessionDir: shop.sessionDir, files: FILES });
  session = spawn(
    'unshare',
    ['-Urm', '--propagation', 'private', 'sh', '-c', 'echo up; exec sleep 600'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(session.stdout!, 'data');
  for (const cover of plan.covers) await mount(cover);
  for (const path of plan.readOnly) await mount({ source: path, path });
  log.mounted = [];
  options.beforeWatching?.();
  watcher = watchView({ plan, files: FILES, sessionDir: shop.sessionDir, ...callbacks() });
  await watcher.watching;
}

function callbacks(): Pick<
  WatchOptions,
  'mount' | 'onCover' | 'onSecrets' | 'onHeld' | 'onNotice' | 'onFailure'
> {
  return {
    mount,
    onCover: (cover, secrets) => {
      log.covered.push(relative(cover.path));
      log.secrets.push(...secrets);
    },
    onSecrets: (secrets) => log.secrets.push(...secrets),
    onHeld: (path, kept) => log.held.push([relative(path), kept]),
    onNotice: (text) => log.notices.push(text),
    onFailure: (error) => log.failures.push(error.message),
  };
}

/** What guard's own late mounter does: nothing is covered but what was looked at. */
function mount({ source, path, inode }: LateMount): Promise<void> {
  // Arguments of a program are UTF-8 in Node; a path need not be.
  const script =
    's=$(printf %b "$1") && p=$(printf %b "$2") && { [ -z "$3" ] || [ "$3" = "$(stat -c %d:%i "$p")" ]; } && mount --bind "$s" "$p" && mount -o remount,bind,ro "$p"';
  const bytes = (text: string) =>
    [...pathBytes(text)].map((byte) => `\\0${byte.toString(8)}`).join('');
  const { status, stderr } = inSession(script, bytes(source), bytes(path), inode ?? '');
  if (status !== 0) throw new Error(stderr);
  log.mounted.push(relative(path));
  return Promise.resolve();
}

/** Runs a script inside the session's mount namespace, in the repository. */
function inSession(script: string, ...args: string[]) {
  const enter = ['-t', String(session?.pid), '-U', '-m', '--preserve-credentials'];
  // Changing the folder only inside: one from outside would show what is outside.
  const shell = ['sh', '-c', `cd "$1" && shift && { ${script}\n}`, 'sh', shop.repository];
  return spawnSync('nsenter', [...enter, ...shell, ...args], { encoding: 'utf8' });
}

const relative = (path: string) => path.slice(shop.repository.length + 1);
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const inside = (path: string) => inSession('cat -- "$1"', path).stdout;

test('a secret file that appears is covered, however it comes and however deep', async () => {
  await start();
  inSession(`printf 'TOKEN=${SECRET}\\n' > .env`);
  inSession(`mkdir -p a/b/c && printf 'TOKEN=${SECRET}\\n' > a/b/c/.env.local`);
  inSession(`mkdir x && printf 'TOKEN=${SECRET}\\n' > x/plain && mv x/plain x/.env`);
  inSession(`mkdir y && printf ${SECRET} > y/tls.key && mv y z`);
  await eventually(() => {
    for (const path of ['.env', 'a/b/c/.env.local', 'x/.env', 'z/tls.key'])
      expect(log.covered).toContain(path);
  });
  for (const path of ['.env', 'a/b/c/.env.local', 'x/.env'])
    expect(inside(path)).toMatch(/^TOKEN=[a-z0-9]{21}\n$/);
  expect(inside('z/tls.key')).toBe('');
  expect(inSession('cat .env a/b/c/.env.local x/.env z/tls.key').stdout).not.toContain(SECRET);
  expect(readFileSync(join(shop.repository, '.env'), 'utf8')).toContain(SECRET);
  expect(log.secrets).toContain(SECRET);
  expect(log.failures).toEqual([]);
});

test('what appeared between the plan and the watch is covered and held', async () => {
  await start({
    beforeWatching: () => {
      shop.write('deep/er/.env', `TOKEN=${SECRET}\n`);
      shop.write('.vscode/tasks.json', '{}');
    },
  });
  await eventually(() => {
    expect(log.covered).toEqual(['deep/er/.env']);
    expect(log.held.map(([path]) => path)).toEqual(['.vscode']);
  });
  expect(inside('deep/er/.env')).not.toContain(SECRET);
});

test('a name that is not UTF-8 hides nothing', async () => {
  await start();
  inSession(`d=$(printf 'd\\377') && mkdir "$d" && printf 'TOKEN=${SECRET}\\n' > "$d/.env"`);
  await eventually(() => expect(log.covered).toEqual(['d\udcff/.env']));
  expect(inSession('cat d*/.env').stdout).toMatch(/^TOKEN=[a-z0-9]{21}\n$/);
  expect(inSession('cat d*/.env').stdout).not.toContain(SECRET);
});

test('an edit of its user renews the stand-in, in place or by renaming over', async () => {
  shop.write('.env', 'TOKEN=firstvalue\nPORT=1\n');
  await start();
  const file = join(shop.repository, '.env');
  writeFileSync(file, `TOKEN=${SECRET}\nPORT=2\nMODE=x\n`);
  await eventually(() => expect(inside('.env')).toMatch(/^TOKEN=[a-z0-9]{21}\nPORT=2\n/));
  expect(log.mounted).toEqual([]);
  writeFileSync(`${file}.swp`, `TOKEN=${SECRET}X\nPORT=3\n`);
  renameSync(`${file}.swp`, file);
  await eventually(() => expect(inside('.env')).toMatch(/^TOKEN=[A-Za-z0-9]{22}\nPORT=3\n/));
  await eventually(() => expect(inside('.env')).not.toContain(SECRET));
  expect(log.mounted).toContain('.env');
  unlinkSync(file);
  writeFileSync(file, `TOKEN=${SECRET}YZ\nPORT=4\n`);
  await eventually(() => expect(inside('.env')).toMatch(/^TOKEN=[A-Za-z0-9]{23}\nPORT=4\n/));
  await eventually(() => expect(inside('.env')).not.toContain(SECRET));
  expect(log.secrets).toContain(`${SECRET}X`);
});

test('a read-only file that its user replaces is made read-only again', async () => {
  shop.git('init', '-q');
  await start();
  expect(inSession('echo x >> .git/config').status).not.toBe(0);
  shop.git('config', 'user.name', 'someone');
  await eventually(() => expect(log.mounted).toContain('.git/config'));
  expect(inSession('echo x >> .git/config').status).not.toBe(0);
});

test('what others would execute later is held', async () => {
  shop.git('init', '-q', '--template=');
  shop.write('kept', 'x');
  await start();
  inSession(
    'echo evil > .envrc; mkdir .vscode; echo evil > .vscode/tasks.json; ln -s kept .mcp.json',
  );
  inSession('mkdir .git/hooks; echo evil > .git/hooks/pre-commit; echo tame > .git/hooks/x.sample');
  inSession(
    'mkdir -p sub/infra; mkdir infra && echo evil > infra/main.tf; echo ../evil > .git/commondir',
  );
  await eventually(() =>
    expect(log.held.map(([path]) => path).sort()).toEqual([
      '.envrc',
      '.git/commondir',
      '.git/hooks/pre-commit',
      '.mcp.json',
      '.vscode',
      'infra',
    ]),
  );
  for (const [path, kept] of log.held) {
    expect(existsSync(join(shop.repository, path))).toBe(false);
    expect(kept.startsWith(join(shop.sessionDir, 'held'))).toBe(true);
  }
  const vscode = log.held.find(([path]) => path === '.vscode')?.[1] ?? '';
  expect(readFileSync(join(vscode, 'tasks.json'), 'utf8')).toBe('evil\n');
  expect(readdirSync(join(shop.repository, '.git/hooks'))).toEqual(['x.sample']);
  expect(readdirSync(shop.repository).sort()).toEqual(['.git', 'kept', 'sub']);
});

test('a session that takes away the right to write does not keep what it made', async () => {
  await start();
  inSession(
    'mkdir -p d/.husky/deep; echo evil > d/.husky/deep/x; chmod 500 d/.husky/deep d/.husky d',
  );
  await eventually(() => expect(log.held.map(([path]) => path)).toEqual(['d/.husky']));
  expect(existsSync(join(shop.repository, 'd/.husky'))).toBe(false);
  expect(log.failures).toEqual([]);
});

test('a nested repository may be made, but not one that runs programs', async () => {
  await start();
  const git = 'git -c user.name=a -c user.email=a@b';
  inSession(`git init -q tame && cd tame && echo x > x && git add x && ${git} commit -qm one`);
  inSession('git init -q wild && git -C wild config core.fsmonitor ./evil');
  inSession('git init -q --bare naked && git -C naked config core.fsmonitor ./evil');
  inSession('mkdir dotgit && echo "gitdir: ../naked" > dotgit/.git');
  await eventually(() =>
    expect(log.held.map(([path]) => path).sort()).toEqual([
      'dotgit/.git',
      'naked/config',
      'wild/.git/config',
    ]),
  );
  expect(inSession('git -C tame log --format=%s').stdout).toBe('one\n');
});

test('links that were there stay; links put in their place do not', async () => {
  shop.write('real/settings', 'x');
  symlinkSync('real', join(shop.repository, '.vscode'));
  symlinkSync('/etc/hostname', join(shop.repository, '.envrc'));
  await start();
  shop.write('marker/.env', 'A=secretvalue\n');
  await eventually(() => expect(log.covered).toContain('marker/.env'));
  expect(log.held).toEqual([]);
  expect(inSession('echo y > real/settings').status).not.toBe(0);
  inSession('rm .envrc; ln -s real/settings .envrc; rm .vscode; mkdir .vscode; echo x >.vscode/x');
  await eventually(() =>
    expect(log.held.map(([path]) => path).sort()).toEqual(['.envrc', '.vscode']),
  );
});

test('what was covered or read-only stays so where the session moves it, and its place is no way around', async () => {
  shop.write('app/.env', 'TOKEN=firstvalue\n');
  shop.write('app/.vscode/settings.json', '{}');
  shop.write('tools/hooks/x', 'x');
  shop.git('init', '-q');
  shop.git('config', 'core.hooksPath', 'tools/hooks');
  await start();
  const script = `mv app moved && mv tools other && mkdir -p app/.vscode tools/hooks &&
    echo evil >app/.vscode/tasks.json && echo evil >tools/hooks/pre-commit && printf 'TOKEN=${SECRET}\n' >app/.env`;
  expect(inSession(script)).toMatchObject({ status: 0 });
  await eventually(() => {
    expect(log.held.map(([path]) => path).sort()).toEqual(['app/.vscode', 'tools/hooks']);
    expect(log.covered.sort()).toEqual(['app/.env', 'moved/.env']);
  });
  expect(inSession('cat app/.env moved/.env').stdout).toMatch(
    /^TOKEN=[a-z0-9]{21}\nTOKEN=[a-z]{10}\n$/,
  );
  expect(inSession('cat app/.env moved/.env').stdout).not.toMatch(/firstvalue|hunter2/);
  expect(inSession('echo x >moved/.vscode/settings.json').status).not.toBe(0);
  expect(existsSync(join(shop.repository, 'moved/.vscode/settings.json'))).toBe(true);
  expect(log.failures).toEqual([]);
});

test('a folder that the session moves away and back keeps what it has', async () => {
  shop.write('app/.env', `TOKEN=${SECRET}\n`);
  shop.write('app/.vscode/settings.json', '{}');
  await start();
  for (let n = 0; n < 3; n++) inSession('mv app away; sleep 0.8; mv away app; sleep 0.8');
  await watcher?.close();
  expect(inside('app/.env')).not.toContain(SECRET);
  expect(log.held).toEqual([]);
  expect(log.failures).toEqual([]);
});

test('a file that keeps being replaced is covered in the end', async () => {
  await start();
  const file = join(shop.repository, '.env');
  for (let n = 0; n < 200; n++) {
    writeFileSync(`${file}.next`, `TOKEN=${SECRET}${n}\n`);
    renameSync(`${file}.next`, file);
    if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await eventually(() => expect(inside('.env')).toMatch(/^TOKEN=[a-z0-9]{24}\n$/));
  await eventually(() => expect(inside('.env')).not.toContain(SECRET));
  expect(log.failures).toEqual([]);
});

test('the last look finds what no watch has noticed, whatever cannot be read', async () => {
  shop.git('init', '-q', '--template=');
  await start();
  await watcher?.close();
  log.failures = [];
  inSession('mkdir shut && chmod 000 shut');
  makeDeep(shop.repository);
  inSession('mkdir z && mkdir z/.vscode && echo evil >z/.vscode/tasks.json');
  inSession('mkdir -p .git/modules/m/hooks && echo evil >.git/modules/m/hooks/post-checkout');
  inSession('git init -q --bare naked && git -C naked config core.fsmonitor ./evil');
  watcher = watchView({ plan, files: FILES, sessionDir: shop.sessionDir, ...callbacks() });
  await watcher.close();
  expect(log.held.map(([path]) => path).sort()).toEqual([
    '.git/modules/m/hooks/post-checkout',
    'naked/config',
    'z/.vscode',
  ]);
  expect(log.failures).toEqual([]);
});

test.skipIf(process.getuid?.() === 0)(
  'a repository that the session makes unreadable is no longer kept safe, and guard says so',
  async () => {
    await start();
    inSession('chmod 000 .');
    await watcher?.close();
    chmodSync(shop.repository, 0o700);
    expect(log.failures.join()).toContain('cannot look for secrets');
  },
);

test('after closing nothing is touched any more', async () => {
  await start();
  await watcher?.close();
  inSession('echo x > .envrc; echo TOKEN=abcdef > .env');
  mkdirSync(join(shop.repository, 'later'));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(log).toMatchObject({ covered: [], held: [], mounted: [], failures: [] });
  expect(existsSync(join(shop.repository, '.envrc'))).toBe(true);
  chmodSync(shop.repository, 0o700);
});
