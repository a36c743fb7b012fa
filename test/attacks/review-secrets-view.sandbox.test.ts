import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { makeScene, sh, type Scene } from './scene.ts';

/** Ways around the view of secrets that are found by content: over several sessions, by time and by size. */

let scene: Scene;
let token: string;
let text: string;
beforeEach(() => {
  scene = makeScene();
  token = randomBytes(20).toString('hex');
  text = `api_token: "${token}"\n`;
});

const path = (name: string): string => join(scene.repository, name);
const real = (name: string): string => readFileSync(path(name), 'utf8');
function write(name: string, content: string): void {
  mkdirSync(join(path(name), '..'), { recursive: true });
  writeFileSync(path(name), content);
}

/** What a session prints has no secret. */
async function attack(script: string, env: Record<string, string> = {}): Promise<string> {
  const run = await scene.attack(sh(script), { env });
  const out = run.stdout + run.stderr;
  expect(out).not.toContain(token);
  expect(out).not.toContain(scene.secret);
  return out;
}

const VALUE = `value=$(grep -o '[a-z0-9]\\{40\\}' config.yml | head -n 1)`;
const rename = (from: string, to: string): string =>
  `python3 -c 'import os; os.rename("${from}", "${to}")'`;

/** Too short to be more than weakly a secret: nothing in a folder of others', or of tests. */
const weakToken = (): string => `${randomBytes(9).toString('base64').replace(/[+/]/g, 'x')}7Qz`;

test.each([
  ['that no walk enters', 'deep/.git'],
  ['inside of one that no walk enters', 'deep/.git/a'],
  ['of packages', 'node_modules/a'],
  ['of tests', 'test/fixtures/a'],
])('files stay covered when a session moves them into a folder %s', async (_, to) => {
  const weak = weakToken();
  write('sub/config.yml', text);
  write('sub/weak.txt', `Authorization: Bearer ${weak}\n`);
  write('sub/.env', `TOKEN=${scene.secret}\n`);
  mkdirSync(join(path(to), '..'), { recursive: true });
  const read = `cat ${to}/config.yml ${to}/.env ${to}/weak.txt`;
  expect(await attack(`${rename('sub', to)}; ${read}`)).not.toContain(weak);
  expect(real(`${to}/config.yml`)).toBe(text);
  expect(await attack(read)).not.toContain(weak);
  // It is so for the session after that, and where that one moves them on.
  expect(
    await attack(`${read}; ${rename(to, 'elsewhere')}; ${rename('elsewhere', to)}`),
  ).not.toContain(weak);
  expect(await attack(read)).not.toContain(weak);
  // Where its user moves it back, it can be edited again.
  await scene.unguarded(sh(`mv ${to} sub`));
  await attack('echo "edit: 1" >> sub/config.yml');
  expect(real('sub/config.yml')).toBe(`${text}edit: 1\n`);
});

test('what a session makes git ignore stays covered', async () => {
  const weak = weakToken();
  write('sub/weak.txt', `Authorization: Bearer ${weak}\n`);
  expect(await attack(`cat sub/weak.txt; echo sub/ > .gitignore`)).not.toContain(weak);
  expect(await attack('cat sub/weak.txt')).not.toContain(weak);
});

test('a value is not forgotten for others that a session makes up', async () => {
  write('config.yml', text);
  await attack(`${VALUE}; echo "words $value words" > config.yml`);
  expect(real('config.yml')).toBe(`words ${token} words\n`);
  await attack(`cp config.yml /tmp/base
    python3 -c 'import os; [print(f"api_token: \\"{os.urandom(20).hex()}\\"") for n in range(4000)]' > /tmp/more
    split -l 1000 /tmp/more /tmp/more-
    for more in /tmp/more-*; do
      cat /tmp/base $more > config.yml; sleep 2
      sed 's/api_token: "\\(.*\\)"/words \\1 words/' config.yml > /tmp/x; cat /tmp/x > config.yml; sleep 1
    done`);
  await attack('head -n 1 config.yml');
});

