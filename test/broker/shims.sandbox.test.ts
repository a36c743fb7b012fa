import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guard, makePlace } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { makeKey } from '../harness/sshd.ts';

/** A repository with an ssh remote, a key, and a profile that turns git on. */
function scene() {
  const place = makePlace();
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: place.repository, env: place.env });
  git('init', '-q', '-b', 'main');
  git('remote', 'add', 'origin', 'git@code.example:o/r.git');
  mkdirSync(join(place.home, '.ssh'));
  makeKey(join(place.home, '.ssh'), 'id_ed25519');
  writeFileSync(join(place.home, '.npmrc'), '//registry.npmjs.org/:_authToken=a-made-up-value\n');
  userProfile(place, 'broker: [git]');
  const env = { RAILWAY_TOKEN: 'another-made-up-value' };
  const shims = (...args: string[]) => guard(place, ['shims', ...args], { env });
  return { ...place, git, shims };
}

it('lists every broker within 80 columns, and no value of a credential', async () => {
  const here = scene();
  const { code, stdout } = await here.shims();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^git +on$/m);
  expect(stdout).toMatch(/^npm +off$/m);
  expect(stdout).toContain('~/.ssh/id_ed25519');
  expect(stdout).toContain('RAILWAY_TOKEN');
  expect(stdout).not.toContain('made-up-value');
  // A path may be longer than a line; the words are not.
  for (const line of stdout.split('\n').filter((each) => !each.includes('/')))
    expect(line.length, line).toBeLessThanOrEqual(80);
});

it('lists them as JSON', async () => {
  const { stdout } = await scene().shims('--json');
  const { brokers } = JSON.parse(stdout) as {
    brokers: { name: string; on: string | null; covers: string[]; credential: string[] }[];
  };
  const git = brokers.find(({ name }) => name === 'git');
  expect(git?.on).toMatch(/profile\.yaml:2$/);
  expect(git?.credential).toEqual(['~/.ssh/id_ed25519']);
  expect(git?.covers.some((path) => path.endsWith('/git-core/git'))).toBe(true);
  expect(stdout).not.toContain('made-up-value');
});

describe('what would become of', () => {
  it.each([
    [
      'git push origin main',
      /^ {2}runs .*guard runs it/m,
      /^ {2}to +git@code\.example:o\/r\.git$/m,
    ],
    [
      'git push --force origin main',
      /^ {2}rules +ask, by git\.push\.force/m,
      /reaches +code\.example:22/,
    ],
    ['git -c core.sshCommand=evil push', /^ {2}refused .*-c /m, /instead/],
    ['git push git@code.example:x main', /^ {2}asks .*you are asked/m, /not a remote/],
    ['git status', /^ {2}inside /m, /without the credential/],
    ['npm whoami', /no profile turns on "npm"/, /\.npmrc/],
    ['ls -l', /no shim covers it/, /inside/],
  ])('%s', async (command, ...said) => {
    const { code, stdout } = await scene().shims('--', ...command.split(' '));
    expect(code).toBe(0);
    for (const each of said) expect(stdout.replace(/\n {14}/g, ' ')).toMatch(each);
  });

  it('a command, as JSON', async () => {
    const { stdout } = await scene().shims('--json', '--', 'git', 'push', '-q');
    expect(JSON.parse(stdout)).toMatchObject({
      broker: 'git',
      on: true,
      outcome: 'run',
      hosts: [{ host: 'code.example', port: 22 }],
      askBecause: null,
    });
  });
});

it('a profile of the repository turns none on until it is trusted', async () => {
  const here = scene();
  writeFileSync(join(here.repository, '.guard.yaml'), 'version: 1\nbroker: [npm]\n');
  const { stdout } = await here.shims();
  expect(stdout).toMatch(/^git +on$/m);
  expect(stdout).toMatch(/^npm +off$/m);
});

it('guard init suggests git where there is an ssh remote', async () => {
  const here = scene();
  await guard(here, ['init']);
  const { stdout } = await guard(here, ['profile', 'validate']);
  expect(stdout).toContain('.guard.yaml: valid');
});
