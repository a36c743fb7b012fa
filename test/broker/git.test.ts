import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadBrokerDefinitions } from '../../src/broker/load-definitions.ts';
import { readGitCall } from '../../src/broker/git-call.ts';
import { gitConfigFile } from '../../src/broker/git-config-file.ts';
import { chooseRemote } from '../../src/broker/git-remote.ts';
import { parseSettings, readGitState } from '../../src/broker/git-settings.ts';
import { readUrl } from '../../src/broker/git-url.ts';
import { resolveBroker } from '../../src/broker/resolve.ts';
import { brokerPlace } from './places.ts';

const [git] = await loadBrokerDefinitions(['git'], '/nonexistent');
if (!git) throw new Error('no definition of git');

describe('an address', () => {
  it.each([
    ['git@code.example:o/r.git', 'code.example', 'git', null],
    ['code.example:r', 'code.example', null, null],
    ['ssh://code.example/r.git', 'code.example', null, null],
    ['ssh://git@code.example:2222/o/r', 'code.example', 'git', 2222],
    ['git+ssh://git@code.example/o/r', 'code.example', 'git', null],
    ['ssh+git://git@code.example/~/r', 'code.example', 'git', null],
  ])('%s goes through ssh', (url, host, user, port) => {
    expect(readUrl(url)).toEqual({ kind: 'ssh', ssh: { url, host, user, port } });
  });

  it.each([
    ...['https://code.example/r', 'file:///srv/r', '/srv/r', '../r', '.', './a:b', 'origin'],
    ...['ext::sh -c evil', 'foo::git@code.example:r', 'git://code.example/r', ''],
  ])('%s does not', (url) => expect(readUrl(url)).toEqual({ kind: 'other' }));

  it.each([
    ...['ssh://-oProxyCommand=evil/r', '-oProxyCommand=evil:r', 'git@-evil:r', '-l@code.example:r'],
    ...['ssh://code.example', 'ssh://code.example:0/r', 'ssh://code.example:99999/r'],
    ...['git@code.example:-r', 'git@code.example:r\n', 'git@code.example:$(x)', 'git@[::1]:r'],
    ...["git@code.example:r'", 'git@code.example:a b', 'ssh://a:b@code.example/r', 'a@b@c:r'],
    ...['git@code.example:', 'ssh://code.example/%2e', 'git@code.example:\u202er'],
  ])('%j is not clear', (url) => expect(readUrl(url).kind).toBe('unclear'));
});

describe('options before the command', () => {
  it.each<[string[], string | null, string[], string[], boolean]>([
    [['git', 'push'], 'push', [], [], false],
    [['git', '-C', 'a', '-C', 'b', '-P', 'push', 'x'], 'push', ['x'], ['a', 'b'], false],
    [['/usr/lib/git-core/git-push', 'x'], 'push', ['x'], [], false],
    [['git', '-c', 'push', 'fetch'], 'fetch', [], [], true],
    [['git', '--git-dir', 'x', 'push'], 'push', [], [], true],
    [['git', '--git-dir=x', 'push'], 'push', [], [], true],
    [['git', '--exec-path=x', 'push'], 'push', [], [], true],
    [['git', '--new-option', 'push'], 'push', [], [], true],
    [['git', '--exec-path'], null, [], [], true],
    [['git'], null, [], [], false],
    [[], null, [], [], false],
  ])('%j', (argv, command, rest, folders, refused) => {
    const call = readGitCall(argv);
    expect(call).toMatchObject({ command, rest, folders });
    expect(call.refusal !== null).toBe(refused);
  });
});

it('rewrites addresses as git does', async () => {
  const here = await brokerPlace();
  here.git('init', '-q');
  const config = join(here.repository, '.git/config');
  const plain = readFileSync(config, 'utf8');
  // Beginnings of one another, so that several rules fit one address.
  const url = fc.constantFrom('a', 'ab', 'abb', 'abbb', 'b', 'git@h:a', 'git@h:ab', 'ssh://h/a');
  const settings = fc.record({
    url: fc.array(url, { minLength: 1, maxLength: 2 }),
    pushurl: fc.array(url, { maxLength: 2 }),
    rules: fc.array(fc.tuple(fc.constantFrom('insteadOf', 'pushInsteadOf'), url, url), {
      maxLength: 5,
    }),
  });
  await fc.assert(
    fc.asyncProperty(settings, async ({ url: urls, pushurl, rules }) => {
      const lines = ['[remote "origin"]', ...urls.map((each) => `url = ${each}`)];
      lines.push(...pushurl.map((each) => `pushurl = ${each}`));
      for (const [key, base, start] of rules) lines.push(`[url "${base}"]`, `${key} = ${start}`);
      writeFileSync(config, `${plain}${lines.join('\n')}\n`);
      const state = await readGitState('git', here.repository, here.context);
      const said = (...flags: string[]): string[] =>
        here
          .git('remote', 'get-url', '--all', ...flags, 'origin')
          .trim()
          .split('\n');
      expect(chooseRemote(state, 'origin', 'fetch').urls).toEqual(said());
      expect(chooseRemote(state, undefined, 'push').urls).toEqual(said('--push'));
    }),
    {
      numRuns: 40,
      examples: [
        // Equals, where the address that comes second in this rule was named first in another.
        [
          {
            url: ['abbb'],
            pushurl: [],
            rules: [
              ['insteadOf', 'abb', 'a'],
              ['insteadOf', 'a', 'abbb'],
              ['insteadOf', 'abb', 'abbb'],
            ],
          },
        ],
      ],
    },
  );
}, 60_000);

