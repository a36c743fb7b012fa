import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUARD, guard, inside, makePlace, type Place } from '../harness/guard.ts';
import { expectGone, filesBelow, git, gitStatus, project, run, SECRET } from './refusals.ts';

/** Names as bytes: a latin1 string stands for the bytes of its characters. */
const bytes = (folder: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);

describe('the path of a repository', () => {
  it.each([
    'with spaces  and more ',
    'with\na newline\n',
    'with "quotes" and \'quotes\' and `quotes`',
    '-leading-dash',
    '--bind',
    '$(touch ran) ; touch ran #',
    'gl*b[a-z]{a,b}?!(x)',
    'back\\slash \\n %s %n',
    'tab\tand \x1b[31mescape',
    'ünïcödé 🚂 \u202e',
    'U+FFFD \ufffd',
    '.hidden',
    'x'.repeat(255),
    'a=b:c,d',
  ])('%j works as it is', async (name) => {
    const place = named(name);
    const show = 'cat .env deep/.env; pwd; echo x >made; git status --short';
    const ended = await guard(place, ['run', '-q', 'sh', '-c', show]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expectPlaceholders(ended.stdout, 2, `${place.repository}\n?? made\n`);
    expect(readFileSync(join(place.repository, 'made'), 'utf8')).toBe('x\n');
    expect(existsSync(join(place.repository, 'ran'))).toBe(false);

    const cwd = join(place.repository, 'deep');
    const below = await guard(place, ['run', '-q', 'sh', '-c', 'cat .env ../.env; pwd'], { cwd });
    expectPlaceholders(below.stdout, 2, `${cwd}\n`);

    const words = ['run', '-q', '--repository', place.repository, 'sh', '-c', 'cat .env; pwd'];
    const named_ = await guard(place, words, { cwd: '/' });
    expectPlaceholders(named_.stdout, 1, `${place.repository}\n`);

    const log = await guard(place, ['log']);
    expect(log.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
    expect(log.stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  it.each<[what: string, words: (path: string) => string]>([
    ['as the current folder', (path) => `cd ${path} && exec "$@"`],
    ['below the current folder', (path) => `cd ${path}/deep && exec "$@"`],
    ['with --repository', (path) => `exec "$1" "$2" run --repository ${path} true`],
    ['behind a link', (path) => `ln -s ${path} link; exec "$1" "$2" run --repository link true`],
  ])('that is not UTF-8 is refused and never taken for another, %s', async (_, words) => {
    const place = makePlace();
    // What Node makes of the bytes is the name of a folder that is there as well.
    const other = join(place.repository, 'b\ufffdd');
    for (const folder of [bytes(place.repository, 'b\xffd'), Buffer.from(other)])
      mkdirSync(Buffer.concat([folder, Buffer.from('/deep')]), { recursive: true });
    const path = `${place.repository}/$(printf 'b\\377d')`;
    for (const folder of [path, other])
      execFileSync('sh', ['-c', `exec git init -q "${folder}"`], { env: place.env });
    const before = filesBelow(Buffer.from(other));
    const ended = await run(place, [], {
      start: ['sh', '-c', words(`"${path}"`), 'sh', process.execPath, GUARD, 'run', 'true'],
    });
    expect(ended).toMatchObject({ code: 125, stdout: '' });
    expect(ended.stderr).toMatch(/^guard: cannot .+: .*is not valid UTF-8\. Rename .+\.\n$/);
    expect(filesBelow(Buffer.from(other))).toEqual(before);
    await expectGone(place);
  });

  it('an argument that is not UTF-8 is refused, not changed on its way', async () => {
    const place = project();
    const start = (words: string): string[] =>
      ['sh', '-c', `exec "$@" ${words}`, 'sh'].concat([process.execPath, GUARD]);
    const ended = await run(place, [], { start: start(`run echo "$(printf 'b\\377d')"`) });
    expect(ended).toMatchObject({ code: 125, stdout: '' });
    expect(ended.stderr).toMatch(/^guard: cannot pass on the arguments: .*UTF-8\. /);
    const fine = await run(place, ['run', '-q', 'echo', '\ufffd ü 🚂']);
    expect(fine.stdout).toBe('\ufffd ü 🚂\n');
  });

  function named(name: string): Place {
    const place = makePlace();
    const repository = join(place.home, name);
    mkdirSync(join(repository, 'deep'), { recursive: true });
    git(repository, 'init', '-q');
    for (const folder of ['.', 'deep'])
      writeFileSync(join(repository, folder, '.env'), `TOKEN=${SECRET}\n`);
    writeFileSync(join(repository, '.gitignore'), '.env\n.gitignore\n');
    git(repository, 'add', '-f', '.gitignore');
    git(repository, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'start');
    return { ...place, repository };
  }
});

describe('names in a repository that are not UTF-8', () => {
  it('secrets are covered by them and below them', async () => {
    const place = project();
    const { repository } = place;
    mkdirSync(bytes(repository, '\xff'));
    mkdirSync(bytes(repository, '\xff/\xfe'));
    const dotenv = ['.env.\xff', '\xff/.env', '\xff/\xfe/.env', '\xff.env'];
    const hidden = ['\xff.pem', '\xff/id_rsa', '\xff/\xfe/\x80.key'];
    for (const name of [...dotenv, ...hidden])
      writeFileSync(bytes(repository, name), `TOKEN=${SECRET}\n`);
    writeFileSync(bytes(repository, 'plain\xff'), 'plain\n');
    const before = [filesBelow(Buffer.from(repository)), gitStatus(place)];
    const ended = await inside(place, 'grep -ra . . --exclude-dir=.git; tar cf - . | cat');
    expect(ended.stdout).not.toContain(SECRET);
    expect(ended.stdout.match(/TOKEN=sk_live_\w{16}/g)?.length).toBeGreaterThan(dotenv.length);
    expect(ended.stdout).toContain('plain\n');
    expect(ended.stderr.match(/Permission denied/g)?.length).toBeGreaterThanOrEqual(hidden.length);
    expect([filesBelow(Buffer.from(repository)), gitStatus(place)]).toEqual(before);
  });

  it('one that appears during the session is covered', async () => {
    const place = project();
    const script = `d=$(printf '\\377'); mkdir "$d"; printf 'TOKEN=%s\\n' "$1" >"$d/.env"
      i=0; while grep -q "$1" "$d/.env" && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done; cat "$d/.env"`;
    const secret = ['sk_live', 'zyxwvutsrqponmlk'].join('_');
    const ended = await guard(place, ['run', '-q', 'sh', '-c', script, 'sh', secret]);
    expect(ended.stdout).toMatch(/^TOKEN=sk_live_\w{16}\n$/);
    expect(ended.stdout).not.toContain(secret);
    expect(readFileSync(bytes(place.repository, '\xff/.env'), 'utf8')).toBe(`TOKEN=${secret}\n`);
  });

  it('the explanation and the record show them by escapes', async () => {
    const place = project();
    writeFileSync(bytes(place.repository, '\xff.env'), `TOKEN=${SECRET}\n`);
    const explained = await guard(place, ['run', '--explain', '--', 'true']);
    expect(explained.stdout).toMatch(/\\u\{dcff\}\.env {2}redacted by \*\.env/);
    const json = await guard(place, ['run', '--explain=json', '--', 'true']);
    const { covers } = JSON.parse(json.stdout) as { covers: { path: string }[] };
    expect(covers.map(({ path }) => path)).toContain(`${place.repository}/\udcff.env`);
    await guard(place, ['run', '-q', 'true']);
    expect((await guard(place, ['log', 'verify'])).stdout).toMatch(/: ok: /);
  });
});

describe('a secret name that is no plain file', () => {
  it.each<[what: string, make: (path: string) => void | Promise<void>, shows: RegExp]>([
    ['a link to nothing', (path) => symlinkSync('nothing', path), /No such file/],
    ['a link to itself', (path) => symlinkSync('.env', path), /Too many levels/],
    ['a link out of the repository', (path) => symlinkSync('../../state', path), /No such file/],
    ['a FIFO', (path) => execFileSync('mkfifo', [path]), /Permission denied/],
    ['a socket', socketAt, /Permission denied|No such device/],
    ['an empty folder', (path) => mkdirSync(path), /Is a directory/],
  ])('%s: is there, gives nothing, and stays what it was', async (_, make, shows) => {
    const place = makePlace();
    git(place.repository, 'init', '-q');
    await make(join(place.repository, '.env'));
    const before = [filesBelow(Buffer.from(place.repository)), gitStatus(place)];
    const ended = await inside(place, 'timeout 20 cat .env; ls -A');
    expect(ended).toMatchObject({ code: 0, stdout: '.env\n.git\n' });
    expect(ended.stderr).toMatch(shows);
    expect([filesBelow(Buffer.from(place.repository)), gitStatus(place)]).toEqual(before);
  });

  it('a folder: what is in it is covered', async () => {
    const place = makePlace();
    git(place.repository, 'init', '-q');
    mkdirSync(join(place.repository, '.env/deep'), { recursive: true });
    for (const name of ['.env/any', '.env/deep/name'])
      writeFileSync(join(place.repository, name), `TOKEN=${SECRET}\n`);
    const ended = await inside(place, 'cat .env/any .env/deep/name');
    expectPlaceholders(ended.stdout, 2, '');
  });

  it('a link to a file with another name: that file is covered', async () => {
    const place = makePlace();
    git(place.repository, 'init', '-q');
    writeFileSync(join(place.repository, 'settings'), `TOKEN=${SECRET}\n`);
    symlinkSync('settings', join(place.repository, '.env'));
    expectPlaceholders((await inside(place, 'cat .env settings')).stdout, 2, '');
  });

  async function socketAt(path: string): Promise<void> {
    const code = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    const child = spawn(process.execPath, ['-e', code, path], { stdio: 'ignore' });
    await new Promise((resolve) => child.once('exit', resolve));
    expect(lstatSync(path).isSocket()).toBe(true);
  }
});

/** So many lines with a placeholder in place of the secret, then `rest`. */
function expectPlaceholders(stdout: string, lines: number, rest: string): void {
  expect(stdout).not.toContain(SECRET);
  const [placeholder] = stdout.match(/^(?:TOKEN=sk_live_\w{16}\n)+/) ?? [''];
  expect(placeholder.split('\n')).toHaveLength(lines + 1);
  expect(stdout.slice(placeholder.length)).toBe(rest);
}
