import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ignoredPaths } from '../../src/view/ignored.ts';

function repository(files: Record<string, string> = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'guard-ignored-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  git(root, 'init', '-q');
  fill(root, files);
  return root;
}

function fill(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Words that are ignored, relative to the repository. */
const ignored = (
  root: string,
  words: string[],
  { cwd = root, before = null as number | null } = {},
) =>
  ignoredPaths(words, cwd, { repository: root, before }).map((path) => path.slice(root.length + 1));

describe('what git ignores and has nothing of', () => {
  it('is found by the files from the root down, and by info/exclude', () => {
    const root = repository({
      '.gitignore': 'node_modules/\n/dist\n*.log\n',
      'packages/web/.gitignore': 'build\r\n',
      '.git/info/exclude': '# mine\nscratch/\n',
      'node_modules/x/index.js': '',
      'packages/web/node_modules/y': '',
      'packages/web/build/out.js': '',
      'dist/out.js': '',
      'sub/dist/out.js': '',
      'scratch/notes': '',
      'a.log': '',
    });
    const words = [
      ...['node_modules', './node_modules/', 'packages/web/node_modules', 'packages/web/build'],
      ...[
        'dist',
        'sub/dist',
        'scratch',
        'a.log',
        'node_modules/x/index.js',
        'src',
        '.git',
        '.',
        '..',
      ],
    ];
    expect(ignored(root, words)).toEqual([
      ...['node_modules', 'packages/web/node_modules', 'packages/web/build', 'dist', 'scratch'],
      ...['a.log', 'node_modules/x/index.js'],
    ]);
    expect(
      ignored(root, ['../../dist', 'of=build/x', '-rf'], { cwd: `${root}/packages/web` }),
    ).toEqual(['dist', 'packages/web/build/x']);
    // What is not there holds nothing.
    expect(ignored(root, ['packages/api/node_modules'])).toEqual(['packages/api/node_modules']);
  });

  it.each([
    ['version 2', ['update-index', '--index-version', '2']],
    ['version 4', ['update-index', '--index-version', '4']],
    ['split', ['update-index', '--split-index']],
  ])('is not what the index has, or has below: %s', (_, args) => {
    const root = repository({ '.gitignore': 'dist\nout\nlib', 'dist/a/kept': '1', 'lib-x': '1' });
    git(root, 'add', '-f', 'dist/a/kept', 'lib-x');
    git(root, ...args);
    fill(root, { 'out/x': '' });
    expect(ignored(root, ['dist', 'dist/a', 'dist/a/kept', 'dist/b', 'out', 'lib'])).toEqual([
      ...['dist/b', 'out', 'lib'],
    ]);
  });

  it('is nothing where the index cannot be read', () => {
    const root = repository({ '.gitignore': 'dist' });
    expect(ignored(root, ['dist'])).toEqual(['dist']);
    writeFileSync(join(root, '.git/index'), 'DIRC\0\0\0\x09garbage and more garbage than that');
    expect(ignored(root, ['dist'])).toEqual([]);
  });

  it('is not in a submodule, nor what holds a repository', () => {
    const root = repository({ '.gitignore': 'dist\nvendor', 'vendor/lib/x': '' });
    mkdirSync(join(root, 'module/dist'), { recursive: true });
    const id = '0123456789012345678901234567890123456789';
    git(root, 'update-index', '--add', '--cacheinfo', `160000,${id},module`);
    expect(ignored(root, ['module/dist', 'vendor'])).toEqual(['vendor']);
    git(join(root, 'vendor/lib'), 'init', '-q');
    expect(ignored(root, ['vendor', 'vendor/lib', 'vendor/lib/x'])).toEqual([]);
  });

  it('is not where a link may lead elsewhere', () => {
    const root = repository({ '.gitignore': 'dist\nlink\nout', 'src/a': '1', 'out/x': '' });
    symlinkSync('src', join(root, 'dist'));
    symlinkSync('out', join(root, 'other'));
    linkSync(join(root, 'src/a'), join(root, 'out/a'));
    const words = ['dist', 'dist/', 'dist/a', 'other/x', 'other/../out', 'out/a', 'out/x'];
    expect(ignored(root, words)).toEqual(['out/x']);
    rmSync(join(root, '.gitignore'));
    symlinkSync('src/a', join(root, '.gitignore'));
    expect(ignored(root, ['out'])).toEqual([]);
  });

  it('is not what a younger file says, which may be the agent’s own', () => {
    const root = repository({ '.gitignore': 'dist' });
    fill(root, { 'src/.gitignore': '*' });
    const [old, young] = [Date.now() + 60_000, Date.now() - 60_000];
    expect(ignored(root, ['dist', 'src/a'], { before: old })).toEqual(['dist', 'src/a']);
    expect(ignored(root, ['dist', 'src/a'], { before: young })).toEqual([]);
  });

  it('is not what is taken in again, on any level', () => {
    const root = repository({ '.gitignore': 'lib\n', 'a/.gitignore': '!lib\n', 'a/lib/x': '' });
    expect(ignored(root, ['lib', 'a/lib', 'a/lib/x'])).toEqual(['lib']);
  });

  it('is nothing of other repositories, nor of too many words', () => {
    const root = repository({ '.gitignore': 'dist' });
    expect(ignored(root, ['/tmp/dist', `${root}x/dist`, `${root}/../dist`])).toEqual([]);
    expect(
      ignored(
        root,
        Array.from({ length: 300 }, () => 'dist'),
      ),
    ).toEqual([]);
    expect(ignoredPaths(['dist'], root, { repository: dirname(root), before: null })).toEqual([]);
  });
});

describe('compared with git itself', () => {
  const random = mulberry32(20260101);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const NAMES = ['a', 'b', 'abc', 'dist', 'x.log', 'y.tmp', '.env', 'A'];
  const PATTERNS = [
    ...['a', 'b', '/a', 'a/', '/dist/', 'dist', '*.log', '*.tmp', '/*.log', 'a/b', 'a/*', 'a/**'],
    ...['**/b', '**/dist/', 'a/**/b', '*', '/*', '[ab]', '[A-Z]', 'a?c', '?', 'x.*', '.*', 'a*'],
    ...['b/x.log', 'dist/*', 'a b', 'dist ', '#a', '', ' a', '\\a', 'a/**/', '**', '/**', '/', 'A'],
    ...[
      '**a',
      'a**',
      'dist/**/x.log',
      '*/b',
      '*/*/b',
      'a/b/',
      '[!a]',
      '[]a]',
      'a\\ ',
      '/a/*/b',
      'ab*c',
    ],
  ];
  const plainly = (text: string) => !/!|\\|\[[!\]]|^ |\[.*-|\*\*a|a\*\*/m.test(text);

  it('never says that something is ignored which git does not ignore, and rarely misses', () => {
    let [found, both] = [0, 0];
    for (let round = 0; round < 120; round++) {
      const negated = round % 3 === 0;
      const file = () =>
        Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
          negated && random() < 0.3 ? `!${pick(PATTERNS)}` : pick(PATTERNS),
        ).join(random() < 0.2 ? '\r\n' : '\n') + (random() < 0.5 ? '\n' : '');
      const paths = Array.from({ length: 25 }, () =>
        Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(NAMES)).join('/'),
      );
      const root = repository();
      for (const path of paths)
        try {
          fill(root, { [path]: '1' });
        } catch {
          // A file stands where this wants a folder.
        }
      const [top, below, exclude] = [file(), file(), random() < 0.3 ? file() : ''];
      writeFileSync(join(root, '.gitignore'), top);
      writeFileSync(join(root, '.git/info/exclude'), exclude);
      for (const folder of ['a', 'dist', 'a/b'])
        if (random() < 0.5)
          try {
            writeFileSync(join(root, folder, '.gitignore'), below);
          } catch {
            // No such folder.
          }
      for (const path of paths)
        if (random() < 0.1)
          try {
            git(root, 'add', '-f', path);
          } catch {
            // Not there.
          }
      const all = new Set(
        paths.flatMap((path) =>
          path.split('/').map((_, n, parts) => parts.slice(0, n + 1).join('/')),
        ),
      );
      const existing = [...all].filter((path) => existsSync(join(root, path)));
      const expected = new Set(
        checkIgnore(root, existing).filter((path) => !isTracked(root, path)),
      );
      const ours = new Set(ignored(root, existing));
      const context = JSON.stringify({ top, below, exclude });
      for (const path of ours) expect(expected.has(path), `${path} with ${context}`).toBe(true);
      if (plainly([top, below, exclude].join('\n')))
        for (const path of expected) {
          both += 1;
          if (ours.has(path)) found += 1;
        }
    }
    expect(both).toBeGreaterThan(300);
    expect(found / both).toBeGreaterThan(0.95);
  }, 120_000);
});

function checkIgnore(root: string, paths: readonly string[]): string[] {
  try {
    return execFileSync('git', ['check-ignore', '--no-index', '-z', '--stdin'], {
      cwd: root,
      encoding: 'utf8',
      input: paths.join('\0'),
      env: { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' },
    })
      .split('\0')
      .filter(Boolean);
  } catch {
    // Nothing is ignored.
    return [];
  }
}

function isTracked(root: string, path: string): boolean {
  return git(root, '--literal-pathspecs', 'ls-files', '--', path) !== '';
}

/** A small generator of random numbers: the same in every run. */
function mulberry32(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
