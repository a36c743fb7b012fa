import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  symlinkSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { GUARD, guard, inside, makePlace, type Place } from '../../harness/guard.ts';
import { userProfile } from '../../harness/profile.ts';
import { plantedLine } from './planted.ts';
import { TestRepository } from './repository.ts';

// The whole of it: guard as it is installed, git as it is, and a secret that was made up a moment ago.

let repository: TestRepository;

beforeEach(() => {
  repository = new TestRepository();
  execFileSync(process.execPath, [GUARD, 'audit', 'install'], {
    cwd: repository.path,
    env: repository.env,
  });
  expect(repository.commit('a', 'first\n').code).toBe(0);
});

const head = (): string => repository.must('rev-parse', 'HEAD');
const REFUSED = /guard: the commit is refused: the secrets above are in it/;

function plant(path = 'planted'): void {
  repository.write(path, plantedLine());
}

/** A branch that starts at the first commit and has the planted line: committed past the hook. */
function branchWithSecret(name: string): void {
  repository.must('checkout', '-q', '-b', name);
  plant();
  repository.must('add', '-A');
  repository.must('commit', '-q', '-n', '-m', 'with it');
  repository.must('checkout', '-q', 'main');
  repository.commit('other', 'other\n');
}

/** Runs it, sees that it is refused by guard and that HEAD has stayed. */
function refused(args: string[], options: Parameters<TestRepository['git']>[1] = {}): string {
  const before = repository.git(['rev-parse', 'HEAD'], options).text;
  const { code, text } = repository.git(args, options);
  expect(text).toMatch(REFUSED);
  expect(text).toContain('planted:1');
  expect(code).not.toBe(0);
  expect(repository.git(['rev-parse', 'HEAD'], options).text).toBe(before);
  return text;
}

