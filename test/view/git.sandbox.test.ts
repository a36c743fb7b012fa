import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planView } from '../../src/view/plan-view.ts';
import type { ViewPlan } from '../../src/view/types.ts';
import { FILES, inView, workshop, type Workshop } from './session-view.ts';

let shop: Workshop;
beforeEach(() => {
  shop = workshop();
});
afterEach(() => shop.remove());

const SECRET = 'hunter2hunter2hunter2';
const TRACKED = [
  '.env',
  'with space/.env',
  'we"ird\\*?[x]/.env',
  '!neg/.env',
  '#hash/ends .env',
  'deep/er/tls.key',
  'run.key',
];
const UNTRACKED = [
  '.env.local',
  'with space/.env.local',
  'we"ird\\*?[x]/.env.local',
  'new\nline/.env',
  '#x.env',
  'private.pem',
  'tr/x.env '.trimEnd(),
];

function fill(): void {
  shop.git('init', '-q');
  shop.write('README', 'hello\n');
  for (const path of TRACKED) shop.write(path, `TOKEN=${SECRET}\nPORT=3000\n`);
  shop.git('add', '-A');
  shop.git('update-index', '--chmod=+x', 'run.key');
  shop.git('commit', '-qm', 'first');
  shop.git('checkout', '-q', '--', 'run.key');
  for (const path of UNTRACKED) shop.write(path, `TOKEN=${SECRET}\n`);
}

/** As if the files had been written long before the index. */
function settle(): void {
  for (const path of TRACKED)
    utimesSync(join(shop.repository, path), 1.6e9 + 0.5, 1.6e9 + 0.999_999_9);
  shop.git('status');
}

async function plan(): Promise<ViewPlan> {
  return planView({ repository: shop.repository, sessionDir: shop.sessionDir, files: FILES });
}

