import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProfile } from '../../src/profile/load.ts';
import { parseProfile } from '../../src/profile/parse.ts';
import { formatProblem, ProfileError } from '../../src/profile/problem.ts';
import { places } from './places.ts';

/** The problems of a text, as people see them. */
function problemsOf(text: string): string[] {
  try {
    parseProfile({ text, sha256: '' }, { file: 'p.yaml', isAgent: false });
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    return error.problems.map(
      ({ line, column, key, message, fix }) => `${line}:${column} ${key}: ${message}. ${fix}`,
    );
  }
  return [];
}

const v = 'version: 1\n';

describe('what is not a profile', () => {
  it.each<[name: string, text: string, problem: string | RegExp]>([
    ['empty', '', '1:1 : the profile is empty. Start it with "version: 1"'],
    ['only a comment', '# x\n', '1:1 : the profile is empty. Start it with "version: 1"'],
    ['a list', '- 1\n', /^1:1 : expected keys/],
    ['a word', 'hello', /^1:1 : expected keys/],
    ['broken', `${v}files: [`, /^2:9 : not valid YAML/],
    ['a tab', `${v}files:\n\thide: []`, /^3:1 : a tab is used to indent/],
    ['two documents', `${v}---\n${v}`, /^2:1 : more than one document/],
    ['a duplicate key', `${v}env: {}\nenv: {}`, /^3:1 : this key stands here a second time/],
    ['a duplicate below', `${v}env:\n  pass: [A]\n  pass: [B]`, /^4:3 : this key stands here/],
    ['an alias', `${v}env: { pass: &a [A] }\nhome: { read: *a }`, /an anchor or alias/],
    ['a merge key', `${v}env: { "<<": { pass: [A] } }`, /^2:8 : this key is not allowed/],
    ['a prototype', `${v}env: { set: { __proto__: x } }`, /^2:15 : this key is not allowed/],
    ['a tag', `${v}env: { set: { A: !!binary eA== } }`, /a tag/],
    ['an unknown tag', `${v}env: { set: { A: !x y } }`, /not valid YAML: Unresolved tag/],
    ['a key that is a list', `${v}? [a]\n: 1`, /a key that is not plain text/],
    [
      'nested flow',
      `a: ${'['.repeat(100_000)}`,
      '1:1 : nested too deep. Write a plain, flat profile',
    ],
    ['nested maps', '{a: '.repeat(50_000), '1:1 : nested too deep. Write a plain, flat profile'],
    ['dashes', '- '.repeat(50_000), '1:1 : nested too deep. Write a plain, flat profile'],
    ['question marks', '? '.repeat(50_000), /nested too deep/],
    ['indentation', indented(1000), /nested too deep/],
    ['closing brackets in text', "[ ']', ".repeat(1000), /nested too deep/],
    ['many keys', Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join('\n'), /more entries/],
  ])('%s', (_, text, problem) => {
    const [first] = problemsOf(text);
    if (typeof problem === 'string') expect(first).toBe(problem);
    else expect(first).toMatch(problem);
  });

  it('an alias bomb, without growing', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `l${i + 1}: &l${i + 1} [*l${i}, *l${i}]`);
    expect(problemsOf(`l0: &l0 [x]\n${levels.join('\n')}`)[0]).toMatch(/an anchor or alias/);
  });
});

