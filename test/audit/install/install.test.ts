import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { installHook, uninstallHook } from '../../../src/audit/install/install.ts';
import { GuardError } from '../../../src/guard-error.ts';
import { TestRepository } from './repository.ts';

let repository: TestRepository;
let hooks: string;
const before = { ...process.env };

beforeEach(() => {
  repository = new TestRepository();
  hooks = join(repository.path, '.git', 'hooks');
  // install runs git as the user has it
  Object.assign(process.env, { HOME: repository.home, GIT_CONFIG_NOSYSTEM: '1' });
  onTestFinished(() => void Object.assign(process.env, { HOME: before.HOME }));
  onTestFinished(() => void delete process.env.GIT_CONFIG_NOSYSTEM);
});

const install = (cwd = repository.path, hooksPath = false): string[] =>
  installHook({ cwd, hooksPath });
const uninstall = (cwd = repository.path): string[] => uninstallHook({ cwd });
const refusal = (act: () => unknown): GuardError => {
  try {
    act();
  } catch (error) {
    if (error instanceof GuardError) return error;
    throw error;
  }
  throw new Error('was not refused');
};

/** guard's place is taken by a program that records how it was called and says `code`. */
function stub(code = 0): () => string {
  const log = join(repository.root, 'called');
  const program = join(repository.root, "it's a $(touch pwned) program.js");
  writeFileSync(
    program,
    `require('fs').appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(' ') + '\\n'); process.exit(${code});`,
  );
  repository.must('config', 'guard.program', program);
  return () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
}

describe('undoes exactly what it did', () => {
  const SCRIPT = '#!/bin/bash\nset -eu\necho "own hook of $(basename "$0") with $*" >>ran\n';
  const cases: Record<string, () => void> = {
    'no hook': () => undefined,
    'no hooks folder': () => rmSync(hooks, { recursive: true }),
    'a shell script': () => writeFileSync(join(hooks, 'pre-commit'), SCRIPT, { mode: 0o750 }),
    'a script of another language': () =>
      writeFileSync(join(hooks, 'pre-commit'), '#!/usr/bin/env node\nprocess.exit(0)\n', {
        mode: 0o700,
      }),
    'a program': () =>
      writeFileSync(join(hooks, 'pre-push'), readFileSync('/bin/true'), { mode: 0o755 }),
    'a script without an interpreter': () =>
      writeFileSync(join(hooks, 'pre-commit'), 'exit 0\n', { mode: 0o755 }),
    'a hook that is switched off': () =>
      writeFileSync(join(hooks, 'pre-commit'), '#!/bin/sh\nexit 1\n', { mode: 0o644 }),
    'a script that is not UTF-8': () =>
      writeFileSync(join(hooks, 'pre-commit'), Buffer.from('#!/bin/sh\n# \xe9\n', 'latin1'), {
        mode: 0o755,
      }),
    'every hook there is': () => {
      for (const name of ['pre-commit', 'pre-merge-commit', 'pre-push', 'prepare-commit-msg'])
        writeFileSync(join(hooks, name), SCRIPT, { mode: 0o755 });
    },
  };
  it.each(Object.keys(cases))('%s', (name) => {
    cases[name]?.();
    const git = join(repository.path, '.git');
    const was = repository.picture(git);
    install();
    expect(repository.picture(git)).not.toEqual(was);
    const installed = repository.picture(git);
    install();
    expect(repository.picture(git)).toEqual(installed);
    uninstall();
    expect(repository.picture(git)).toEqual(was);
    expect(uninstall().join()).toContain('nothing was changed');
  });

  it('of a hook that is a link', () => {
    repository.write('scripts/check.sh', SCRIPT, 0o755);
    symlinkSync('../../scripts/check.sh', join(hooks, 'pre-commit'));
    install();
    const called = stub();
    expect(repository.commit('a', 'a').code).toBe(0);
    expect(called()).toBe('audit --quiet\n');
    expect(readFileSync(join(repository.path, 'ran'), 'utf8')).toContain('own hook');
    expect(readFileSync(join(repository.path, 'scripts/check.sh'), 'utf8')).toBe(SCRIPT);
    uninstall();
    expect(readlinkSync(join(hooks, 'pre-commit'))).toBe('../../scripts/check.sh');
  });

  it('where pre-commit has put the hook of guard aside', () => {
    install();
    for (const [name, copy] of [
      ['pre-commit', 'pre-commit.legacy'],
      ['pre-push', 'pre-push.old'],
    ] as const)
      writeFileSync(join(hooks, copy), readFileSync(join(hooks, name)), { mode: 0o755 });
    uninstall();
    expect(existsSync(join(hooks, 'pre-commit.legacy'))).toBe(false);
    expect(existsSync(join(hooks, 'pre-push.old'))).toBe(false);
  });

  it('where the lines of another version stand', () => {
    const own = '#!/bin/sh\necho mine\n';
    writeFileSync(join(hooks, 'pre-commit'), own, { mode: 0o755 });
    install();
    const path = join(hooks, 'pre-commit');
    writeFileSync(path, readFileSync(path, 'utf8').replace('|| exit 1', '|| exit 77'));
    writeFileSync(join(hooks, 'guard-audit'), '#!/bin/sh\n# older\n');
    expect(install().join()).toContain('pre-commit: renewed');
    expect(readFileSync(path, 'utf8')).not.toContain('77');
    expect(readFileSync(join(hooks, 'guard-audit'), 'utf8')).toContain('rev-list');
    uninstall();
    expect(readFileSync(path, 'utf8')).toBe(own);
  });

  it('keeps what a person put to a hook that guard made', () => {
    install();
    const path = join(hooks, 'pre-commit');
    writeFileSync(path, `${readFileSync(path, 'utf8')}echo mine\n`);
    uninstall();
    expect(readFileSync(path, 'utf8')).toBe('#!/bin/sh\necho mine\n');
  });

  it('keeps its hands off what stands aside already', () => {
    writeFileSync(join(hooks, 'pre-push'), '#!/usr/bin/python3\n', { mode: 0o755 });
    writeFileSync(join(hooks, 'pre-push.before-guard'), 'precious');
    const was = repository.picture(join(repository.path, '.git'));
    expect(refusal(install).why).toContain('pre-push.before-guard');
    expect(repository.picture(join(repository.path, '.git'))).toEqual(was);
  });
});

