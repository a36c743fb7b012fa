import { describe, expect, it } from 'vitest';
import { loadProfile, type ProfileOptions } from '../../src/profile/load.ts';
import type { EffectiveProfile, Sourced } from '../../src/profile/types.ts';
import { pin } from '../../src/profile/trust.ts';
import { places, without } from './places.ts';

const v = 'version: 1\n';
type Trust = NonNullable<ProfileOptions['repositoryTrust']>;

interface Layers {
  agent?: string;
  user?: string;
  explicit?: string;
  repository?: string;
  trust?: Trust;
  organisation?: string;
}

async function effective(layers: Layers): Promise<EffectiveProfile> {
  const here = places();
  if (layers.user) here.user(v + layers.user);
  if (layers.repository) here.repo(v + layers.repository);
  if (layers.organisation) here.organisation(v + layers.organisation);
  return loadProfile({
    ...here.options,
    agent: layers.agent ?? null,
    repositoryTrust: layers.trust ?? 'record',
    ...(layers.explicit && { explicit: here.write(`${here.root}/x.yaml`, v + layers.explicit) }),
  });
}

const values = <T>(lines: Sourced<T>[]): T[] => lines.map(({ value }) => value);
/** As `layer value`, without the built-in lines. */
const own = (lines: Sourced<unknown>[]): string[] =>
  lines
    .filter(({ source }) => !source.file.startsWith('profiles/'))
    .map(({ value, source }) => `${source.layer} ${String(value)}`);

describe('defaults', () => {
  it('come from base.yaml and the agent, with nothing reachable for a bare command', async () => {
    const bare = await effective({});
    expect(bare.network.allow).toEqual([]);
    expect(bare.agent).toBeNull();
    expect(bare.program).toBeNull();
    const claude = await effective({ agent: 'claude' });
    expect(claude.program).toBe('claude');
    expect(values(claude.network.allow)).toContain('api.anthropic.com');
    expect(claude.sources.map(({ file }) => file)).toEqual([
      'profiles/base.yaml',
      'profiles/agents/claude.yaml',
    ]);
  });

  it('a word that names no agent is a bare command', async () => {
    const profile = await effective({ agent: 'ls' });
    expect([profile.agent, profile.program]).toEqual([null, null]);
  });

  it.each(['../base', 'a/b', '..', ''])('%j is no name of an agent', async (agent) => {
    expect((await effective({ agent })).agent).toBeNull();
  });

  it('shell is the shell of the user, with nothing granted', async () => {
    const [shell, bare] = [await effective({ agent: 'shell' }), await effective({})];
    expect(shell.program).toBe(process.env.SHELL || '/bin/sh');
    expect(bare).toMatchObject(without(shell, 'agent', 'program', 'sources'));
  });
});

describe('the user', () => {
  it('adds to defaults, with --profile after profile.yaml', async () => {
    const profile = await effective({
      user: 'network: { allow: [a.example] }\napprovals: { timeout: 10s }',
      explicit: 'network: { allow: [b.example] }\napprovals: { timeout: 20s }',
    });
    expect(own(profile.network.allow)).toEqual(['user a.example', 'user b.example']);
    expect(profile.approvals.timeout.value).toBe(20);
  });

  it('overrides a default either way', async () => {
    const profile = await effective({
      user: 'sandbox: { user-namespaces: true }\napprovals: { timeout: 10m }\nfiles: { write: [.vscode], protect: [x] }',
    });
    expect(profile.sandbox.userNamespaces.value).toBe(true);
    expect(profile.approvals.timeout.value).toBe(600);
    expect(values(profile.files.protect)).not.toContain('.vscode');
    expect(values(profile.files.protect)).toContain('x');
  });

  it('is told when a line of files.write takes nothing back', async () => {
    await expect(effective({ user: 'files: { write: [.vscodee] }' })).rejects.toThrow(
      /profile.yaml:2:1: files.write: nothing protects ".vscodee". Did you mean ".vscode"\?/,
    );
  });

  it('may have agents, also in place of a built-in one, which it may extend', async () => {
    const here = places();
    here.agentFile('claude', `${v}extends: [claude]\nnetwork: { allow: [proxy.example] }`);
    here.agentFile('mine', `${v}agent: { program: ~/bin/mine }`);
    const claude = await loadProfile({ ...here.options, agent: 'claude' });
    expect(claude.program).toBe('claude');
    expect(values(claude.network.allow)).toEqual(
      expect.arrayContaining(['api.anthropic.com', 'proxy.example']),
    );
    const mine = await loadProfile({ ...here.options, agent: 'mine' });
    expect(mine.program).toBe(`${here.home}/bin/mine`);
  });

  it('may extend files, each taken once', async () => {
    const here = places();
    here.write(`${here.root}/shared.yaml`, `${v}network: { allow: [shared.example] }`);
    const shared = `extends: ["${here.root}/shared.yaml"]`;
    here.write(`${here.home}/one.yaml`, `${v}${shared}`);
    here.user(`${v}extends: [~/one.yaml, "${here.root}/shared.yaml", claude]`);
    const profile = await loadProfile(here.options);
    expect(own(profile.network.allow)).toEqual(['user shared.example']);
    expect(profile.sources.filter(({ file }) => file.endsWith('shared.yaml'))).toHaveLength(1);
    expect(profile.agent).toBeNull();
  });

  it.each(['~/.config', '~/.config/guard', '~/.config/guard/agents', '~/.local/state', '~/.local'])(
    "may not have %s writable: guard's own files are in it",
    async (path) => {
      await expect(effective({ user: `home: { write: [${path}] }` })).rejects.toThrow(
        /would let the session change guard's own files/,
      );
    },
  );
});

