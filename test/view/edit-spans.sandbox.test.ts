import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  guard,
  inside,
  makePlace,
  startGuard,
  type Outcome,
  type Place,
} from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';

/** Real sessions: what a session writes into a file whose secrets it does not see. */

let place: Place;
let token: string;

beforeEach(() => {
  place = makePlace({ atEnd: onTestFinished });
  token = randomBytes(20).toString('hex');
  put('config.yml', config('port: 3000\n'));
});

const config = (rest: string): string => `name: web\napi_token: "${token}"\n${rest}`;

function put(path: string, content: string | Buffer): string {
  const file = join(place.repository, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const real = (path = 'config.yml'): string => readFileSync(join(place.repository, path), 'utf8');

function git(...args: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  return execFileSync('git', [...who, ...args], {
    cwd: place.repository,
    env: place.env,
    encoding: 'utf8',
  });
}

/** What the record of the newest session holds of a kind. */
function recorded(type: string): Record<string, string>[] {
  const sessions = join(place.state, 'guard', 'sessions');
  const newest = readdirSync(sessions).sort().at(-1) ?? '';
  return readFileSync(join(sessions, newest, 'journal.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, string>)
    .filter((event) => event['type'] === type);
}

function expectNoSecret({ stdout, stderr }: Outcome): void {
  expect(stdout).not.toContain(token);
  expect(stderr).not.toContain(token);
}

/** A session whose script waits for a line of input at each `read`. */
function longSession(script: string): { go: () => void; done: Promise<Outcome> } {
  const child = startGuard(place, ['run', '--quiet', '--', 'sh', '-c', script]);
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  return {
    go: () => child.stdin?.write('\n'),
    done: new Promise((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal, ...text })),
    ),
  };
}

const eventually = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

const READERS = [
  'cat config.yml',
  'grep -n . config.yml',
  `python3 -c 'print(open("config.yml").read())'`,
  `node -e 'console.log(require("fs").readFileSync("config.yml", "utf8"))'`,
];

test('every reader gets the placeholder, and all the rest', async () => {
  const readers = READERS.filter((line) => !line.startsWith('node') || nodeIsInside());
  const run = await inside(place, readers.join('; '));
  expectNoSecret(run);
  const shown = [...run.stdout.matchAll(/api_token: "([a-z0-9]{40})"/g)].map(([, value]) => value);
  expect(shown).toHaveLength(readers.length);
  expect(new Set(shown).size).toBe(1);
  expect(run.stdout.match(/port: 3000/g)).toHaveLength(readers.length);
  expect(real()).toBe(config('port: 3000\n'));
});

/** Is the Node of these tests one that every session sees? */
function nodeIsInside(): boolean {
  return /^\/(usr|bin)\//.test(process.execPath);
}

const EDITS: Record<string, [script: string, rest: string]> = {
  'a line added by >>': ['echo "more: 1" >> config.yml', 'port: 3000\nmore: 1\n'],
  'a rewrite by a pipe': [
    'sed s/3000/4000/ config.yml > /tmp/c && cat /tmp/c > config.yml',
    'port: 4000\n',
  ],
  'a rewrite by Python': [
    `python3 -c 'p="config.yml"; s=open(p).read(); open(p,"w").write(s.replace("3000","4000"))'`,
    'port: 4000\n',
  ],
  'a rewrite in place': [
    `perl -e 'open F,"+<","config.yml"; local $/; $_=<F>; s/3000/4000/; seek F,0,0; print F'`,
    'port: 4000\n',
  ],
  'a shorter file': ['head -n 2 config.yml > /tmp/c; cp /tmp/c config.yml', ''],
  'a longer file': [
    `head -c 100000 /dev/zero | tr '\\0' x >> config.yml`,
    `port: 3000\n${'x'.repeat(100_000)}`,
  ],
  'several writes': [
    'for i in 1 2 3 4 5; do echo "n: $i" >> config.yml; done',
    'port: 3000\nn: 1\nn: 2\nn: 3\nn: 4\nn: 5\n',
  ],
};

test.each(Object.entries(EDITS))('%s is in the real file, and its secret too', async (_, edit) => {
  const inode = statSync(join(place.repository, 'config.yml')).ino;
  const run = await inside(place, edit[0]);
  expect(run.stderr).toBe('');
  expect(real()).toBe(config(edit[1]));
  expect(statSync(join(place.repository, 'config.yml')).ino).toBe(inode);
});

test.runIf(existsSync('/usr/bin/vim'))('vim writes it', async () => {
  const run = await inside(
    place,
    `vim -es -u NONE -c '%s/3000/4000/' -c 'wq' config.yml; echo "vim: $?"`,
  );
  expect(run.stdout).toBe('vim: 0\n');
  expect(real()).toBe(config('port: 4000\n'));
});

test.runIf(nodeIsInside())('fs.writeFile writes it', async () => {
  const run = await inside(
    place,
    `node -e 'const fs=require("fs"); const s=fs.readFileSync("config.yml","utf8"); fs.writeFile("config.yml", s+"n: 1\\n", (e)=>console.log(e))'`,
  );
  expect(run.stdout).toBe('null\n');
  expect(real()).toBe(config('port: 3000\nn: 1\n'));
});

test('replacing it by a rename fails, clearly and without harm', async () => {
  const run = await inside(place, 'sed -i s/3000/4000/ config.yml; echo "sed: $?"; ls -A');
  expect(run.stderr).toContain('Device or resource busy');
  expect(run.stdout).toBe('sed: 4\nconfig.yml\n');
  expect(real()).toBe(config('port: 3000\n'));
});

test('while the session runs the real file has the edit, and the session its own text', async () => {
  const session = longSession(
    'echo "a: 1" >> config.yml; read x; echo "b: 2" >> config.yml; read x; cat config.yml',
  );
  await eventually(() => expect(real()).toBe(config('port: 3000\na: 1\n')));
  session.go();
  await eventually(() => expect(real()).toBe(config('port: 3000\na: 1\nb: 2\n')));
  session.go();
  const run = await session.done;
  expectNoSecret(run);
  expect(run.stdout).toMatch(/^name: web\napi_token: "[a-z0-9]{40}"\nport: 3000\na: 1\nb: 2\n$/);
});

test('the secret goes where its placeholder goes, as often, and away where that is dropped', async () => {
  put('config.yml', config('port: 3000\n') + `# ${token}\n`);
  await inside(
    place,
    `python3 - <<'P'
lines = open('config.yml').read().split('\\n')
secret = lines[1].split('"')[1]
open('config.yml', 'w').write('\\n'.join([lines[2], 'again: ' + secret, 'pair: ' + secret + secret, lines[1]]) + '\\n')
P`,
  );
  expect(real()).toBe(
    `port: 3000\nagain: ${token}\npair: ${token}${token}\napi_token: "${token}"\n`,
  );
});

test('bytes that are no text stay as they are', async () => {
  const noise = Buffer.concat([
    Buffer.from(config('')),
    Buffer.from([0, 255, 254, 13, 10, 0, 128]),
  ]);
  put('config.yml', noise);
  await inside(place, "printf '\\377\\000end' >> config.yml");
  const now = readFileSync(join(place.repository, 'config.yml'));
  expect(now.equals(Buffer.concat([noise, Buffer.from([255, 0]), Buffer.from('end')]))).toBe(true);
});

test('that it may be executed is carried over, and what the session takes from itself is not', async () => {
  chmodSync(join(place.repository, 'config.yml'), 0o640);
  await inside(place, 'chmod 0111 config.yml');
  expect(statSync(join(place.repository, 'config.yml')).mode & 0o777).toBe(0o751);
  await inside(
    place,
    'chmod 000 config.yml; echo "n: 1" >> config.yml || { chmod u+w config.yml; echo "n: 1" >> config.yml; }; chmod 0 config.yml',
  );
  expect(statSync(join(place.repository, 'config.yml')).mode & 0o777).toBe(0o640);
  expect(real()).toBe(config('port: 3000\nn: 1\n'));
});

describe('what its user changes meanwhile', () => {
  test('counts, is shown, and what the session wrote is kept', async () => {
    const session = longSession(
      'read x; echo "mine: 1" >> config.yml; read x; until grep -q user config.yml; do :; done; cat config.yml',
    );
    await eventually(() => expect(recorded('session-start')).toHaveLength(1));
    // Both before guard looks: the session's edit is not carried back over the user's.
    session.go();
    writeFileSync(join(place.repository, 'config.yml'), config('user: 1\n'));
    await eventually(() => expect(recorded('kept')).toHaveLength(1));
    expect(real()).toBe(config('user: 1\n'));
    session.go();
    const run = await session.done;
    expectNoSecret(run);
    expect(run.stdout).toContain('user: 1');
    const [event] = recorded('kept');
    const kept = readFileSync(event?.['kept'] ?? '', 'utf8');
    expect(kept).toMatch(/^name: web\napi_token: "[a-z0-9]{40}"\nport: 3000\nmine: 1\n$/);
    expect(kept).not.toContain(token);
    expect(real()).toBe(config('user: 1\n'));
  });

  test('is shown where the session wrote nothing, and can be edited on', async () => {
    const session = longSession(
      'read x; until grep -q user config.yml; do :; done; echo "b: 2" >> config.yml; cat config.yml',
    );
    await eventually(() => expect(recorded('session-start')).toHaveLength(1));
    appendFileSync(join(place.repository, 'config.yml'), 'user: 1\n');
    session.go();
    expectNoSecret(await session.done);
    expect(real()).toBe(config('port: 3000\nuser: 1\nb: 2\n'));
    expect(recorded('kept')).toEqual([]);
  });

  test('by another file in its place is covered and editable too', async () => {
    const session = longSession(
      'read x; until grep -q user config.yml; do :; done; echo "b: 2" >> config.yml; cat config.yml',
    );
    await eventually(() => expect(recorded('session-start')).toHaveLength(1));
    renameSync(put('new', config('user: 1\n')), join(place.repository, 'config.yml'));
    session.go();
    const run = await session.done;
    expectNoSecret(run);
    expect(run.stderr).toBe('');
    expect(real()).toBe(config('user: 1\nb: 2\n'));
  });
});

test('a file that came during the session is covered, and can be edited on', async () => {
  const session = longSession(
    `mkdir d; printf 'api_token: "%s"\\n' ${token} > d/new.yml; until ! grep -q ${token} d/new.yml; do :; done; echo "b: 2" >> d/new.yml; cat d/new.yml`,
  );
  const run = await session.done;
  expect(run.stderr).toBe('');
  expect(run.stdout).toMatch(/^api_token: "[a-z0-9]{40}"\nb: 2\n$/);
  expect(real('d/new.yml')).toBe(`api_token: "${token}"\nb: 2\n`);
  expect(recorded('cover')[0]).toMatchObject({ kind: 'spans', spans: 1 });
});

test('in a folder that the session moves, it is written where it is then', async () => {
  put('a/b/config.yml', config(''));
  const session = longSession(
    'mv a c; echo "m: 1" >> c/b/config.yml; read x; cat c/b/config.yml; echo "n: 2" >> c/b/config.yml',
  );
  await eventually(() => expect(real('c/b/config.yml')).toBe(config('m: 1\n')));
  session.go();
  const run = await session.done;
  expectNoSecret(run);
  expect(run.stderr).toBe('');
  expect(real('c/b/config.yml')).toBe(config('m: 1\nn: 2\n'));
  expect(existsSync(join(place.repository, 'a/b/config.yml'))).toBe(false);
});

describe('what could not be carried back is read-only, and guard says why', () => {
  const explained = async (path: string): Promise<string> => {
    const run = await guard(place, ['run', '--explain', '--', 'true']);
    return run.stdout.split('\n').find((line) => line.includes(path)) ?? '';
  };

  const refused = async (path: string): Promise<void> => {
    const before = real(path);
    const run = await inside(place, `echo x >> ${path}; cat ${path}`);
    expect(run.stderr).toMatch(/Read-only file system|cannot create/);
    expectNoSecret(run);
    expect(real(path)).toBe(before);
  };

  test('a file with another name', async () => {
    linkSync(join(place.repository, 'config.yml'), join(place.repository, 'second.yml'));
    expect(await explained('config.yml')).toContain('read-only, because it has more names');
    await refused('config.yml');
    await refused('second.yml');
  });

  test('a secret that could be met by chance', async () => {
    put('short.yml', 'db_password: "x7Kq"\n');
    expect(await explained('short.yml')).toMatch(/read-only, because a secret in it is too short/);
    await refused('short.yml');
  });

  test('a file that the profile protects', async () => {
    userProfile(place, 'files:\n  protect: ["ops/**"]');
    put('ops/config.yml', config(''));
    expect(await explained('ops/config.yml')).toContain(
      'read-only, because the profile protects it',
    );
    await refused('ops/config.yml');
  });

  test.runIf(process.getuid?.() !== 0)('a file that its user may not write', async () => {
    chmodSync(join(place.repository, 'config.yml'), 0o444);
    expect(await explained('config.yml')).toContain('read-only, because you may not write to it');
    await refused('config.yml');
  });

  test('and others are not', async () => {
    expect(await explained('config.yml')).toMatch(/1 secret in it replaced, \S+$/);
  });
});

test('git sees the edit alone, and what is committed is what a commit outside would be', async () => {
  git('init', '-q');
  git('config', 'user.name', 'a');
  git('config', 'user.email', 'a@b');
  put('sub dir/it\'s "odd" $x.yml', config('one\n'));
  git('add', '-A');
  git('commit', '-qm', 'one');
  const run = await inside(
    place,
    `git status --porcelain; git diff; for f in config.yml sub*/*; do echo "more: 1" >> "$f"; done
git diff -U0 | grep '^[-+]' | grep -v '^---\\|^+++'; git add config.yml; git commit -qam two; git status --porcelain
python3 -c 'p="config.yml"; s=open(p).read(); open(p,"w").write("first: 1\\n"+s)'; git commit -qam three; git status --porcelain`,
  );
  expect(run.stderr).toBe('');
  expect(run.stdout).toBe('+more: 1\n+more: 1\n');
  expect(git('status', '--porcelain')).toBe('');
  expect(git('show', 'HEAD:config.yml')).toBe(`first: 1\n${config('port: 3000\nmore: 1\n')}`);
  expect(git('show', `HEAD:sub dir/it's "odd" $x.yml`)).toBe(config('one\nmore: 1\n'));
  expect(git('fsck', '--strict')).toBe('');
  expect(
    recorded('request').filter((event) => JSON.stringify(event).includes('"action":"ask"')),
  ).toEqual([]);
});
