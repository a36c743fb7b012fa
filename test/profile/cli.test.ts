import { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { registerInitCommand } from '../../src/cli/init.ts';
import { registerProfileCommand } from '../../src/cli/profile.ts';
import { registerTrustCommand } from '../../src/cli/trust.ts';
import { trustFile } from '../../src/profile/locations.ts';
import type { EffectiveProfile } from '../../src/profile/types.ts';
import { places } from './places.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** Runs a command in the made-up person's place and returns what it printed. */
async function run(here: ReturnType<typeof places>, ...args: string[]): Promise<string> {
  vi.stubEnv('HOME', here.home);
  vi.stubEnv('XDG_CONFIG_HOME', '');
  vi.stubEnv('XDG_STATE_HOME', '');
  const lines: string[] = [];
  for (const method of ['log', 'error'] as const)
    vi.spyOn(console, method).mockImplementation((line: unknown) => void lines.push(String(line)));
  const program = new Command().exitOverride().enablePositionalOptions();
  registerProfileCommand(program);
  registerInitCommand(program);
  registerTrustCommand(program);
  process.exitCode = undefined;
  await program.parseAsync(args, { from: 'user' });
  return lines.join('\n');
}

const REPO = 'version: 1\nnetwork: { allow: ["evil.example"] }\n';

it('profile show: the policy with sources, or as JSON', async () => {
  const here = places();
  here.repo(REPO);
  const text = await run(here, 'profile', 'show', 'claude', '--repository', here.repository);
  expect(text).toMatch(/- api\.anthropic\.com +# profiles\/agents\/claude\.yaml:\d+/);
  expect(text).toContain('left out');
  const json = await run(here, 'profile', 'show', '--json', '--repository', here.repository);
  expect((JSON.parse(json) as EffectiveProfile).ignored[0]?.value).toBe('evil.example');
  expect(await run(here, 'profile', 'show', '--repository', here.repository)).toContain(
    '# agents guard knows: claude, codex, cursor-agent, gemini, opencode, shell',
  );
});

it('profile show: an agent nobody knows', async () => {
  const here = places();
  await expect(
    run(here, 'profile', 'show', 'cluade', '--repository', here.repository),
  ).rejects.toThrow(/no agent is called "cluade".*Did you mean "claude"\?/);
});

it('profile validate: names a provider that nobody has described', async () => {
  const here = places();
  here.user('version: 1\nnetwork: { rules: [{ provider: raiway, action: deny }] }\n');
  expect(await run(here, 'profile', 'validate', '--repository', here.repository)).toContain(
    'no provider is called "raiway". Did you mean "railway"?',
  );
  expect(process.exitCode).toBe(1);
});

it('profile validate: 0 when valid, 1 with every problem when not, 125 when there is no file', async () => {
  const here = places();
  const validate = (...files: string[]) =>
    run(
      here,
      'profile',
      'validate',
      ...files,
      ...(files.length ? [] : ['--repository', here.repository]),
    );
  expect(await validate()).toContain('No profile here');
  const repo = here.repo(REPO);
  const user = here.user('version: 1\n');
  const agent = here.agentFile('mine', 'version: 1\nagent: { program: x }\n');
  expect(await validate()).toBe(`${user}: valid\n${agent}: valid\n${repo}: valid`);
  expect(process.exitCode).toBeUndefined();

  here.repo('version: 1\nfils: {}\nhom: {}\n');
  expect(await validate(repo)).toBe(
    `${repo}:2:1: fils: unknown key. Did you mean "files"?\n${repo}:3:1: hom: unknown key. Did you mean "home"?`,
  );
  expect(process.exitCode).toBe(1);
  here.agentFile('mine', 'version: 1\n');
  expect(await validate(agent)).toContain('must say which program to start');
  here.user('version: 1\nfiles: { write: [nothing] }\n');
  expect(await validate(user)).toContain('nothing protects "nothing"');
  await validate(join(here.root, 'none.yaml'));
  expect(process.exitCode).toBe(125);
});

it('profile schema: JSON Schema', async () => {
  expect(JSON.parse(await run(places(), 'profile', 'schema'))).toMatchObject({ type: 'object' });
});

it('init: writes once', async () => {
  const here = places();
  const init = () => run(here, 'init', '--repository', here.repository);
  await init();
  const text = readFileSync(join(here.repository, '.guard.yaml'), 'utf8');
  expect(text).toContain('version: 1');
  await expect(init()).rejects.toThrow(/there is one already/);
});

it('trust: shows every widening line, pins with --yes, lists, and revokes', async () => {
  const here = places();
  const trust = (...args: string[]) => run(here, 'trust', '--repository', here.repository, ...args);
  await expect(trust()).rejects.toThrow(/no \.guard\.yaml/);
  here.repo('version: 1\nfiles: { hide: [x] }\n');
  expect(await trust()).toContain('nothing to accept');
  here.repo('version: 1\nnetwork:\n  allow: [evil.example]\nenv: { set: { A: "\\e[2K" } }\n');
  const text = await trust('--yes');
  expect(text).toMatch(/network\.allow\[0\]: evil\.example {2}\(.*\.guard\.yaml:3\)/);
  expect(text).toContain('env.set.A: A=\\e[2K');
  expect(await trust()).toContain('You trust it already');
  expect(await trust('--list')).toContain(here.repository);
  here.repo('version: 1\nnetwork:\n  allow: [evil.example, worse.example]\n');
  expect(await trust('--yes')).toContain('worse.example');
  expect(await trust('--revoke')).toContain('no longer trusted');
  expect(await trust('--list')).toBe('');
  expect(existsSync(trustFile(here))).toBe(true);
});