function indented(depth: number): string {
  return Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}a:`).join('\n');
}

describe('keys', () => {
  it.each<[text: string, problem: string]>([
    ['files: {}', '1:1 version: it is missing. Start the profile with "version: 1"'],
    ['version: 2', '1:10 version: expected 1, got the number 2. Write 1'],
    [`${v}netwrok: {}`, '2:1 netwrok: unknown key. Did you mean "network"?'],
    [`${v}network:\n  alow: [a.b]`, '3:3 network.alow: unknown key. Did you mean "allow"?'],
    [
      `${v}network:\n  host_ports: [1]`,
      '3:3 network.host_ports: unknown key. Did you mean "host-ports"?',
    ],
    [
      `${v}sandbox:\n  xyzzy-plugh: 1`,
      '3:3 sandbox.xyzzy-plugh: unknown key. Known here: user-namespaces',
    ],
    [
      `${v}commands:\n  - match: x\n    action: ask\n    resaon: y`,
      '5:5 commands[0].resaon: unknown key. Did you mean "reason"?',
    ],
    [
      `${v}agent: { program: x }`,
      "2:1 agent: only an agent's profile has it. Put it in ~/.config/guard/agents/NAME.yaml",
    ],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)[0]).toBe(problem);
  });

  it.each<[text: string, key: string]>([
    ['approvals: { webhook: "https://x.y" }', 'approvals.webhook'],
  ])('%s is refused, not left out', (text, key) => {
    expect(problemsOf(v + text)[0]).toContain(`${key}: not supported by this version of guard.`);
  });

  it.each([
    ['credentials: { x: { provider: railway } }', '2:19 credentials.x.from: it is missing'],
    [
      'credentials: { x: { from: { env: A } } }',
      'credentials.x: a block of keys: expected a provider or hosts',
    ],
    [
      'credentials: { x: { from: { env: A, file: /b }, hosts: [a.b] } }',
      'expected exactly one of env, dotenv, file, command, keyring',
    ],
    ['credentials: { x: { from: {}, hosts: [a.b] } }', 'expected exactly one of'],
    [
      'credentials: { x: { from: { dotenv: .env }, hosts: [a.b] } }',
      'dotenv and name belong together',
    ],
    ['credentials: { ../x: { from: { env: A }, hosts: [a.b] } }', 'expected a name of letters'],
    ['credentials: { x: { from: { file: ../../etc/passwd }, hosts: [a.b] } }', '".." is not'],
    ['credentials: { x: { from: { env: A }, hosts: [a.b], ttl: 0s } }', 'expected a time from'],
    [
      'credentials: { x: { from: { keyring: { -v: y } }, hosts: [a.b] } }',
      'expected a word that does not start with "-"',
    ],
    ['credentials: { x: { from: { command: [] }, hosts: [a.b] } }', 'at least 1'],
    ['network: { rules: [{ action: deny }] }', 'a rule needs at least one of'],
    ['network: { rules: [{ host: a.b, action: dney }] }', 'Did you mean "deny"?'],
    ['network: { rules: [{ class: delete, action: deny }] }', 'expected read or change or destroy'],
    ['network: { rules: [{ host: "https://a.b", action: deny }] }', 'expected a host alone'],
    ['network: { rules: [{ arguments: { "a b": x }, action: deny }] }', 'expected names with dots'],
  ])('%s is explained', (text, said) => {
    expect(problemsOf(v + text)[0]).toContain(said);
  });

  it.each([
    ['broker: [gitt]', 'broker: no broker is called "gitt". Did you mean "git"?'],
    ['broker: [something-else]', 'broker: no broker is called "something-else". Known brokers: '],
    ['broker: git', 'broker: expected a list, got "git".'],
    ['broker: [../x]', 'broker[0]: "../x": expected the name of a broker'],
  ])('%s says which broker is meant', async (text, said) => {
    const here = places();
    here.user(v + text);
    const error = await loadProfile(here.options).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ProfileError);
    expect((error as ProfileError).problems.map(formatProblem)[0]).toContain(said);
  });

  it('staged work is refused as not there yet', () => {
    expect(problemsOf(`${v}workspace: staged`)[0]).toBe(
      '2:12 workspace: "staged" is not available yet. Write "workspace: live"',
    );
  });

  it('says everything that is wrong, in the order of the file', () => {
    expect(problemsOf(`${v}hom: {}\nenv: { pass: "CI" }\nfiels: {}`)).toEqual([
      '2:1 hom: unknown key. Did you mean "home"?',
      '3:14 env.pass: expected a list, got "CI". Write the expected kind of value',
      '4:1 fiels: unknown key. Did you mean "files"?',
    ]);
  });
});

describe('values', () => {
  it.each<[text: string, problem: string | RegExp]>([
    ['files: []', /^2:8 files: expected a block of keys, got a list/],
    ['files:', /^2:7 files: expected a block of keys, got nothing. Give it a value/],
    [
      'files: { hide: [1] }',
      '2:17 files.hide[0]: expected text, got the number 1. Put it in quotes',
    ],
    ['env: { set: { A: 1 } }', '2:18 env.set.A: expected text, got the number 1. Put it in quotes'],
    ['env: { set: { A: true } }', /expected text, got the truth value true. Put it in quotes/],
    ['env: { set: { "A-B": x } }', /^2:15 env.set.A-B: expected the name of a variable/],
    ['env: { pass: ["*"] }', /would pass every secret/],
    ['env: { pass: ["A*B"] }', /expected the name of a variable/],
    ['home: { read: ["~"] }', /this would grant everything/],
    ['home: { read: [/] }', /this would grant everything/],
    ['home: { read: [x] }', /expected a path that starts with/],
    ['home: { read: ["~/a/../.ssh"] }', /".." is not allowed/],
    ['home: { read: ["~/*"] }', /no pattern can stand here/],
    ['system: { read: [usr] }', /expected an absolute path/],
    ['system: { read: [/] }', /expected an absolute path below/],
    ['system: { hide: ["/etc/*/x"] }', /no pattern can stand here/],
    ['commands: [{ match: "", action: ask }]', /expected the words of a command/],
    [
      'commands: [{ match: x, action: aks }]',
      '2:32 commands[0].action: expected allow or ask or deny or kill, got "aks". Did you mean "ask"?',
    ],
    ['commands: [{ action: ask }]', /commands\[0\].match: it is missing/],
    ['network: { allow: ["https://a.b/c"] }', /expected a host alone, not a URL/],
    ['network: { allow: ["a.b/c"] }', /expected a host alone, not a URL/],
    ['network: { allow: ["10.0.0.1"] }', /expected a name, not an address/],
    ['network: { allow: ["10.0.0.1:80"] }', /expected a name, not an address/],
    ['network: { allow: ["::1"] }', /expected a name, not an address/],
    ['network: { allow: ["[::1]:80"] }', /expected a name, not an address/],
    ['network: { allow: ["a.*.b"] }', /only be the whole first part/],
    ['network: { allow: ["*a.b"] }', /only be the whole first part/],
    ['network: { allow: ["a..b"] }', /expected a host name/],
    ['network: { allow: ["-a.b"] }', /expected a host name/],
    ['network: { allow: ["a b"] }', /expected a host name/],
    ['network: { allow: ["a.b:0"] }', /expected a port/],
    ['network: { allow: ["a.b:65536"] }', /expected a port/],
    ['network: { allow: ["a.b:"] }', /expected a port/],
    ['network: { allow: ["localhost"] }', /host-ports/],
    ['network: { allow: ["пример.рф"] }', /xn--/],
    ['network: { hosts: { db: "10.0.0" } }', /^2:25 network.hosts.db: .*expected an address/],
    ['network: { hosts: { db: "10.0.0.1:0" } }', /expected an address/],
    ['network: { hosts: { "*.db": "10.0.0.1" } }', /only be the whole first part/],
    [
      'network: { host-ports: [0] }',
      '2:25 network.host-ports[0]: got the number 0. Write at least 1',
    ],
    ['network: { host-ports: [65536] }', /At most 65535/],
    ['network: { host-ports: [1.5] }', /expected a whole number/],
    ['network: { publish: ["3000"] }', /expected a whole number, got "3000"/],
    ['sandbox: { user-namespaces: yes }', /expected true or false, got "yes"/],
    ['approvals: { timeout: 120 }', /expected text, got the number 120. Put it in quotes/],
    ['approvals: { timeout: 0s }', /expected a time from/],
    ['approvals: { timeout: 2h }', /expected a time from/],
    ['approvals: { timeout: 61m }', /expected a time from/],
    ['extends: claude', /expected a list/],
    ['extends: [a/b]', /expected the name of an agent/],
  ])('%s', (text, problem) => {
    const [first = ''] = problemsOf(v + text);
    if (typeof problem === 'string') expect(first).toBe(problem);
    else expect(first).toMatch(problem);
  });

  it.each([
    '/etc/passwd',
    '~/x',
    '../x',
    'a/../b',
    './a',
    'a//b',
    'a/',
    '!a',
    '',
    'a(b)',
    '+(a|b)',
    'a\\*',
    '[a',
    'a]',
    '[z-a]',
    '[!a]',
    '{a',
    'a}',
    '{a}',
    '{1..9}',
    '{{a,b},c}',
    '{a,b}{a,b}{a,b}{a,b}',
    'a**',
    '**/a/**/b/**',
    '*a*a*a*a*',
    'a'.repeat(513),
    '\\n',
  ])('the glob %j', (glob) => {
    expect(problemsOf(`${v}files: { hide: [${JSON.stringify(glob)}] }`)).toHaveLength(1);
  });

  it('shows what a file says with control characters written out', () => {
    const [problem = ''] = problemsOf(`${v}"\\e]0;x\\a": 1`);
    expect(problem).toContain('\\e]0;x\\x07: unknown key');
  });
});

describe('files', () => {
  const where = places();
  const load = (): Promise<unknown> => loadProfile(where.options);

  it('a folder', async () => {
    const here = places();
    mkdirSync(join(here.repository, '.guard.yaml'));
    await expect(loadProfile(here.options)).rejects.toThrow(/\.guard\.yaml: it is a folder/);
  });

  it.skipIf(process.getuid?.() === 0)('one that cannot be read', async () => {
    const here = places();
    chmodSync(here.repo(v), 0);
    await expect(loadProfile(here.options)).rejects.toThrow(/permission denied/);
  });

  it.each<[name: string, content: string | Uint8Array, message: RegExp]>([
    ['larger than 1 MiB', `${v}#${'x'.repeat(1024 * 1024)}`, /larger than 1 MiB/],
    ['not UTF-8', Buffer.from([0x76, 0xff, 0xfe]), /not UTF-8/],
    ['empty', '', /the profile is empty/],
  ])('%s', async (_, content, message) => {
    where.write(join(where.repository, '.guard.yaml'), content);
    await expect(load()).rejects.toThrow(message);
  });

  it('a FIFO, without waiting for a writer', async () => {
    const here = places();
    execFileSync('mkfifo', [join(here.repository, '.guard.yaml')]);
    await expect(loadProfile(here.options)).rejects.toThrow(/not a plain file/);
  });

  it("a link in a repository, which could lead to a file of the user's", async () => {
    const here = places();
    const secret = here.write(join(here.home, 'x'), `${v}hush: hush`);
    symlinkSync(secret, join(here.repository, '.guard.yaml'));
    await expect(loadProfile(here.options)).rejects.toThrow(/symbolic link/);
  });

  it('a link to nothing where the user means to have a profile', async () => {
    const here = places();
    mkdirSync(join(here.configHome, 'guard'), { recursive: true });
    symlinkSync('/nowhere/at/all', join(here.configHome, 'guard/profile.yaml'));
    await expect(loadProfile(here.options)).rejects.toThrow(/a file that does not exist/);
  });

  it.each(['.guard.yml'])('%s, which would otherwise be passed over', async (name) => {
    const here = places();
    here.write(join(here.repository, name), v);
    await expect(loadProfile(here.options)).rejects.toThrow(/guard reads ".yaml"/);
  });

  it('--profile FILE that does not exist', async () => {
    const here = places();
    const explicit = join(here.root, 'none.yaml');
    await expect(loadProfile({ ...here.options, explicit })).rejects.toThrow(/no such file/);
  });
});