it('chooses the remote as git does', () => {
  const state = (branch: string | null, ...lines: [string, string][]) => ({
    gitDir: '/r/.git',
    commonDir: '/r/.git',
    branch,
    settings: lines.map(([key, value]) => ({ key, value, file: '/r/.git/config' })),
  });
  const remotes: [string, string][] = ['a', 'b', 'c', 'd'].map((name) => [
    `remote.${name}.url`,
    `git@h:${name}`,
  ]);
  const all = state(
    'main',
    ...remotes,
    ['branch.main.remote', 'a'],
    ['branch.main.pushremote', 'b'],
    ['remote.pushdefault', 'c'],
  );
  expect(chooseRemote(all, undefined, 'push').name).toBe('b');
  expect(chooseRemote(all, undefined, 'fetch').name).toBe('a');
  expect(chooseRemote({ ...all, branch: 'x' }, undefined, 'push').name).toBe('c');
  expect(chooseRemote({ ...all, branch: null }, undefined, 'fetch').name).toBe('origin');
  expect(chooseRemote(all, 'd', 'push').name).toBe('d');
  expect(chooseRemote(state('main', ['remote.only.url', 'x']), undefined, 'fetch').name).toBe(
    'only',
  );
});

it('writes settings that git reads back, whatever is in them', async () => {
  const here = await brokerPlace();
  const file = join(here.root, 'config');
  const text = fc.string({
    unit: fc.constantFrom('a', '"', '\\', ' ', '#', ';', ']', '=', '[', '.', '$'),
  });
  fc.assert(
    fc.property(
      text.filter((name) => name !== ''),
      text,
      (name, value) => {
        const state = {
          gitDir: '/',
          commonDir: '/',
          branch: null,
          settings: [{ key: `remote.${name}.fetch`, value, file: null }],
        };
        const remote = { name, configured: true, urls: [], decidedBy: [] };
        writeFileSync(file, gitConfigFile(state, remote, `git@h:${value}`) ?? '');
        const list = execFileSync(
          'git',
          ['config', '--file', file, '--list', '-z', '--show-origin'],
          {
            encoding: 'utf8',
          },
        );
        const read = parseSettings(list, '/').map(({ key, value: each }) => [key, each]);
        expect(read.slice(0, 2)).toEqual([
          [`remote.${name}.url`, `git@h:${value}`],
          [`remote.${name}.fetch`, value],
        ]);
      },
    ),
    { numRuns: 40 },
  );
  const refused = { name: 'a\nb', configured: true, urls: [], decidedBy: [] };
  const none = { gitDir: '/', commonDir: '/', branch: null, settings: [] };
  expect(gitConfigFile(none, refused, 'git@h:r')).toBeNull();
});