describe('a planted secret is refused by', () => {
  it('git commit', () => {
    plant();
    repository.must('add', '-A');
    refused(['commit', '-m', 'x']);
  });

  it('git commit -a, git commit FILE, git commit --amend', () => {
    repository.commit('planted', 'harmless\n');
    plant();
    refused(['commit', '-am', 'x']);
    refused(['commit', '-m', 'x', 'planted']);
    refused(['commit', '-m', 'x', '--only', 'planted']);
    refused(['commit', '--amend', '--no-edit', 'planted']);
    repository.must('add', 'planted');
    refused(['commit', '--amend', '--no-edit']);
  });

  it('git commit of a part, whatever the working tree has', () => {
    plant();
    repository.must('add', 'planted');
    repository.write('planted', 'clean again\n');
    refused(['commit', '-m', 'x']);
    repository.must('add', 'planted');
    plant();
    expect(repository.git(['commit', '-q', '-m', 'x'])).toEqual({ code: 0, text: '' });
  });

  it('git commit in the environment that a desktop gives', () => {
    plant();
    repository.must('add', '-A');
    const folder = join(repository.root, 'bin');
    mkdirSync(folder);
    for (const name of ['git', 'sh', 'sed', 'tr', 'cat'])
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(folder, name));
    const env = { PATH: folder, HOME: repository.home };
    const before = head();
    const text = execFileSync(
      '/bin/sh',
      ['-c', 'exec 2>&1; git -c user.name=n -c user.email=n@example.com commit -m x || :'],
      { cwd: repository.path, env, encoding: 'utf8' },
    );
    expect(text).toMatch(REFUSED);
    expect(head()).toBe(before);
  });

  it('git commit in a linked worktree', () => {
    const at = join(repository.root, 'linked');
    repository.must('worktree', 'add', '-q', '-b', 'linked', at);
    writeFileSync(join(at, 'planted'), plantedLine());
    repository.git(['add', '-A'], { at });
    refused(['commit', '-m', 'x'], { at });
    refused(['commit', '-am', 'x'], { at });
  });

  it('git merge, and git commit of a merge', () => {
    branchWithSecret('topic');
    refused(['merge', '--no-edit', 'topic']);
    refused(['commit', '--no-edit']);
    refused(['merge', '--continue']);
  });

  it('git rebase of a commit that has it, which can be mended there', () => {
    branchWithSecret('topic');
    repository.must('checkout', '-q', 'topic');
    const { text, code } = repository.git(['rebase', 'main']);
    expect(text).toMatch(REFUSED);
    expect(code).not.toBe(0);
    repository.write('planted', 'clean\n');
    repository.must('add', 'planted');
    // What was mended is committed, and git tries the commit again that it put back on its list.
    expect(repository.git(['rebase', '--continue']).text).toContain('CONFLICT');
    expect(repository.git(['rebase', '--skip']).code).toBe(0);
    expect(repository.must('log', '-p', 'main..topic')).toContain('+clean');
    expect(repository.must('log', '-p', 'main..topic')).not.toContain('api_token');
  });

  it('git rebase --continue with what was put there meanwhile', () => {
    repository.must('checkout', '-q', '-b', 'topic');
    repository.commit('planted', 'mine\n');
    repository.must('checkout', '-q', 'main');
    repository.commit('planted', 'yours\n');
    repository.must('checkout', '-q', 'topic');
    expect(repository.git(['rebase', 'main']).text).toContain('CONFLICT');
    plant();
    repository.must('add', 'planted');
    refused(['rebase', '--continue']);
  });

  it('git rebase --interactive where it stops', () => {
    repository.commit('planted', 'clean\n');
    const env = { GIT_SEQUENCE_EDITOR: "sed -i 's/^pick/edit/'" };
    expect(repository.git(['rebase', '-i', 'HEAD~1'], { env }).code).toBe(0);
    plant();
    refused(['commit', '-a', '--amend', '--no-edit']);
    repository.must('add', '-A');
    refused(['rebase', '--continue']);
  });

  it('git rebase --apply', () => {
    branchWithSecret('topic');
    repository.must('checkout', '-q', 'topic');
    expect(repository.git(['rebase', '--apply', 'main']).text).toMatch(REFUSED);
  });

  it('git cherry-pick, git revert and git am', () => {
    branchWithSecret('topic');
    refused(['cherry-pick', 'topic']);
    repository.git(['cherry-pick', '--abort']);
    repository.must('reset', '-q', '--hard');
    const patch = repository.must('format-patch', '-1', '-o', repository.root, 'topic');
    refused(['am', patch]);
    repository.git(['am', '--abort']);
    repository.must('checkout', '-q', 'topic');
    repository.must('rm', '-q', 'planted');
    repository.must('commit', '-q', '-m', 'without it');
    refused(['revert', '--no-edit', 'HEAD']);
  });

  it('git push, however it came to be committed', () => {
    const remote = join(repository.root, 'remote.git');
    repository.must('init', '-q', '--bare', remote);
    repository.must('remote', 'add', 'origin', remote);
    expect(repository.git(['push', '-q', 'origin', 'main'])).toEqual({ code: 0, text: '' });
    plant();
    repository.must('add', '-A');
    const tree = repository.must('write-tree');
    const commit = repository.must('commit-tree', tree, '-p', 'HEAD', '-m', 'x');
    const { code, text } = repository.git(['push', 'origin', `${commit}:refs/heads/x`]);
    expect(code).not.toBe(0);
    expect(text).toContain('guard: the push is refused: the secrets above are in it');
    expect(text).toContain('planted:1');
    repository.must('reset', '-q', '--hard');
    repository.commit('b', 'harmless\n');
    expect(repository.git(['push', '-q', 'origin', 'main'])).toEqual({ code: 0, text: '' });
    expect(repository.git(['push', '-q', 'origin', ':main']).code).toBe(0);
  });
});

it('lets a person pass over it', () => {
  plant();
  repository.must('add', '-A');
  expect(repository.git(['commit', '-q', '--no-verify', '-m', 'x'])).toEqual({ code: 0, text: '' });
});