describe('calls guard, and then the hook that was there', () => {
  it.each([
    ['a shell script', '#!/bin/sh\necho "OWN ${0##*/} $1" >&2; cat >&2\n'],
    [
      'another script',
      '#!/usr/bin/env node\nconsole.error("OWN", require("fs").readFileSync(0, "utf8"))\n',
    ],
  ])('%s, with the pushed refs on standard input', (_, script) => {
    writeFileSync(join(hooks, 'pre-push'), script, { mode: 0o755 });
    install();
    const called = stub();
    repository.commit('a', 'a');
    const remote = join(repository.root, 'remote.git');
    repository.must('init', '-q', '--bare', remote);
    repository.must('remote', 'add', 'there', remote);
    const tip = repository.must('rev-parse', 'HEAD');
    const pushed = repository.git(['push', 'there', 'main']);
    expect(pushed.code).toBe(0);
    expect(called()).toContain(`audit --quiet --history -- ${tip}\n`);
    expect(pushed.text).toContain('OWN');
    expect(pushed.text).toContain(`refs/heads/main ${tip} refs/heads/main 000000`);
  });

  it('which can still refuse', () => {
    writeFileSync(join(hooks, 'pre-commit'), '#!/usr/bin/env node\nprocess.exit(3)\n', {
      mode: 0o755,
    });
    install();
    const called = stub();
    expect(repository.commit('a', 'a').code).not.toBe(0);
    expect(called()).toBe('audit --quiet\n');
  });

  it('which is not called where guard refuses', () => {
    writeFileSync(join(hooks, 'pre-commit'), '#!/bin/sh\ntouch ran\n', { mode: 0o755 });
    install();
    stub(1);
    const refused = repository.commit('a', 'a');
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain('guard: the commit is refused: the secrets above are in it');
    expect(existsSync(join(repository.path, 'ran'))).toBe(false);
  });

  it.each([2, 125, 137])('refuses where the audit ends with %i', (code) => {
    install();
    stub(code);
    const refused = repository.commit('a', 'a');
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain('could not be looked through');
  });

  it('leaves a hook that is switched off switched off', () => {
    writeFileSync(join(hooks, 'pre-commit'), '#!/bin/sh\nexit 1\n', { mode: 0o644 });
    install();
    const called = stub();
    expect(repository.commit('a', 'a').code).toBe(0);
    expect(called()).toBe('audit --quiet\n');
  });

  it('runs nothing that a path or a name says', () => {
    install();
    const called = stub();
    const branch = 'a;touch${IFS}pwned;$(touch${IFS}pwned)';
    repository.must('checkout', '-q', '-b', branch);
    expect(repository.commit('$(touch pwned);`touch pwned`', 'a').code).toBe(0);
    const remote = join(repository.root, 'remote $(touch pwned).git');
    repository.must('init', '-q', '--bare', remote);
    expect(repository.git(['push', remote, branch]).code).toBe(0);
    expect(called().split('\n')).toHaveLength(3);
    expect(existsSync(join(repository.path, 'pwned'))).toBe(false);
  });
});

