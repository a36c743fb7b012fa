import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Reach } from '../../../src/audit/reach/types.ts';
import { guard, inside, makePlace, type Place } from '../../harness/guard.ts';
import { userProfile } from '../../harness/profile.ts';

// What --reach says of a session, held against a real one.

const made: string[] = [];
function secret(): string {
  const value = randomBytes(24).toString('base64').replace(/[+/=]/g, 'x');
  made.push(value);
  return value;
}

function write(place: Place, path: string, text: string): void {
  const file = join(place.home, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
}

it('says what a session would have, and that is so', async () => {
  const place = makePlace();
  const git = (script: string) =>
    execFileSync('sh', ['-ec', script], { cwd: place.repository, env: place.env });
  git('git init -q && git config user.name n && git config user.email n@example.com');
  const secrets = {
    content: secret(),
    env: secret(),
    key: secret(),
    exposed: secret(),
    gone: secret(),
    netrc: secret(),
    shell: secret(),
    passed: secret(),
    withheld: secret(),
  };
  write(place, 'project/gone.ini', `api_token = ${secrets.gone}\n`);
  git('git add -A && git commit -qm a');
  rmSync(join(place.repository, 'gone.ini'));
  git('git commit -qam b');
  write(place, 'project/content.ini', `api_token = ${secrets.content}\n`);
  write(place, 'project/.env', `API_TOKEN=${secrets.env}\n`);
  write(place, 'project/secrets.yml', `api_token: ${secrets.key}\n`);
  write(place, 'project/exposed.ini', `api_token = ${secrets.exposed}\n`);
  write(place, '.netrc', `machine api.example.com login me password ${secrets.netrc}\n`);
  write(place, '.tool/rc', '');
  write(place, '.bashrc', `export DEPLOY_TOKEN="${secrets.shell}"\n`);
  userProfile(
    place,
    'files: { expose: [exposed.ini] }\nhome: { read: ["~/.bashrc"] }\nenv: { pass: [PASSED_TOKEN] }',
  );
  const env = { PASSED_TOKEN: secrets.passed, WITHHELD_TOKEN: secrets.withheld };
  const ran = await guard(place, ['audit', '--reach', '--format', 'json'], { env });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const found = JSON.parse(ran.stdout) as Reach & { summary: string };
  const said = Object.fromEntries(
    found.items
      .filter(({ kind }) => kind !== 'machine')
      .map(({ where, underGuard }) => [where, underGuard]),
  );
  expect(said).toEqual({
    'content.ini': 'redacted',
    '.env': 'redacted',
    'secrets.yml': 'hidden',
    'exposed.ini': 'visible',
    'gone.ini': 'in history',
    '~/.netrc': 'not in its home',
    '~/.bashrc': 'visible',
    PASSED_TOKEN: 'visible',
    WITHHELD_TOKEN: 'not passed',
  });
  expect(found).toMatchObject({ total: 9, visible: 3, inHistory: 1, noSession: null });
  const text = await guard(place, ['audit', '--reach'], { env });
  const summary = await guard(place, ['audit', '--reach', '--summary'], { env });
  expect(summary.stdout).toBe(`${found.summary}\n`);
  expect(text.stdout.endsWith(summary.stdout)).toBe(true);
  for (const value of made) expect(ran.stdout + text.stdout).not.toContain(value);

  const { stdout: seen } = await inside(
    place,
    'cat content.ini .env secrets.yml exposed.ini ~/.netrc ~/.bashrc; env; git log -p',
    { env },
  );
  const visible = Object.entries(secrets).filter(([, value]) => seen.includes(value));
  expect(visible.map(([name]) => name).sort()).toEqual(['exposed', 'gone', 'passed', 'shell']);
});

it('says that no session can be planned, and looks all the same', async () => {
  const place = makePlace();
  write(place, '.netrc', `machine api.example.com login me password ${secret()}\n`);
  const { code, stdout } = await guard(place, ['audit', '--reach'], { cwd: place.home });
  expect(code).toBe(0);
  expect(stdout).toContain('What a session would have cannot be told: cannot run in');
  expect(stdout).toContain('~/.netrc');
});

it('ends with 2 where it cannot understand', async () => {
  const { code, stderr } = await guard(makePlace(), ['audit', '--reach', '--nonsense']);
  expect(code).toBe(2);
  expect(stderr).toContain('guard: cannot understand the command line');
});