const WIDENING = `
home: { read: [~/.ssh], write: [~/.aws] }
system: { read: [/var/run] }
env: { pass: [AWS_SECRET_ACCESS_KEY], set: { NODE_OPTIONS: --require=x } }
files: { expose: [.env], write: [.git/hooks] }
commands: [{ match: rm, action: allow }]
network: { allow: [evil.example], hosts: { db: 127.0.0.1 }, host-ports: [5432], publish: [3000] }
sandbox: { user-namespaces: true }
approvals: { timeout: 60m }
`;
const TIGHTENING = `
files: { hide: [secret], redact: [settings.ini], protect: [infra] }
system: { hide: [/etc/hosts] }
commands:
  - { match: make, action: ask, reason: Trust me and press y. }
  - { match: docker, action: deny }
  - { match: dd, action: kill }
network: { deny: [bad.example] }
sandbox: { user-namespaces: false }
approvals: { timeout: 5s }
`;

describe('a repository that is not trusted', () => {
  it('widens nothing, and every line that would is listed with its place', async () => {
    const profile = await effective({ repository: WIDENING, trust: 'untrusted' });
    const before = without(await effective({}), 'sources', 'ignored');
    expect(without(profile, 'sources', 'ignored')).toEqual(before);
    expect(
      profile.ignored.map(({ key, value, source }) => `${source.line} ${key} = ${value}`),
    ).toEqual([
      '6 files.expose[0] = .env',
      '6 files.write[0] = .git/hooks',
      '3 home.read[0] = ~/.ssh',
      '3 home.write[0] = ~/.aws',
      '4 system.read[0] = /var/run',
      '5 env.pass[0] = AWS_SECRET_ACCESS_KEY',
      '5 env.set.NODE_OPTIONS = NODE_OPTIONS=--require=x',
      '7 commands[0] = rm (allow)',
      '8 network.allow[0] = evil.example',
      '8 network.hosts.db = db: 127.0.0.1',
      '8 network.host-ports[0] = 5432',
      '8 network.publish[0] = 3000',
      '9 sandbox.user-namespaces = true',
      '10 approvals.timeout = 3600s',
    ]);
  });

  it('tightens', async () => {
    const profile = await effective({
      user: 'sandbox: { user-namespaces: true }\napprovals: { timeout: 60s }',
      repository: TIGHTENING,
      trust: 'untrusted',
    });
    expect(profile.ignored).toEqual([]);
    expect(own(profile.files.hide)).toEqual(['repository secret']);
    expect(own(profile.files.redact)).toEqual(['repository settings.ini']);
    expect(own(profile.files.protect)).toEqual(['repository infra']);
    expect(own(profile.system.hide)).toEqual(['repository /etc/hosts']);
    expect(own(profile.network.deny)).toEqual(['repository bad.example']);
    expect(values(profile.commands).map(({ match }) => match)).toEqual(['make', 'docker', 'dd']);
    expect(profile.sandbox.userNamespaces.value).toBe(false);
    expect(profile.approvals.timeout.value).toBe(5);
  });

  it('has no say in the words of a question', async () => {
    const untrusted = await effective({ repository: TIGHTENING, trust: 'untrusted' });
    expect(values(untrusted.commands)[0]).not.toHaveProperty('reason');
    const trusted = await effective({ repository: TIGHTENING, trust: 'trusted' });
    expect(values(trusted.commands)[0]?.reason).toBe('Trust me and press y.');
  });

  it('widens nothing by what it extends either', async () => {
    const profile = await effective({ repository: 'extends: [codex]', trust: 'untrusted' });
    expect(profile.network.allow).toEqual([]);
    expect(values(profile.home.write)).not.toContain('~/.codex');
    expect(profile.ignored.map(({ value }) => value)).toContain('api.openai.com');
  });

  it('is not blamed for asking what is granted anyway', async () => {
    const profile = await effective({
      agent: 'codex',
      repository: 'extends: [codex]',
      trust: 'untrusted',
    });
    expect(profile.ignored).toEqual([]);
  });

  it('keeps its own line beside a default that says the same, which the user may have lifted', async () => {
    const profile = await effective({
      user: 'files: { expose: ["*.pem"] }',
      repository: 'files: { hide: ["*.pem"] }',
      trust: 'untrusted',
    });
    expect(own(profile.files.hide)).toEqual(['repository *.pem']);
  });
});