describe.each(['settled', 'racy'] as const)('covered files, %s', (state) => {
  let view: ViewPlan;
  beforeEach(async () => {
    fill();
    if (state === 'settled') settle();
    view = await plan();
  });
  const run = (script: string) => inView(view, shop.sessionDir, script);

  test('each is covered, and no secret can be read', () => {
    expect(view.covers.map((c) => c.path).sort()).toEqual(
      [...TRACKED, ...UNTRACKED].map((path) => join(shop.repository, path)).sort(),
    );
    const { stdout } = run('find . -path ./.git -prune -o -type f -exec cat {} + 2>/dev/null');
    expect(stdout).toContain('hello');
    expect(stdout).toContain('TOKEN=');
    expect(stdout).toContain('PORT=3000');
    expect(stdout).not.toContain(SECRET);
  });

  test('git sees no change', () => {
    expect(run('git status --porcelain')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(run('git diff; git diff HEAD')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(run('git diff-files --exit-code; git update-index --refresh')).toMatchObject({
      stdout: '',
    });
  });

  test('nothing redacted can be staged or committed', () => {
    const before = shop.git('ls-files', '-s');
    run('echo more >> README; git add -A; git add .env; git add -u; git add "with space/.env"');
    run('git add -f -- .env deep/er/tls.key; git commit -aqm second');
    run('touch .env; git update-index --really-refresh; git add --renormalize .');
    const after = shop
      .git('ls-files', '-s')
      .split('\n')
      .filter((line) => !line.includes('README'));
    expect(after).toEqual(before.split('\n').filter((line) => !line.includes('README')));
    expect(shop.git('log', '-1', '--format=%s', '--name-only')).toBe('second\n\nREADME\n');
  });

  test('an untracked one is ignored, and refused even by force', () => {
    for (const path of UNTRACKED) {
      const quoted = `'${path.replaceAll("'", "'\\''")}'`;
      expect(run(`git --literal-pathspecs add -- ${quoted}`).status).not.toBe(0);
      expect(run(`git --literal-pathspecs add -f -- ${quoted}`).status).not.toBe(0);
    }
    expect(shop.git('diff', '--cached', '--name-only')).toBe('');
  });

  test('stash keeps working and leaves the files alone', () => {
    const { stdout } = run(
      'echo x >> README; git stash -q && git status --porcelain && git stash pop -q; cat README',
    );
    expect(stdout).toBe('hello\nx\n');
    for (const path of TRACKED)
      expect(readFileSync(join(shop.repository, path), 'utf8')).toContain(SECRET);
  });

  test('outside, git sees what it saw before: nothing of guard', () => {
    run('git status; git add -A; echo x > new; git commit -qam third');
    const status = shop.git('status', '--porcelain', '-z', '--ignored', '-uall').split('\0');
    expect(
      status
        .filter(Boolean)
        .map((line) => line.slice(3))
        .sort(),
    ).toEqual([...UNTRACKED, 'new'].sort());
    const state = shop.git('fsck', '--strict');
    expect(state).toBe('');
  });
});

test('what the user changed in a covered tracked file is neither shown, staged nor undone', async () => {
  fill();
  settle();
  shop.write('.env', `TOKEN=${SECRET}${SECRET}\nPORT=4000\n`);
  const view = await plan();
  const run = (script: string) => inView(view, shop.sessionDir, script).stdout;
  expect(run('git diff; git diff HEAD -- .env')).not.toMatch(/TOKEN|4000/);
  run('git add -A; git add -f .env; git commit -qam x --allow-empty; git checkout -- .env');
  expect(shop.git('show', '--format=', 'HEAD')).toBe('');
  expect(readFileSync(join(shop.repository, '.env'), 'utf8')).toContain(SECRET + SECRET);
  expect(shop.git('status', '--porcelain', '.env')).toBe(' M .env\n');
});

test('in a submodule too', async () => {
  const other = workshop('sub source');
  try {
    other.git('init', '-q');
    other.write('.env', `TOKEN=${SECRET}\n`);
    other.git('add', '-A');
    other.git('commit', '-qm', 'one');
    shop.git('init', '-q');
    shop.git(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '-q',
      'add',
      other.repository,
      'libs/sub',
    );
    shop.git('commit', '-qm', 'one');
    const view = await plan();
    const cover = view.covers.find((c) => c.path.endsWith('libs/sub/.env'));
    expect(cover?.tracked).toBe(true);
    const { stdout, stderr } = inView(
      view,
      shop.sessionDir,
      'cat libs/sub/.env; git status --porcelain; git -C libs/sub status --porcelain; git -C libs/sub add -A; git -C libs/sub diff --cached',
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^TOKEN=[a-z0-9]{21}\n$/);
    expect(stdout).not.toContain(SECRET);
  } finally {
    other.remove();
  }
});

test('index versions 2, 3, 4, a split index and SHA-256 are read', async () => {
  fill();
  shop.git('update-index', '--index-version=4');
  expect((await plan()).covers.filter((c) => c.tracked)).toHaveLength(TRACKED.length);
  shop.git('update-index', '--index-version=2', '--split-index');
  shop.write('later.env', 'A=b\n');
  shop.git('add', 'later.env');
  shop.git('add', '-N', UNTRACKED[0] ?? '');
  shop.sessionDir += '2';
  expect((await plan()).covers.filter((c) => c.tracked)).toHaveLength(TRACKED.length + 2);
  const sha256 = workshop('sha256');
  try {
    sha256.git('init', '-q', '--object-format=sha256');
    sha256.write('.env', 'A=secretvalue\n');
    sha256.git('add', '.env');
    const options = { repository: sha256.repository, sessionDir: sha256.sessionDir, files: FILES };
    expect((await planView(options)).covers.map((c) => c.tracked)).toEqual([true]);
  } finally {
    sha256.remove();
  }
});

test('a damaged index is no obstacle', async () => {
  fill();
  const index = join(shop.repository, '.git/index');
  const bytes = readFileSync(index);
  for (const cut of [0, 5, 12, 100, bytes.length - 30]) {
    writeFileSync(index, bytes.subarray(0, cut));
    shop.sessionDir += 'x';
    expect((await plan()).covers.length).toBe(TRACKED.length + UNTRACKED.length);
  }
});