describe('extends', () => {
  it('an unknown name, with the nearest', async () => {
    const here = places();
    here.user(`${v}extends:\n  - cluade`);
    await expect(loadProfile(here.options)).rejects.toThrow(
      /profile.yaml:3:5: extends\[0\]: no agent is called "cluade". Did you mean "claude"\?/,
    );
  });

  it('a circle', async () => {
    const here = places();
    const agent = (other: string): string => `${v}agent: { program: x }\nextends: [${other}]`;
    here.agentFile('one', agent('two'));
    here.agentFile('two', agent('one'));
    here.user(`${v}extends: [one]`);
    await expect(loadProfile(here.options)).rejects.toThrow(/extends this file again/);
    here.user(`${v}extends: [./profile.yaml]`);
    await expect(loadProfile(here.options)).rejects.toThrow(/extends this file again/);
  });

  it.each(['./x.yaml', '../x.yaml', '~/x.yaml', '/etc/x.yaml'])(
    'a path (%s) in a repository, trusted or not',
    async (path) => {
      const here = places();
      for (const name of ['repo/x.yaml', 'x.yaml', 'home/x.yaml'])
        here.write(join(here.root, name), v);
      here.repo(`${v}extends: [${JSON.stringify(path)}]`);
      for (const repositoryTrust of ['trusted', 'untrusted'] as const)
        await expect(loadProfile({ ...here.options, repositoryTrust })).rejects.toThrow(
          /a repository's profile may only name agents/,
        );
    },
  );
});