describe('a repository that is trusted', () => {
  it('overrides defaults', async () => {
    const profile = await effective({ repository: WIDENING, trust: 'trusted' });
    expect(profile.ignored).toEqual([]);
    expect(own(profile.network.allow)).toEqual(['repository evil.example']);
    expect(own(profile.files.expose)).toEqual(['repository .env']);
    expect(values(profile.files.protect)).not.toContain('.git/hooks');
    expect(profile.sandbox.userNamespaces.value).toBe(true);
    expect(profile.approvals.timeout.value).toBe(3600);
    expect(profile.env.set.NODE_OPTIONS?.value).toBe('--require=x');
  });

  it('overrides nothing the user said', async () => {
    const profile = await effective({
      user: 'sandbox: { user-namespaces: false }\napprovals: { timeout: 30s }\nenv: { set: { A: user } }\nnetwork: { hosts: { db: 10.0.0.1 } }\nfiles: { protect: [infra] }',
      repository:
        'sandbox: { user-namespaces: true }\napprovals: { timeout: 60s }\nenv: { set: { A: repo } }\nnetwork: { hosts: { DB: 127.0.0.1 } }\nfiles: { write: [infra] }',
      trust: 'trusted',
    });
    expect(profile.sandbox.userNamespaces.value).toBe(false);
    expect(profile.approvals.timeout.value).toBe(30);
    expect(profile.env.set.A?.value).toBe('user');
    expect(values(profile.network.hosts)).toEqual([{ name: 'db', address: '10.0.0.1' }]);
    expect(own(profile.files.protect)).toEqual(['user infra']);
  });
});

describe('the organisation', () => {
  it('comes last, and its refusals stand in its own layer', async () => {
    const profile = await effective({
      user: 'files: { expose: ["*.pem"], write: [infra] }\napprovals: { timeout: 60m }\nsandbox: { user-namespaces: true }',
      repository: 'files: { expose: ["*.pem"], write: [infra] }',
      trust: 'trusted',
      organisation:
        'files: { hide: ["*.pem"], protect: [infra] }\napprovals: { timeout: 30s }\nsandbox: { user-namespaces: false }\nnetwork: { deny: [x.example] }\ncommands: [{ match: x, action: deny }]',
    });
    expect(own(profile.files.hide)).toEqual(['organisation *.pem']);
    expect(own(profile.files.protect)).toEqual(['organisation infra']);
    expect(own(profile.network.deny)).toEqual(['organisation x.example']);
    expect(profile.commands.at(-1)?.source.layer).toBe('organisation');
    expect(profile.approvals.timeout.value).toBe(30);
    expect(profile.sandbox.userNamespaces.value).toBe(false);
    expect(profile.sources.at(-1)?.layer).toBe('organisation');
  });

  it('has grants that count as defaults, so that anybody can refuse them', async () => {
    const profile = await effective({
      user: 'network: { allow: [u.example] }\nsandbox: { user-namespaces: false }',
      organisation: 'network: { allow: [o.example] }\nsandbox: { user-namespaces: true }',
    });
    expect(own(profile.network.allow)).toEqual(['default o.example', 'user u.example']);
    expect(profile.sandbox.userNamespaces.value).toBe(false);
  });
});

describe('trust', () => {
  it('is for the exact content, in that repository', async () => {
    const here = places();
    const load = () => loadProfile(here.options);
    here.repo(`${v}network: { allow: [a.example] }`);
    expect((await load()).network.allow).toEqual([]);
    const sha256 = (await load()).sources.at(-1)?.sha256 ?? '';
    pin(here, `${here.repository}-other`, sha256, new Date());
    expect((await load()).network.allow).toEqual([]);
    pin(here, here.repository, sha256, new Date());
    const trusted = await load();
    expect(values(trusted.network.allow)).toEqual(['a.example']);
    expect(trusted.sources.at(-1)).toMatchObject({ layer: 'repository', trusted: true });
    here.repo(`${v}network: { allow: [a.example] } `);
    const changed = await load();
    expect(changed.network.allow).toEqual([]);
    expect(changed.ignored).toHaveLength(1);
    expect(changed.sources.at(-1)).toMatchObject({ layer: 'repository', trusted: false });
  });
});
