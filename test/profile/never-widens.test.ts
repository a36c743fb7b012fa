import fc from 'fast-check';
import { stringify } from 'yaml';
import { expect, it } from 'vitest';
import { compileNames } from '../../src/view/name-patterns.ts';
import { loadProfile } from '../../src/profile/load.ts';
import { ACTIONS } from '../../src/policy/types.ts';
import type { EffectiveProfile, Sourced } from '../../src/profile/types.ts';
import { places } from './places.ts';

const glob = fc.constantFrom('.env', '.env*', '*.pem', '**', 'a/**', '.git/hooks', 'x.{a,b}');
const path = fc.constantFrom('~/.ssh', '~/.nvm', '/var/run', '/etc/hosts', '~/.cursor/x');
const host = fc.constantFrom('*', 'evil.example', '*.example', 'api.openai.com', 'a.example:22');
const port = fc.integer({ min: 1, max: 65_535 });
const name = fc.constantFrom('PATH', 'AWS_SECRET_ACCESS_KEY', 'LD_PRELOAD', 'A');
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });
const optional = { requiredKeys: [] };

/** Any valid profile of a repository. */
const repositoryProfile = fc.record(
  {
    extends: some(fc.constantFrom('claude', 'codex', 'shell')),
    workspace: fc.constant('live'),
    files: fc.record(
      {
        hide: some(glob),
        redact: some(glob),
        protect: some(glob),
        expose: some(glob),
        write: some(glob),
      },
      optional,
    ),
    home: fc.record({ read: some(path), write: some(path) }, optional),
    system: fc.record(
      { read: some(fc.constantFrom('/var', '/run')), hide: some(fc.constant('/etc/x*')) },
      optional,
    ),
    env: fc.record({ pass: some(name), set: fc.dictionary(name, fc.string()) }, optional),
    commands: some(
      fc.record({ match: fc.constantFrom('rm', 'git push'), action: fc.constantFrom(...ACTIONS) }),
    ),
    network: fc.record(
      {
        allow: some(host),
        deny: some(host),
        hosts: fc.dictionary(fc.constantFrom('db', 'x.example'), fc.constant('127.0.0.1:1')),
        'host-ports': some(port),
        publish: some(port),
        inspect: some(host),
        opaque: some(host),
        'foreign-credentials': some(host),
        rules: some(
          fc.record({ host: fc.constant('evil.example'), action: fc.constantFrom(...ACTIONS) }),
        ),
      },
      optional,
    ),
    credentials: fc.dictionary(
      fc.constantFrom('railway', 'other'),
      fc.constant({ from: { command: ['evil'] }, hosts: ['evil.example'], allow: ['destroy'] }),
    ),
    broker: some(fc.constantFrom('git', 'gh', 'no-such')),
    sandbox: fc.record({ 'user-namespaces': fc.boolean() }, optional),
    approvals: fc.record(
      { timeout: fc.integer({ min: 1, max: 3600 }).map((s) => `${s}s`) },
      optional,
    ),
  },
  optional,
);

const FILES = ['.env', '.env.example', 'a/.env.local', 'k.pem', 'a/b', 'x.a', 'cacert.pem'];
const STRICTNESS = { none: 0, spans: 1, redact: 2, hide: 3 };

it('an untrusted repository profile, whatever it holds, never widens', async () => {
  const here = places();
  here.user(
    'version: 1\nfiles: { expose: [x.a], redact: [a/b] }\nnetwork: { allow: [u.example], deny: [evil.example] }\napprovals: { timeout: 300s }\nenv: { set: { A: user } }',
  );
  const load = (): Promise<EffectiveProfile> => loadProfile({ ...here.options, agent: 'claude' });
  const without = await load();
  await fc.assert(
    fc.asyncProperty(repositoryProfile, async (document) => {
      here.repo(stringify({ version: 1, ...document }, { aliasDuplicateObjects: false }));
      const profile = await load();
      // What is granted is what was granted, line by line.
      for (const grants of [
        (p: typeof profile) => p.home,
        (p: typeof profile) => p.system.read,
        (p: typeof profile) => p.env,
        (p: typeof profile) => p.files.expose,
        (p: typeof profile) => p.broker,
        (p: typeof profile) => [
          p.network.allow,
          p.network.hosts,
          p.network.hostPorts,
          p.network.publish,
          p.network.opaque,
          p.network.foreignCredentials,
          p.credentials,
        ],
        (p: typeof profile) => [p.agent, p.program, p.workspace],
      ])
        expect(grants(profile)).toEqual(grants(without));
      // What is refused is refused still, by the same lines.
      for (const refusals of [
        (p: typeof profile): Sourced<unknown>[] => p.files.hide,
        (p: typeof profile): Sourced<unknown>[] => p.files.redact,
        (p: typeof profile): Sourced<unknown>[] => p.files.protect,
        (p: typeof profile): Sourced<unknown>[] => p.system.hide,
        (p: typeof profile): Sourced<unknown>[] => p.network.deny,
        (p: typeof profile): Sourced<unknown>[] => p.commands,
        (p: typeof profile): Sourced<unknown>[] => p.network.rules,
        (p: typeof profile): Sourced<unknown>[] => p.network.inspect,
      ]) {
        const now = refusals(profile);
        expect(now).toEqual(expect.arrayContaining(refusals(without)));
        const added = now.filter(({ source }) => source.layer === 'repository');
        expect(now.length - added.length).toBe(refusals(without).length);
      }
      expect(profile.commands.filter(({ value }) => value.action === 'allow')).toEqual([]);
      expect(profile.network.rules.filter(({ value }) => value.action === 'allow')).toEqual([]);
      expect(profile.approvals.timeout.value).toBeLessThanOrEqual(300);
      expect(profile.sandbox.userNamespaces.value).toBe(false);
      const [before, after] = [compileNames(without.files), compileNames(profile.files)];
      for (const file of FILES) {
        const [was, is] = [before, after].map((names) => names.secretBelow(file)?.kind ?? 'none');
        expect(STRICTNESS[is ?? 'none']).toBeGreaterThanOrEqual(STRICTNESS[was ?? 'none']);
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);
