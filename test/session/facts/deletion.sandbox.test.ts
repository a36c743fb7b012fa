import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Pace } from '../../../src/session/facts/pace.ts';
import { measureTree } from '../../../src/session/facts/tree-size.ts';
import { commit, fill, git, lines, makeFolder, measure } from './measuring.ts';

function repository(files: Record<string, string>): string {
  const folder = makeFolder();
  git(folder, 'init', '-q');
  commit(folder, 'first', files);
  return folder;
}

it('counts files, folders and bytes, and what git has of them', async () => {
  const cwd = repository({ 'src/a.ts': 'a'.repeat(1000), 'src/deep/b.ts': 'bb', 'other.ts': '' });
  fill(cwd, { 'src/new.ts': 'x'.repeat(500), 'src/deep/newer.ts': 'y' });
  utimesSync(join(cwd, 'src/new.ts'), 1000, 1000);
  const said = await lines({ argv: ['rm', '-rf', 'src'], cwd });
  expect(said[0]).toMatch(/^removes: 4 files in 2 folders, 1\.5 kB, last changed just now$/);
  expect(said[1]).toBe(
    'git: 2 files not tracked, which git cannot bring back (src/new.ts, src/deep/newer.ts)',
  );
  expect(said).toHaveLength(2);
});

it('says when git has everything, and what was changed', async () => {
  const cwd = repository({ 'src/a.ts': 'a', 'src/b.ts': 'b' });
  expect(await lines({ argv: ['rm', '-r', 'src/'], cwd })).toContain('git: all files are tracked');
  writeFileSync(join(cwd, 'src/b.ts'), 'longer');
  const said = await lines({ argv: ['rm', '-r', `${cwd}/src`], cwd });
  expect(said[1]).toBe(
    'git: 1 tracked file changed since git last looked, by size and time (src/b.ts)',
  );
});

it.each(['2', '3', '4'])('reads a version %s index, split or not', async (version) => {
  const cwd = repository({ 'a/one': '1', 'a/two': '2', 'b/three': '3' });
  git(cwd, 'update-index', `--index-version=${version}`);
  const expected = [
    'removes: 2 files in 1 folder, 2 bytes, last changed just now',
    'git: all files are tracked',
  ];
  expect(await lines({ argv: ['rm', '-r', 'a'], cwd })).toEqual(expected);
  git(cwd, 'update-index', '--split-index');
  fill(cwd, { 'a/more': '4' });
  git(cwd, 'add', 'a/more');
  expect(await lines({ argv: ['rm', '-r', 'a'], cwd })).toContain('git: all files are tracked');
});

it('counts a file that is only meant to be added as one that git does not have', async () => {
  const cwd = repository({ a: '1' });
  fill(cwd, { 'src/planned': 'text' });
  git(cwd, 'add', '--intent-to-add', 'src/planned');
  expect((await lines({ argv: ['rm', '-r', 'src'], cwd }))[1]).toMatch(/^git: 1 file not tracked/);
});

it('counts a target inside another, and one named twice, once', async () => {
  const cwd = makeFolder({ 'src/a': '1', 'src/in/b': '2' });
  const argv = ['rm', '-rf', 'src/in', './src', 'src/', `${cwd}/src/in/b`];
  expect((await lines({ argv, cwd }))[0]).toMatch(/^removes: 2 files in 2 folders, 2 bytes/);
});

it('follows no link, on the way through a tree or named itself', async () => {
  const elsewhere = makeFolder({ big: 'x'.repeat(10_000), 'more/a': '1' });
  const cwd = makeFolder({ 'src/a': '1' });
  symlinkSync(elsewhere, join(cwd, 'src', 'link'));
  symlinkSync(elsewhere, join(cwd, 'direct'));
  expect((await lines({ argv: ['rm', '-rf', 'src'], cwd }))[0]).toMatch(
    /^removes: 2 files in 1 folder, 1 byte/,
  );
  expect((await lines({ argv: ['rm', '-rf', 'direct'], cwd }))[0]).toMatch(
    /^removes: a link, not what it leads to/,
  );
  // On the way to a target links are followed, as rm does.
  expect((await lines({ argv: ['rm', '-rf', 'direct/more'], cwd }))[0]).toMatch(
    /^removes: 1 file in 1 folder/,
  );
});

it('goes where links and dots lead, not where the text seems to', async () => {
  const elsewhere = makeFolder({ 'in/x': '1', 'near/a': '1', 'near/b': '2' });
  const cwd = makeFolder({ 'near/only': '1' });
  symlinkSync(join(elsewhere, 'in'), join(cwd, 'link'));
  expect((await lines({ argv: ['rm', '-rf', 'link/../near'], cwd }))[0]).toMatch(
    /^removes: 2 files/,
  );
});

it('says what is not there, and which folders rm leaves without -r', async () => {
  const cwd = makeFolder({ a: '1', 'folder/b': '2' });
  const said = await lines({ argv: ['rm', 'a', 'folder', 'gone'], cwd });
  expect(said[0]).toMatch(/^removes: 1 file, 1 byte/);
  expect(said.at(-1)).toBe(
    'besides: 1 name of 3 lead nowhere (gone); 1 folder stays: only files go (folder)',
  );
  expect(await lines({ argv: ['rm', '-rf', 'gone'], cwd })).toEqual(['besides: nothing is there']);
});

