import { describe, expect, it } from 'vitest';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import type { ExecRequest } from '../../src/policy/types.ts';
import { data, exec, source } from './support.ts';

const packs = await loadRulePacks();
const policy = compilePolicy(data({ packs }));
const action = (command: string | string[], more: Partial<ExecRequest> = {}) =>
  decide(policy, exec(command, more)).action;

it('knows caches of the home folder, and not what only looks like one', () => {
  const home = '/home/me/.cache/work';
  const repository = '/home/me/.cache/project';
  expect(action('rm -rf /home/me/.cache/pip')).toBe('allow');
  expect(action('rm -rf /srv/.cache/pip')).toBe('ask');
  expect(action(`rm -rf ${home}/notes`, { home })).toBe('ask');
  expect(action('rm -rf src', { repository, cwd: repository })).toBe('ask');
});

describe('what a program is', () => {
  it('judges by every name, and the strictest counts', () => {
    expect(action(['notes', '-rf', '/'], { names: ['notes', 'rm'], path: '/tmp/notes' })).toBe(
      'deny',
    );
    expect(action(['notes', '-rf', '/'], { names: ['notes'], path: '/tmp/notes' })).toBe('allow');
    expect(action(['x', '-rf', '/'], { names: ['x'], path: '/bin/rm' })).toBe('deny');
  });

  it('looks through the loader and busybox', () => {
    for (const command of [
      '/lib64/ld-linux-x86-64.so.2 /bin/rm -rf /',
      '/lib64/ld-linux-x86-64.so.2 --library-path /lib --argv0 ls --inhibit-cache /bin/rm -rf /',
      'ld-musl-x86_64.so.1 --preload x.so -- /bin/rm -rf /',
      'ld-linux-aarch64.so.1 ld-linux-x86-64.so.2 busybox busybox rm -rf /',
      'busybox rm -rf /',
      'toybox rm -rf /',
    ])
      expect(action(command), command).toBe('deny');
    expect(action(['rm', '-rf', '/'], { names: ['busybox'], path: '/bin/busybox' })).toBe('deny');
    expect(action('ld-linux-x86-64.so.2 /bin/ls -rf /')).toBe('allow');
    expect(action('ld-linux-x86-64.so.2 --list /bin/rm')).toBe('allow');
    expect(action('busybox ls -rf /')).toBe('allow');
  });

  it('refuses nesting beyond reason', () => {
    const loaders = Array<string>(50).fill('busybox');
    expect(decide(policy, exec([...loaders, 'rm'])).rule).toBe('argv.nested');
  });

  it('spares what git starts for its own work', () => {
    expect(action('git reset --hard -q --no-recurse-submodules')).toBe('ask');
    const caller = { caller: ['git'] };
    expect(action('git reset --hard -q --no-recurse-submodules', caller)).toBe('allow');
    expect(action('git push --force', caller)).toBe('ask');
  });
});

describe('what does nothing', () => {
  it.each([
    'git push -n --force',
    'git clean -fdxn',
    'kubectl delete ns prod --dry-run=client',
    'helm uninstall x --dry-run',
    'rm --help -rf /',
    'terraform destroy -help',
    'docker run --help --privileged',
  ])('%s', (command) => expect(action(command)).toBe('allow'));

  it.each([
    // The value of another option, or of one nobody declared.
    'git push -o --dry-run --force',
    'kubectl delete ns prod --unknown --help',
    'kubectl delete ns prod -Xh',
    'kubectl delete ns prod --dry-run=none',
    'kubectl delete ns prod --help=false',
    'git push --dry-run --no-dry-run --force',
    // With POSIXLY_CORRECT set, which guard cannot see, these are file names.
    'rm -rf /home/me --help',
    'rm -rf src -- --help',
    'sqlite3 x.db "DROP TABLE a" -help',
    'docker run --privileged alpine ls --help',
    'helm uninstall api --version',
  ])('but not: %s', (command) => expect(action(command)).not.toBe('allow'));
});

describe('hostile command lines', () => {
  const deep = 'x/../'.repeat(20_000);
  it.each<[string, string[]]>([
    ['nothing at all', []],
    ['an empty name', ['']],
    ['two megabytes', ['rm', '-rf', 'a'.repeat(2_000_000)]],
    ['a hundred thousand words', ['rm', ...Array<string>(100_000).fill('-r')]],
    [
      'a hundred thousand unknown options',
      ['curl', ...Array.from({ length: 100_000 }, (_, n) => `--o${n}`)],
    ],
    ['NULs and half characters', ['git', '\0', '\ud800', 'push', '--fo\0rce']],
    ['a deep path', ['rm', '-rf', deep]],
    ['an endless quote', ['psql', '-c', `DELETE ${"'".repeat(100_001)}`]],
    ['endless comments', ['psql', '-c', `drop ${'/*'.repeat(100_000)}`]],
    ['an endless bundle', ['git', `-${'z'.repeat(100_000)}`]],
    ['names from Object.prototype', ['git', 'constructor', '__proto__', '--toString=1']],
  ])('%s', (_name, argv) => {
    const names = ['git', 'rm', 'curl', 'psql', 'busybox', '__proto__', 'constructor', ''];
    const verdict = decide(policy, exec(argv, { names: [argv[0] ?? '', ...names] }));
    expect(verdict.rule).not.toBe('internal-error');
  });

  it('keeps its verdict however much is put before the word that counts', () => {
    expect(action(['rm', ...Array<string>(50_000).fill('-v'), '-rf', '/'])).toBe('deny');
    expect(action(['rm', '-rf', `${deep}/..`.repeat(2), '/'])).toBe('deny');
    expect(action(['psql', '-c', `${'select 1;'.repeat(20_000)} drop table a`])).toBe('ask');
    expect(action(['git', 'push', ...Array<string>(50_000).fill('--quiet'), '--force'])).toBe(
      'ask',
    );
  });

  it('denies what it fails to judge', () => {
    const broken = new Proxy(exec('rm x'), {
      get: (target, key) => {
        if (key === 'argv') throw new Error('gone');
        return Reflect.get(target, key) as unknown;
      },
    });
    expect(decide(policy, broken)).toMatchObject({ action: 'deny', rule: 'internal-error' });
  });
});

describe('a verdict', () => {
  it('says which rule, why, what instead, and where that is written', () => {
    const verdict = decide(policy, exec('git push --force'));
    expect(verdict).toMatchObject({
      action: 'ask',
      rule: 'git.push.force',
      safer: 'git push --force-with-lease',
      source: { layer: 'default', file: 'profiles/rules/git.yaml' },
    });
    expect(verdict.source.line).toBeGreaterThan(1);
    expect(structuredClone(verdict)).toEqual(verdict);
  });

  it('can be kill', () => {
    const commands = [
      {
        value: { match: 'railway volume delete', action: 'kill' as const },
        source: source('user', 4),
      },
    ];
    const strict = compilePolicy(structuredClone(data({ packs, commands })));
    expect(decide(strict, exec('railway -s db volume rm -y'))).toMatchObject({
      action: 'kill',
      rule: 'commands: railway volume delete',
      source: { file: 'user.yaml', line: 4 },
    });
  });
});