it('lets everyday work pass without a word', () => {
  branchWithSecret('topic');
  repository.must('checkout', '-q', '-b', 'harmless', 'main~1');
  repository.commit('c', 'c\n');
  repository.commit('d', 'd\n');
  expect(repository.git(['rebase', '-q', 'main']).code).toBe(0);
  expect(repository.git(['revert', '--no-edit', 'HEAD']).text).not.toContain('guard');
  appendFileSync(join(repository.path, 'a'), 'more\n');
  expect(repository.git(['stash', '-q'])).toEqual({ code: 0, text: '' });
  expect(repository.git(['stash', 'pop', '-q'])).toEqual({ code: 0, text: '' });
  expect(repository.git(['commit', '-qam', 'more'])).toEqual({ code: 0, text: '' });
});

it('is taken away by guard audit uninstall', () => {
  execFileSync(process.execPath, [GUARD, 'audit', 'uninstall'], {
    cwd: repository.path,
    env: repository.env,
  });
  plant();
  repository.must('add', '-A');
  expect(repository.git(['commit', '-q', '-m', 'x'])).toEqual({ code: 0, text: '' });
});

describe('in a session', () => {
  let place: Place;
  beforeEach(async () => {
    place = makePlace();
    const sh = (script: string): string =>
      execFileSync('sh', ['-ec', script], {
        cwd: place.repository,
        env: place.env,
        encoding: 'utf8',
      });
    writeFileSync(
      join(place.home, '.gitconfig'),
      '[user]\nname = n\nemail = n@example.com\n[init]\ndefaultBranch = main\n',
    );
    sh('git init -q && git config user.name n && git config user.email n@example.com');
    expect((await guard(place, ['audit', 'install'])).stdout).toContain('.git/hooks: pre-commit');
    sh('echo a >a && git add a && git commit -qm a');
  });

  it('the hook runs: what is harmless is committed, what is secret is not', async () => {
    const { stdout, stderr } = await inside(
      place,
      `echo b >b && git add b && git commit -qm b && git log --format=%s
      echo '${plantedLine().trim()}' >planted.ini && git add planted.ini && git commit -qm c
      git log --format=%s -1`,
    );
    expect(stdout).toBe('b\na\nb\n');
    expect(stderr).toMatch(REFUSED);
    expect(stderr).toContain('planted.ini:1');
  });

  it.each([
    'git commit --no-verify -m x',
    'git commit -nm x',
    'sh -c "git commit -anm x"',
    'git -c core.hooksPath=/dev/null commit -m x',
    'git push --no-verify origin main',
    'git commit-tree "$(git write-tree)" -m x',
  ])('%s is held', async (command) => {
    const { stderr } = await inside(
      place,
      `echo '${plantedLine().trim()}' >planted.ini && git add planted.ini && ${command}; git log --format=%s >log`,
    );
    expect(stderr).toMatch(/\[rule git\.(no-verify|commit-tree)\]/);
    expect(readFileSync(join(place.repository, 'log'), 'utf8')).toBe('a\n');
  });

  it('a rebase goes on after a conflict, although git itself passes over a hook there', async () => {
    userProfile(place, '');
    const { stdout, stderr } = await inside(
      place,
      `git checkout -qb t && echo t >a && git commit -qam t && git checkout -q main && echo m >a && git commit -qam m
      git checkout -q t && git rebase -q main; echo mine >a; git add a; GIT_EDITOR=true git rebase --continue
      git log --format=%s`,
    );
    expect(stderr).not.toContain('[rule');
    expect(stdout.trim().split('\n').slice(-3)).toEqual(['t', 'm', 'a']);
    expect(existsSync(join(place.repository, '.git/rebase-merge'))).toBe(false);
  });

  it('the hook cannot be changed or sent elsewhere', async () => {
    const { stdout } = await inside(
      place,
      `for f in pre-commit guard-audit; do echo exit 0 2>&1 >.git/hooks/$f || echo held; rm .git/hooks/$f || echo held; done
      git config guard.program /bin/true || echo held`,
    );
    expect(stdout.match(/held/g)).toHaveLength(5);
  });
});