describe('a repository', () => {
  const scene = async () => {
    const here = await brokerPlace();
    here.git('init', '-q', '-b', 'main');
    here.git('remote', 'add', 'origin', 'git@code.example:o/r.git');
    const decide = (argv: string[], cwd = here.repository) =>
      resolveBroker(git, { argv: ['git', ...argv], cwd }, here.context);
    return { ...here, decide };
  };

  it('that another one lies in is not asked for its settings', async () => {
    const { repository, decide, git: run } = await scene();
    run('init', '-q', 'nested');
    run('-C', 'nested', 'remote', 'add', 'origin', 'git@evil.example:x.git');
    expect(await decide(['push'], join(repository, 'nested'))).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining('another repository') as string,
    });
    expect(await decide(['-C', 'nested', 'push'])).toMatchObject({ kind: 'refuse' });
  });

  it('elsewhere is not reached through a link', async () => {
    const { root, repository, decide, git: run } = await scene();
    mkdirSync(join(root, 'private'));
    run('-C', join(root, 'private'), 'init', '-q');
    symlinkSync(join(root, 'private'), join(repository, 'link'));
    expect(await decide(['-C', 'link', 'push'])).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining('outside') as string,
    });
  });

  it('asks when the work tree says where a push goes', async () => {
    const { repository, decide, git: run, write } = await scene();
    write(join(repository, 'settings'), '[remote "shared"]\n\turl = git@code.example:x.git\n');
    run('config', 'include.path', '../settings');
    const decision = await decide(['push', 'shared', 'main']);
    expect(decision.kind === 'run' && decision.run.askBecause).toContain(
      'which the session can write',
    );
    const plain = await decide(['push', 'origin', 'main']);
    expect(plain.kind === 'run' && plain.run.askBecause).toBeNull();
  });

  it('pushes to one address at a time', async () => {
    const { decide, git: run } = await scene();
    run('config', '--add', 'remote.origin.pushurl', 'git@code.example:a');
    run('config', '--add', 'remote.origin.pushurl', 'git@other.example:b');
    expect(await decide(['push', 'origin'])).toMatchObject({ kind: 'refuse' });
    expect(await decide(['fetch', 'origin'])).toMatchObject({ kind: 'run' });
  });

  it('has all of its remotes fetched when it has one', async () => {
    const { decide, git: run } = await scene();
    for (const argv of [['--all'], ['--multiple', '--all']]) {
      const decision = await decide(['fetch', ...argv]);
      expect(decision.kind === 'run' && decision.run.argv.slice(1)).toEqual(['fetch', 'origin']);
    }
    run('remote', 'add', 'second', 'git@code.example:o/s.git');
    expect(await decide(['fetch', '--all'])).toMatchObject({ kind: 'refuse' });
    for (const name of ['origin', 'second']) run('remote', 'set-url', name, 'https://h.example/r');
    expect(await decide(['fetch', '--all'])).toEqual({ kind: 'inside' });
  });

  it.each(['ProxyJump bastion.example', 'ProxyCommand nc %h %p', 'HostName 10.0.0.5'])(
    'whose host your ssh settings reach with %s is not pushed to',
    async (line) => {
      const { home, decide, write } = await scene();
      write(join(home, '.ssh/config'), `Host code.example\n  ${line}\n`);
      expect(await decide(['push'])).toMatchObject({ kind: 'refuse' });
    },
  );

  it('without a key and without an agent is not pushed to', async () => {
    const here = await scene();
    const context = { ...here.context, env: { PATH: '/usr/bin:/bin' } };
    const call = { argv: ['git', 'push'], cwd: here.repository };
    expect(await resolveBroker(git, call, context)).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining('no ssh key') as string,
    });
  });

  it('gives the sibling one host, its settings and no shell', async () => {
    const here = await scene();
    here.write(
      join(here.home, '.ssh/config'),
      'Host *\n  ForwardAgent yes\n  ControlMaster auto\n  ControlPath ~/.ssh/c\n  PermitLocalCommand yes\n  LocalCommand touch /tmp/x\n  SendEnv SECRET\n  StrictHostKeyChecking no\n',
    );
    const decision = await here.decide(['push']);
    if (decision.kind !== 'run') throw new Error(JSON.stringify(decision));
    const { run } = decision;
    expect(run.hosts).toEqual([{ host: 'code.example', port: 22 }]);
    const [config, ssh] = run.generated;
    expect(config?.path).toBe(join(here.repository, '.git/config'));
    expect(config?.content).not.toContain('insteadOf');
    expect(ssh?.content).toContain('StrictHostKeyChecking no\n');
    for (const line of ['ForwardAgent no', 'ControlMaster no', 'PermitLocalCommand no'])
      expect(ssh?.content).toContain(line);
    expect(ssh?.content).not.toMatch(/LocalCommand touch|SendEnv|Include|Match/);
    expect(Object.keys(run.env).filter((name) => /^LD_|^GIT_CONFIG_COUNT/.test(name))).toEqual([]);
    // ssh itself accepts every line.
    const file = here.write(join(here.root, 'ssh_config'), ssh?.content ?? '');
    const said = execFileSync('ssh', ['-G', '-F', file, 'anything.example'], { encoding: 'utf8' });
    expect(said).toContain('hostname code.example\n');
    expect(said).toContain('batchmode yes\n');
  });

  it('does not obey what the environment of the user says to git', async () => {
    const here = await scene();
    const mark = join(here.root, 'mark');
    appendFileSync(join(here.repository, '.git/config'), '[core]\n\tfsmonitor = touch mark\n');
    const context = {
      ...here.context,
      env: { ...here.context.env, GIT_SSH_COMMAND: `touch ${mark}`, GIT_DIR: '/nonexistent' },
    };
    const call = { argv: ['git', 'push', 'origin', 'main'], cwd: here.repository };
    const decision = await resolveBroker(git, call, context);
    expect(decision.kind === 'run' && decision.run.env.GIT_SSH_COMMAND).toBe('/usr/bin/ssh');
  });
});
