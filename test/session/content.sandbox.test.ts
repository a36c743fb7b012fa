import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { guard, makePlace, startGuard, type Outcome, type Place } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { madeToken } from './made-token.ts';

function write(place: Place, path: string, content: string): string {
  const file = join(place.repository, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function git(place: Place, ...args: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  const env = { ...place.env, GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', [...who, ...args], { cwd: place.repository, encoding: 'utf8', env });
}

const script = (token: string) => `#!/bin/sh\ncurl -H "Authorization: token ${token}" "$1"\n`;

/** Runs `sh -c SCRIPT` in a session; nothing that it or guard says may hold the token. */
async function session(place: Place, token: string, words: string): Promise<Outcome> {
  const ended = await guard(place, ['run', 'sh', '-c', words]);
  expect(ended.stderr).not.toContain(token);
  return ended;
}

const scans = (place: Place) => join(place.state, 'guard', 'scans');

/** Beside them is the salt of what their keys are made of. */
const caches = (place: Place): string[] =>
  readdirSync(scans(place)).filter((name) => name !== 'salt');

test('a secret in an ordinary file is read by nobody inside, however it is read', async () => {
  const token = madeToken();
  const place = makePlace();
  git(place, 'init', '-q');
  write(place, 'scripts/old-domains.sh', script(token));
  write(place, 'a/b/c/d/notes', `${'line\n'.repeat(3000)}${token}\n`);
  git(place, 'add', '.');
  git(place, 'commit', '-qm', 'all');
  const readers = [
    'cat scripts/old-domains.sh',
    'grep -r ghp_ .',
    'git grep ghp_',
    'git diff',
    'git status --short',
    'cp scripts/old-domains.sh copy && cat copy',
    'ln scripts/old-domains.sh hard; cat hard',
    'ln -s scripts soft; cat soft/old-domains.sh',
    'dd if=scripts/old-domains.sh bs=7 2>&-',
    'tail -n 1 a/b/c/d/notes',
    'tar cf - . --exclude .git',
    'mv a moved && cat moved/b/c/d/notes',
    `python3 -c 'import mmap,os; f=open("scripts/old-domains.sh","rb"); print(mmap.mmap(f.fileno(),0,prot=mmap.PROT_READ)[:])'`,
  ];
  const { code, stdout } = await session(place, token, readers.join('\n'));
  expect(code).toBe(0);
  expect(stdout).not.toContain(token);
  expect(stdout.match(/ghp_[A-Za-z0-9]{36}/g)?.length).toBeGreaterThan(8);
  expect(readFileSync(join(place.repository, 'scripts/old-domains.sh'), 'utf8')).toBe(
    script(token),
  );
  // A placeholder is what git sees as unchanged; the copies are the session's own.
  expect(stdout).not.toMatch(/^ ?M /m);
});

test('the second session finds the same without reading anything', async () => {
  const token = madeToken();
  const place = makePlace();
  for (let n = 0; n < 20; n++) write(place, `f${n}`, `plain ${n}\n`);
  const file = write(place, 'x', script(token));
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const cold = await session(place, token, 'cat x');
  expect(caches(place)).toHaveLength(1);
  const cache = join(scans(place), caches(place)[0] ?? '');
  expect(lstatSync(cache).mode & 0o777).toBe(0o600);
  expect(readFileSync(cache).includes(token)).toBe(false);
  const written = statSync(cache).mtimeMs;
  const warm = await session(place, token, 'cat x');
  expect(statSync(cache).mtimeMs).toBe(written);
  for (const { stdout } of [cold, warm]) {
    expect(stdout).toMatch(/ghp_[A-Za-z0-9]{36}/);
    expect(stdout).not.toContain(token);
  }
  // Another secret of the same length, at the same time as before.
  const other = madeToken();
  const { atime, mtime } = statSync(file);
  writeFileSync(file, script(other));
  const plain = write(place, 'f3', script(other).slice(0, 8));
  utimesSync(file, atime, mtime);
  utimesSync(plain, atime, mtime);
  expect((await session(place, other, 'cat x')).stdout).not.toContain(other);
  writeFileSync(plain, script(other));
  expect((await session(place, other, 'cat f3')).stdout).not.toContain(other);
});

test('a session that puts the time of a file back does not hide the change from the next', async () => {
  const token = madeToken();
  const place = makePlace();
  // As long as what will be in it.
  write(place, 'x', script(token).replace('ghp_', 'gxx_'));
  await new Promise((resolve) => setTimeout(resolve, 2100));
  await session(place, token, 'touch -r x time; sleep 0.1');
  await session(place, token, 'sed -i s/gxx_/ghp_/ x; touch -r time x; sleep 0.1');
  expect((await session(place, token, 'cat x')).stdout).not.toContain(token);
});

test('a cache that somebody damaged hides nothing', async () => {
  const token = madeToken();
  const place = makePlace();
  write(place, 'x', script(token));
  await session(place, token, 'true');
  const cache = join(scans(place), caches(place)[0] ?? '');
  for (const damage of ['', 'x'.repeat(5000), readFileSync(cache).subarray(0, 60)]) {
    writeFileSync(cache, damage);
    expect((await session(place, token, 'cat x')).stdout).not.toContain(token);
  }
});

test('what the profile exposes is shown as it is', async () => {
  const token = madeToken();
  const place = makePlace();
  userProfile(place, 'files:\n  expose: [sample.sh]');
  write(place, 'sample.sh', script(token));
  expect((await guard(place, ['run', '-q', 'cat', 'sample.sh'])).stdout).toBe(script(token));
});

test('a secret that somebody else writes while the session runs is covered', async () => {
  const [token, second, third] = [madeToken(), madeToken(), madeToken()];
  const place = makePlace();
  write(place, 'config.txt', 'plain\n');
  const wait = 'until [ -e go ]; do sleep 0.05; done; cat new.sh sub/deep/x config.txt';
  const child = startGuard(place, ['run', 'sh', '-c', `touch up; ${wait}`]);
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text) => (stdout += text));
  child.stderr?.on('data', (text) => (stderr += text));
  await eventually(() => expect(existsSync(join(place.repository, 'up'))).toBe(true));
  write(place, 'new.sh', script(token));
  write(place, 'sub/deep/x', script(second));
  appendFileSync(join(place.repository, 'config.txt'), `token = ${third}\n`);
  await eventually(() => {
    const covered = journal(place);
    for (const path of ['new.sh', 'sub/deep/x', 'config.txt'])
      expect(covered).toContain(`"path":"${join(place.repository, path)}"`);
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  write(place, 'go', '');
  expect(await gone).toBe(0);
  expect(stdout.match(/ghp_[A-Za-z0-9]{36}/g)).toHaveLength(3);
  for (const each of [token, second, third]) {
    expect(stdout + stderr).not.toContain(each);
    expect(journal(place)).not.toContain(each);
  }
  expect(readFileSync(join(place.repository, 'new.sh'), 'utf8')).toBe(script(token));
});

test('what the session writes of what it has read is no secret', async () => {
  const token = madeToken();
  const place = makePlace();
  write(place, '.env', `TOKEN=${token}\n`);
  write(place, 'x', script(token));
  const { stdout } = await session(
    place,
    token,
    'cat .env > copy; cat x > copy2; sleep 1.5; echo more >> copy && echo more >> copy2 && tail -n 1 copy copy2',
  );
  expect(stdout.match(/more/g)).toHaveLength(2);
  expect(journal(place)).not.toMatch(/"type":"cover"/);
});

test('twenty thousand files, with what is deep among them', { timeout: 300_000 }, async () => {
  const tokens = [madeToken(), madeToken(), madeToken()];
  const place = makePlace();
  const files = `for my $d (0..199) { mkdir "d$d"; for my $f (0..99) { open my $o, '>', "d$d/f$f"; print $o "const x = $f;\\n" x 20; } }`;
  execFileSync('perl', ['-e', files], { cwd: place.repository });
  for (const [at, token] of tokens.entries())
    write(
      place,
      `d${at * 60 + 17}/a/b/c/d/e/f/g/h/i/j/x`,
      `${'a\n'.repeat(50_000)}${script(token)}`,
    );
  for (let run = 0; run < 2; run++) {
    const { code, stdout } = await guard(place, [
      'run',
      '-q',
      'grep',
      '-rhoE',
      'ghp_[A-Za-z0-9]{36}',
      '.',
    ]);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    for (const token of tokens) expect(stdout).not.toContain(token);
  }
});

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 50 });

function journal(place: Place): string {
  const sessions = join(place.state, 'guard', 'sessions');
  return readdirSync(sessions)
    .map((id) => join(sessions, id, 'journal.jsonl'))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
}