describe('finds guard', () => {
  /** What a desktop's environment has: git, and no Node.js. */
  const bare = (): Record<string, string> => {
    const folder = join(repository.root, 'bin');
    mkdirSync(folder, { recursive: true });
    for (const name of ['git', 'sh', 'sed', 'tr', 'cat', 'env']) {
      const target = ['/usr/bin', '/bin'].map((at) => join(at, name)).find((at) => existsSync(at));
      if (target && !existsSync(join(folder, name))) symlinkSync(target, join(folder, name));
    }
    return { PATH: folder };
  };
  const tryCommit = (env: Record<string, string>) => {
    repository.write('a', String(Math.random()));
    repository.must('add', 'a');
    return repository.git(['commit', '-q', '-m', 'a'], { env });
  };

  it('where it was installed from, with nothing on PATH', () => {
    install();
    const called = stub();
    expect(tryCommit(bare())).toEqual({ code: 0, text: '' });
    expect(called()).toBe('audit --quiet\n');
  });

  it('in node_modules, by the recorded Node.js', () => {
    install();
    repository.must('config', '--unset', 'guard.program');
    repository.write('node_modules/guard/bin/guard.js', 'process.exit(1)');
    repository.write('.gitignore', 'node_modules');
    expect(tryCommit(bare()).text).toContain('the secrets above');
  });

  it('on PATH', () => {
    install();
    repository.must('config', 'guard.program', '/nowhere/guard.js');
    const env = bare();
    writeFileSync(join(env.PATH ?? '', 'guard'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(tryCommit(env).text).toContain('the secrets above');
  });

  it('nowhere, and refuses', () => {
    install();
    repository.must('config', 'guard.program', '/nowhere/guard.js');
    const refused = tryCommit(bare());
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(/the commit is refused: .* cannot be found\. Install it/);
  });

  it('not by settings of the command line or the environment', () => {
    install();
    stub(1);
    repository.write('harmless.js', '');
    repository.must('add', '-A');
    const other = join(repository.path, 'harmless.js');
    const env = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'guard.program',
      GIT_CONFIG_VALUE_0: other,
    };
    expect(repository.git(['commit', '-m', 'a'], { env }).code).not.toBe(0);
    const named = ['-c', `guard.program=${other}`, '-c', 'guard.node=/bin/true'];
    expect(repository.git([...named, 'commit', '-m', 'a']).code).not.toBe(0);
  });
});

describe('core.hooksPath', () => {
  it('within the repository', () => {
    repository.must('config', 'core.hooksPath', '.githooks');
    const said = install().join('\n');
    expect(said).toContain(`In ${join(repository.path, '.githooks')}, because of core.hooksPath`);
    expect(said).toContain('part of the repository');
    const called = stub();
    mkdirSync(join(repository.path, 'sub'));
    repository.write('sub/a', 'a');
    repository.must('add', 'sub');
    expect(
      repository.git(['commit', '-q', '-m', 'a'], { at: join(repository.path, 'sub') }).code,
    ).toBe(0);
    expect(called()).toBe('audit --quiet\n');
    uninstall();
    expect(existsSync(join(repository.path, '.githooks'))).toBe(false);
  });

  it.each(['--local', '--global'])('outside of it, set by %s: with consent alone', (scope) => {
    const folder = join(repository.root, 'all hooks');
    mkdirSync(folder);
    repository.must('config', scope, 'core.hooksPath', folder);
    const error = refusal(install);
    expect(error.why).toContain(folder);
    expect(error.why).toContain(
      scope === '--global' ? 'your settings' : "the repository's settings",
    );
    expect(error.fix).toContain('--hooks-path');
    expect(repository.picture(folder)).toEqual({});
    const settings = readFileSync(join(repository.path, '.git', 'config'), 'utf8');
    expect(install(repository.path, true).join()).toContain('Every repository');
    expect(readFileSync(join(repository.path, '.git', 'config'), 'utf8')).toBe(settings);
    expect(repository.must('config', '--global', 'guard.program')).toMatch(/guard\.js$/);
    uninstall();
    expect(repository.picture(folder)).toEqual({});
    expect(repository.git(['config', '--global', 'guard.program']).code).toBe(1);
  });

  it('a linked folder of hooks, which others may have too', () => {
    const folder = join(repository.root, 'all hooks');
    mkdirSync(folder);
    rmSync(hooks, { recursive: true });
    symlinkSync(folder, hooks);
    expect(refusal(install).why).toContain('symbolic link');
    expect(repository.picture(folder)).toEqual({});
  });

  it('set after the installation: uninstall finds what was done', () => {
    install();
    repository.must('config', 'core.hooksPath', '.githooks');
    expect(uninstall().join()).toContain(`Out of ${hooks}`);
    expect(existsSync(join(hooks, 'guard-audit'))).toBe(false);
  });
});

describe('places', () => {
  it('a linked worktree has the hooks of its repository', () => {
    repository.commit('a', 'a');
    const linked = join(repository.root, 'linked');
    repository.must('worktree', 'add', '-q', linked);
    expect(install(linked).join()).toContain(`In ${hooks}`);
    const called = stub();
    writeFileSync(join(linked, 'b'), 'b');
    repository.git(['add', 'b'], { at: linked });
    expect(repository.git(['commit', '-q', '-m', 'b'], { at: linked }).code).toBe(0);
    expect(called()).toBe('audit --quiet\n');
    uninstall(linked);
    expect(existsSync(join(hooks, 'guard-audit'))).toBe(false);
  });

  it('a submodule has its own', () => {
    const other = new TestRepository();
    other.commit('a', 'a');
    repository.must(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      other.path,
      'sub',
    );
    const sub = join(repository.path, 'sub');
    expect(install(sub).join()).toContain(join(repository.path, '.git/modules/sub/hooks'));
    expect(existsSync(join(hooks, 'guard-audit'))).toBe(false);
  });

  it('a bare repository', () => {
    const bare = join(repository.root, 'bare.git');
    repository.must('init', '-q', '--bare', bare);
    expect(install(bare).join()).toContain(join(bare, 'hooks'));
    uninstall(bare);
    expect(existsSync(join(bare, 'hooks', 'guard-audit'))).toBe(false);
  });

  it('no repository', () => {
    expect(refusal(() => install(repository.root)).why).toContain('not in a git repository');
  });

  it.skipIf(process.getuid?.() === 0)('a folder that is read-only', () => {
    chmodSync(hooks, 0o555);
    onTestFinished(() => chmodSync(hooks, 0o755));
    expect(refusal(install).why).toBe('permission is denied');
    expect(existsSync(join(hooks, 'guard-audit'))).toBe(false);
  });

  it('settings that cannot be written: nothing is left behind', () => {
    writeFileSync(join(repository.path, '.git', 'config.lock'), '');
    const was = repository.picture(join(repository.path, '.git'));
    expect(refusal(install).why).toContain('cannot write its settings');
    expect(repository.picture(join(repository.path, '.git'))).toEqual(was);
  });
});

describe('tools that keep hooks', () => {
  it('husky 9: the file that people write', () => {
    // As `npx husky` leaves it.
    repository.must('config', 'core.hooksPath', '.husky/_');
    const loader = [
      '#!/usr/bin/env sh',
      'n=$(basename "$0")',
      's=$(dirname "$(dirname "$0")")/$n',
      '[ ! -f "$s" ] && exit 0',
      'sh -e "$s" "$@"',
      'exit $?',
      '',
    ].join('\n');
    repository.write('.husky/_/h', loader);
    for (const name of ['pre-commit', 'pre-push', 'prepare-commit-msg'])
      repository.write(`.husky/_/${name}`, '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n', 0o755);
    const own = repository.write('.husky/pre-commit', 'echo OWN $0\n', 0o644);
    const was = repository.picture(join(repository.path, '.husky'));
    install();
    expect(lstatSync(own).mode & 0o777).toBe(0o644);
    const called = stub();
    const committed = repository.commit('a', 'a');
    expect(committed.code).toBe(0);
    expect(committed.text).toContain('OWN .husky/pre-commit');
    expect(called()).toBe('audit --quiet\n');
    uninstall();
    expect(repository.picture(join(repository.path, '.husky'))).toEqual(was);
  });

  it('husky 8: behind its loader, so that nothing runs twice', () => {
    repository.must('config', 'core.hooksPath', '.husky');
    repository.write(
      '.husky/_/husky.sh',
      'if [ -z "$husky_skip_init" ]; then\n  husky_skip_init=1\n  export husky_skip_init\n  sh -e "$0" "$@"\n  exit $?\nfi\n',
    );
    repository.write(
      '.husky/pre-commit',
      '#!/usr/bin/env sh\n. "$(dirname -- "$0")/_/husky.sh"\n\necho OWN\n',
      0o755,
    );
    install();
    const called = stub();
    expect(repository.commit('a', 'a').text).toContain('OWN');
    expect(called()).toBe('audit --quiet\n');
  });

  it('pre-commit: its hook stays, and what would undo guard is said', () => {
    const text =
      '#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\nHERE="$(cd "$(dirname "$0")" && pwd)"\necho "OWN $HERE"\n';
    writeFileSync(join(hooks, 'pre-commit'), text, { mode: 0o755 });
    expect(install().join('\n')).toContain('`pre-commit install` writes its hook anew');
    stub();
    expect(repository.commit('a', 'a').text).toContain(`OWN ${hooks}`);
    uninstall();
    expect(readFileSync(join(hooks, 'pre-commit'), 'utf8')).toBe(text);
  });

  it.each([
    ['lefthook.yml', 'pre-commit:\n', 'lefthook'],
    ['.lefthook.toml', '', 'lefthook'],
    ['package.json', '{"simple-git-hooks": {"pre-commit": "x"}}', 'simple-git-hooks'],
    ['.git/hooks/pre-commit', '#!/bin/sh\ncall_lefthook run "pre-commit" "$@"\n', 'lefthook'],
    ['.git/hooks/pre-commit', '#!/bin/sh\n# husky\n\n# Created by Husky v4.3.8\n', 'husky 4'],
    ['.git/hooks/pre-commit', '#!/usr/bin/env ruby\n# Entrypoint for Overcommit\n', 'overcommit'],
  ])(
    '%s of one that writes hooks anew (%#): says what to add, and does nothing',
    (file, text, tool) => {
      repository.write(file, text, 0o755);
      const was = repository.picture(repository.path);
      const error = refusal(install);
      expect(error.what).toContain(`${tool} writes this repository's hooks anew`);
      expect(error.fix).toMatch(/guard audit|\[guard, audit\]/);
      expect(error.exitCode).toBe(2);
      expect(repository.picture(repository.path)).toEqual(was);
    },
  );
});
