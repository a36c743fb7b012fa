import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUARD, inside, type Place } from '../harness/guard.ts';
import { expectRefused, git, project, run, SECRET } from './refusals.ts';

describe('the profile of the repository', () => {
  it.each<[name: string, make: (file: string) => void, says: RegExp]>([
    ['malformed', text('version: 1\nfiles: [\n'), /\.guard\.yaml:3:1: not valid YAML: /],
    [
      'with a tab',
      text('version: 1\nfiles:\n\thide: [x]\n'),
      /\.guard\.yaml:3:1: a tab is used to indent/,
    ],
    [
      'with an unknown key',
      text('version: 1\nnetwrok: {}\n'),
      /\.guard\.yaml:2:1: netwrok: unknown key\. Did you mean "network"\?/,
    ],
    [
      'with a key that stands twice',
      text('version: 1\nfiles: {}\nfiles: {}\n'),
      /\.guard\.yaml:3:1: this key stands here a second time/,
    ],
    ['empty', text(''), /\.guard\.yaml:1:1: the profile is empty/],
    ['binary', text(Buffer.from([0, 0xff, 0xfe, 0x80])), /not UTF-8 text/],
    ['of NUL bytes', text('\0'.repeat(100)), /\.guard\.yaml:1:1: /],
    ['of 10 MB', text(Buffer.alloc(10_000_000, '# \n')), /larger than 1 MiB/],
    ['a folder', (file) => mkdirSync(file), /\.guard\.yaml: it is a folder/],
    ['a link', (file) => symlinkSync('/etc/passwd', file), /it is a symbolic link/],
    ['a link to nothing', (file) => symlinkSync('nothing', file), /it is a symbolic link/],
    ['a FIFO', (file) => execFileSync('mkfifo', [file]), /it is not a plain file/],
    [
      'with control characters in a key',
      text('version: 1\n"a\\e[31mb": 1\n'),
      /a\\e\[31mb: unknown key/,
    ],
  ])('%s is refused', async (_, make, says) => {
    const place = project();
    make(join(place.repository, '.guard.yaml'));
    await expectRefused(place, ['run', 'true'], says);
  });

  it.each([['--explain'], ['--explain=json']])('refuses %s as well', async (option) => {
    const place = project();
    text('version: 1\nnetwrok: {}\n')(join(place.repository, '.guard.yaml'));
    await expectRefused(place, ['run', option, '--', 'true'], /unknown key/);
  });

  it('--profile names a file that is missing, or none', async () => {
    const place = project();
    await expectRefused(
      place,
      ['run', '--profile', '/nowhere/x.yaml', 'true'],
      /^guard: \/nowhere\/x\.yaml: there is no such file\. Check the path given to --profile/,
    );
    await expectRefused(place, ['run', '--profile', '', 'true'], /--profile/);
  });

  function text(content: string | Buffer): (file: string) => void {
    return (file) => writeFileSync(file, content);
  }
});

describe('the repository', () => {
  it.each<[what: string, path: (place: Place) => string, says: RegExp]>([
    ['missing', ({ home }) => join(home, 'none'), /no repository at .*: there is no such folder/],
    ['a file', ({ repository }) => join(repository, 'README'), /: it is not a folder/],
    ['below a file', ({ repository }) => join(repository, 'README/x'), /: a part of the path is/],
    ['empty', () => '', /no repository: the path given to --repository is empty/],
    ['the home folder', ({ home }) => home, /cannot run in .*: it holds more than a project/],
    ['above the home folder', ({ home }) => dirname(home), /: it holds more than a project/],
    ['the root', () => '/', /cannot run in \/: it holds more than a project/],
    ['/etc', () => '/etc', /cannot run in \/etc: it holds more than a project/],
    ['like an option', () => '--quiet', /no repository at --quiet: there is no such folder/],
    ['too long a name', () => `/${'x'.repeat(300)}`, /no repository at .*: the path is too long/],
  ])('is %s', async (_, path, says) => {
    const place = project();
    await expectRefused(place, ['run', `--repository=${path(place)}`, 'true'], says);
  });

  it('is the current folder, and that is the home folder or gone', async () => {
    const place = project();
    await expectRefused(place, ['run', 'true'], /it holds more than a project/, {
      cwd: place.home,
    });
    const gone = join(place.home, 'gone');
    mkdirSync(gone);
    await expectRefused(place, ['run', 'true'], /cannot tell the current folder/, {
      start: [
        'sh',
        '-c',
        `cd ${gone} && rmdir ${gone} && exec "$@"`,
        'sh',
        process.execPath,
        GUARD,
      ],
    });
  });

  it('is a link to a project, which is used by its real name', async () => {
    const place = project();
    const link = join(place.home, 'link');
    symlinkSync(place.repository, link);
    const outcome = await run(place, [
      'run',
      '-q',
      '--repository',
      link,
      'sh',
      '-c',
      'pwd; cat .env',
    ]);
    expect(outcome.stdout).toMatch(new RegExp(`^${place.repository}\nTOKEN=sk_live_\\w{16}\n$`));
    expect(outcome.stdout).not.toContain(SECRET);
  });

  it.each<[what: string, make: (dotGit: string, place: Place) => void, says: RegExp]>([
    ['a file that names /etc', gitFile('/etc'), /it points to \/etc, which does not point back/],
    ['a file that names nothing', gitFile('/nowhere'), /it names no git folder that exists/],
    ['a file that says nothing', (path) => writeFileSync(path, ''), /it names no git folder/],
    ['a file of 3 MB', (path) => writeFileSync(path, Buffer.alloc(3e6)), /it names no git folder/],
    ['a link', (path) => symlinkSync('/etc', path), /it is a symbolic link/],
    ['a FIFO', (path) => execFileSync('mkfifo', [path]), /it is neither a folder nor a file/],
    [
      'a file that names another repository',
      (path, { home }) => {
        git(home, 'init', '-q', 'other');
        gitFile(join(home, 'other', '.git'))(path);
      },
      /it points to .*\/other\/\.git, which does not point back/,
    ],
    [
      'a file that names the worktree of another',
      (path, { home }) => {
        const other = join(home, 'other');
        git(home, 'init', '-q', 'other');
        git(
          other,
          '-c',
          'user.name=a',
          '-c',
          'user.email=a@b',
          'commit',
          '-q',
          '--allow-empty',
          '-m',
          'x',
        );
        git(other, 'worktree', 'add', '-q', '../tree');
        gitFile(join(other, '.git', 'worktrees', 'tree'))(path);
      },
      /it points to .*\/worktrees\/tree, which does not point back/,
    ],
  ])('has for .git %s', async (_, make, says) => {
    const place = project();
    const dotGit = join(place.repository, '.git');
    rmSync(dotGit, { recursive: true });
    make(dotGit, place);
    await expectRefused(place, ['run', 'true'], says);
  });

  it.each<[what: string, make: (folder: string) => void]>([
    ['HEAD leads to a device', (folder) => link(folder, 'HEAD', '/dev/zero')],
    [
      'HEAD is a FIFO behind a link',
      (folder) => {
        execFileSync('mkfifo', [join(folder, 'fifo')]);
        link(folder, 'HEAD', 'fifo');
      },
    ],
    [
      'the branch is a FIFO',
      (folder) => {
        writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/main\n');
        execFileSync('mkfifo', [join(folder, 'refs/heads/main')]);
      },
    ],
    [
      'packed-refs is a FIFO',
      (folder) => {
        writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/main\n');
        execFileSync('mkfifo', [join(folder, 'packed-refs')]);
      },
    ],
    ['the index is a FIFO', (folder) => execFileSync('mkfifo', [join(folder, 'index')])],
    [
      'the configuration is garbage',
      (folder) => writeFileSync(join(folder, 'config'), '[[[\n\xff'),
    ],
  ])('is a git folder in which %s: the session starts, and keeps its secrets', async (_, make) => {
    const place = project();
    make(join(place.repository, '.git'));
    const outcome = await inside(place, 'cat .env; cat README');
    expect(outcome.stdout).toMatch(/^TOKEN=sk_live_\w{16}\nread me\n$/);
    expect(outcome.stdout).not.toContain(SECRET);
  });

  function gitFile(target: string): (path: string) => void {
    return (path) => writeFileSync(path, `gitdir: ${target}\n`);
  }

  function link(folder: string, name: string, target: string): void {
    rmSync(join(folder, name), { force: true });
    symlinkSync(target, join(folder, name));
  }
});