test('a value that was known from elsewhere is known when it no longer is', async () => {
  write('config.yml', text);
  await attack(`${VALUE}; echo "words $value words" > config.yml`, { SOME_API_TOKEN: token });
  expect(real('config.yml')).toBe(`words ${token} words\n`);
  await attack('cat config.yml');
});

test('a value that is known anew is found in files that were looked through before', async () => {
  const value = `plainly-${randomBytes(5).toString('hex')}`;
  write('notes.txt', `about ${value} there\n`);
  // Until the file is not young any more.
  await pause(2100);
  await attack('true', { SOME_API_TOKEN: 'another-value' });
  const out = await attack('cat notes.txt', { SOME_API_TOKEN: value });
  expect(out).toMatch(/about .* there/);
  expect(out).not.toContain(value);
});

test('what another session of the same time has moved is seen by neither', async () => {
  const short = `${randomBytes(5).toString('hex')}Q`;
  write('config.yml', `password: "${short}"\n`);
  const other = scene.attack(
    sh('touch ready; while ! [ -e moved ]; do sleep 0.1; done; sleep 2; cat config.yml'),
  );
  while (!existsSync(path('ready'))) await pause(50);
  await attack(
    `sed 's/password: "\\(.*\\)"/words \\1 words/' config.yml > /tmp/x; cat /tmp/x > config.yml`,
  );
  expect(real('config.yml')).toBe(`words ${short} words\n`);
  write('moved', '');
  const { stdout } = await other;
  expect(stdout).toMatch(/words \S+ words/);
  expect(stdout).not.toContain(short);
});

test('what a session calls a secret hides no secret of the user', async () => {
  const session = attack(
    `mkdir e; for i in 0 1 2 3 4 5 6 7 8 9; do mkdir e/$i; echo A_TOKEN=$i > e/$i/.env; done
    sleep 2; cat e/*/.env >/dev/null; touch ready; while ! [ -e written ]; do sleep 0.1; done; sleep 2; cat late.yml`,
  );
  while (!existsSync(path('ready'))) await pause(50);
  write('late.yml', text);
  write('written', '');
  expect(await session).toMatch(/api_token: "\S{40}"/);
});

test('an object that is a pipe holds nobody up', async () => {
  const script = `oid=$(printf x | git hash-object -w --stdin)
    python3 - <<E
import os
f = '.git/objects/%s/%s' % ('$oid'[:2], '$oid'[2:])
os.unlink(f)
os.mkfifo(f)
E
    git update-index --add --cacheinfo 100644,$oid,new.yml
    printf 'api_token: "%s"\\n' $(head -c 20 /dev/urandom | sha1sum | cut -c1-40) > new.yml
    sleep 2; date`;
  await attack(script);
  expect(await attack('cat new.yml')).toMatch(/api_token/);
});

test('a file of nothing but placeholders holds nobody up', async () => {
  write('config.yml', text);
  const out = await attack(`cp config.yml /tmp/a
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cat /tmp/a /tmp/a > /tmp/b; mv /tmp/b /tmp/a; done
    cat /tmp/a > config.yml; sleep 1; date; head -n 1000 config.yml > /tmp/a; cat /tmp/a > config.yml`);
  expect(out).toMatch(/\d\d:\d\d/);
  expect(real('config.yml')).toBe(text.repeat(1000));
});

test('a lease on the stand-in holds nobody up', async () => {
  write('config.yml', `api_token: "${randomBytes(20).toString('hex')}"\n`);
  const session = attack(`python3 - <<'END' &
import fcntl, os, signal, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
fd = os.open('config.yml', os.O_RDWR | os.O_APPEND)
os.write(fd, b'edit: 1\\n')
fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
open('leased', 'w')
time.sleep(60)
END
    while ! [ -e written ]; do sleep 0.1; done; sleep 3; cat late.yml; kill $!`);
  while (!existsSync(path('leased'))) await pause(50);
  await pause(700);
  write('late.yml', text);
  write('written', '');
  expect(await session).toMatch(/api_token: "\S{40}"/);
  expect(real('config.yml')).toContain('edit: 1');
});