it('names the repository, its home, and repositories inside', async () => {
  const home = makeFolder();
  const cwd = join(home, 'project');
  mkdirSync(join(cwd, 'lib'), { recursive: true });
  git(cwd, 'init', '-q');
  git(join(cwd, 'lib'), 'init', '-q');
  const whole = await lines({ argv: ['rm', '-rf', '../project'], cwd, home });
  expect(whole.find((line) => line.startsWith('holds'))).toMatch(
    /^holds: \.\.\/project is the repository itself; 2 git repositories with what was never pushed \(.*\.\.\/project\/lib\/\.git/,
  );
  const above = await lines({ argv: ['rm', '-rf', home], cwd, home });
  expect(above.find((line) => line.startsWith('holds'))).toContain('is the home folder');
});

it('escapes and cuts hostile names', async () => {
  const cwd = repository({ keep: '' });
  fill(cwd, { 'src/\x1b]0;x\x07\u202e\nremoves: nothing': '1', [`src/${'n'.repeat(200)}`]: '2' });
  const facts = await measure({ argv: ['rm', '-rf', 'src'], cwd });
  for (const { text } of facts) {
    expect(text).not.toMatch(/[\x00-\x1f\u202e]/);
    expect(text.length).toBeLessThan(500);
  }
});

it('copes with names that are no text', async () => {
  const cwd = repository({ keep: '' });
  mkdirSync(join(cwd, 'src'));
  const name = Buffer.concat([Buffer.from(`${cwd}/src/`), Buffer.from([0xff, 0xfe])]);
  writeFileSync(name, 'x');
  git(cwd, 'add', '-A');
  expect((await lines({ argv: ['rm', '-rf', 'src'], cwd }))[1]).toBe('git: all files are tracked');
});

it('says where the count ended', async () => {
  const cwd = makeFolder();
  execFileSync('sh', ['-c', 'mkdir many; cd many; seq 3000 | xargs touch'], { cwd });
  const said = await lines({ argv: ['rm', '-rf', 'many'], cwd, time: 5 });
  expect(said[0]).toMatch(/more than [\d,]+ files? .*counting took too long|it took too long/);
});

it('lets other work go on meanwhile, and stops when nobody asks any more', async () => {
  const cwd = makeFolder();
  execFileSync('sh', ['-c', 'mkdir many; cd many; seq 3000 | xargs touch'], { cwd });
  let turns = 0;
  const count = setInterval(() => (turns += 1), 0);
  await measure({ argv: ['rm', '-rf', 'many'], cwd });
  clearInterval(count);
  expect(turns).toBeGreaterThan(3);
  const abort = new AbortController();
  const asked = measure({ argv: ['rm', '-rf', 'many'], cwd, signal: abort.signal });
  abort.abort();
  expect(await asked).toEqual([]);
});

it.each(['tree/a/b', 'tree/a'])(
  'is not led out of a tree by a link put in place of %s',
  async (place) => {
    const outside = makeFolder({ bait: 'x'.repeat(1_000_000), 'b/bait': 'x'.repeat(1_000_000) });
    const cwd = makeFolder({ 'tree/a/b/c': '12', 'tree/a/d': '3' });
    const parent = openSync(cwd, 'r');
    const swap = (path: string): boolean => {
      if (path !== 'a/b') return true;
      renameSync(join(cwd, place), join(cwd, 'aside'));
      symlinkSync(outside, join(cwd, place));
      return true;
    };
    const pace = new Pace(new AbortController().signal);
    const size = await measureTree(parent, 'tree', pace, { enter: swap });
    closeSync(parent);
    expect(size.bytes).toBeLessThan(10);
  },
);

it('measures what find, shred, mv and rsync would work on', async () => {
  const cwd = makeFolder({ 'src/a': '12', 'src/b': '3', notes: '4567' });
  const first = async (...argv: string[]) => (await lines({ argv, cwd }))[0];
  expect(await first('find', 'src', '-delete')).toMatch(/^removes: 2 files in 1 folder, 3 bytes/);
  expect(await first('find', 'src', '-name', 'a', '-delete')).toMatch(
    /^searches: 2 files in 1 folder, 3 bytes, .*only what matches goes$/,
  );
  expect(await first('find', 'src', '!', '-name', 'a', '-delete')).toMatch(/^searches: 2 files/);
  expect(await first('shred', '-u', 'notes')).toMatch(/^destroys: 1 file, 4 bytes/);
  expect(await first('truncate', '-s', '0', 'notes')).toMatch(/^destroys: 1 file, 4 bytes/);
  expect(await first('dd', 'if=/dev/zero', 'of=notes')).toMatch(/^destroys: 1 file, 4 bytes/);
  expect(await first('mv', 'src', 'notes', '/tmp')).toMatch(/^moves: 3 files in 1 folder, 7 bytes/);
  expect(await first('mv', '-t', '/tmp', 'src')).toMatch(/^moves: 2 files in 1 folder/);
  expect(await first('rsync', '-a', '--delete', 'notes', 'src/')).toMatch(
    /^searches: 2 files in 1 folder.*what the sending side does not have goes$/,
  );
  expect(await lines({ argv: ['rsync', '-a', '--delete', 'src/', 'host:src'], cwd })).toEqual([]);
});

it('says nothing of commands it cannot measure', async () => {
  const cwd = makeFolder();
  expect(await lines({ argv: ['terraform', 'destroy'], cwd })).toEqual([]);
  expect(await lines({ argv: ['unheard-of'], cwd })).toEqual([]);
});

it('says when the caller is gone', async () => {
  const cwd = makeFolder();
  // Beyond any process id (proc_sys_kernel(5), pid_max).
  expect(await lines({ argv: ['rm', '-rf', 'x'], cwd, pid: 2 ** 22 + 1 })).toEqual([
    'measured: could not be measured: the caller is gone',
  ]);
});
