import { spawn } from '@lydell/node-pty';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RequestEvent } from '../../../src/session/events.ts';
import type { ExecRequest } from '../../../src/policy/types.ts';
import { heldEnvironment } from '../../../src/session/facts/environment.ts';
import { measureFacts } from '../../../src/session/facts/measure.ts';
import { GUARD, makePlace, type Place } from '../../harness/guard.ts';
import { commit, git, makeFolder, programs } from './measuring.ts';

/** Starts a session on a terminal and waits until it is asked about a command, whose caller is then held. */
async function heldIn(place: Place, script: string) {
  const terminal = spawn(process.execPath, [GUARD, 'run', '--quiet', '--', 'sh', '-c', script], {
    cwd: place.repository,
    env: place.env,
    cols: 120,
    rows: 40,
  });
  place.atEnd(() => terminal.kill('SIGKILL'));
  // A terminal that nobody reads from would stop the session.
  terminal.onData(() => undefined);
  const asked = (): (RequestEvent & { request: ExecRequest; pid: number }) | undefined =>
    records(place).find(({ type, verdict }) => type === 'request' && verdict.action === 'ask');
  await expect.poll(asked, { timeout: 20_000 }).toBeDefined();
  const { pid, request } = asked() ?? expect.fail('not asked');
  return {
    pid,
    facts: async () =>
      (await measureFacts(request, { pid, programs }, new AbortController().signal)).map(
        ({ label, text }) => `${label}: ${text}`,
      ),
  };
}

function records(place: Place): (RequestEvent & { request: ExecRequest; pid: number })[] {
  try {
    const sessions = join(place.state, 'guard', 'sessions');
    const [session = ''] = readdirSync(sessions);
    const journal = readFileSync(join(sessions, session, 'journal.jsonl'), 'utf8');
    return journal
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as RequestEvent & { request: ExecRequest; pid: number });
  } catch {
    return [];
  }
}

function placeWithWork(): Place {
  const place = makePlace();
  git(place.repository, 'init', '-q');
  commit(place.repository, 'first', { 'src/a': '1' });
  return place;
}

it("measures what the caller's own root holds", async () => {
  const place = placeWithWork();
  mkdirSync(join(place.home, 'private'));
  writeFileSync(join(place.home, 'private', 'hidden'), 'x'.repeat(5000));
  // Absolute, and so another thing inside, where home is empty.
  symlinkSync(join(place.home, 'private'), join(place.repository, 'away'));
  const held = await heldIn(
    place,
    `mkdir -p /tmp/mine/deep; printf 12345 >/tmp/mine/deep/a; ln -s / /tmp/mine/root; ln -s /tmp/mine near
     printf 678 >src/new; rm -rf near/deep src away/. /tmp/mine`,
  );
  expect(await held.facts()).toEqual([
    // /tmp/mine with deep/a and root, src with a and new.
    expect.stringMatching(/^removes: 4 files in 3 folders, \d+ bytes, last changed just now$/),
    expect.stringMatching(/^git: /),
    'besides: 1 name of 4 lead nowhere (away/.)',
  ]);
});

it('counts what git does not have, seen through the session', async () => {
  const held = await heldIn(placeWithWork(), 'printf 678 >src/new; rm -rf src');
  expect(await held.facts()).toEqual([
    'removes: 2 files in 1 folder, 4 bytes, last changed just now',
    'git: 1 file not tracked, which git cannot bring back (src/new)',
  ]);
});

it('flags what is mounted below', async () => {
  const place = placeWithWork();
  commit(place.repository, 'settings', {
    'src/.env': 'TOKEN=ghp_0123456789abcdefghij0123456789abcdef\n',
  });
  const held = await heldIn(place, 'rm -rf src');
  expect((await held.facts()).at(-1)).toMatch(/^holds: 1 mount point \(.*src\/\.env\)$/);
});

it('sees which repository the command would be told of by its environment', async () => {
  const place = placeWithWork();
  const held = await heldIn(place, 'GIT_DIR=/elsewhere git push --force origin main');
  expect(heldEnvironment(held.pid)?.get('GIT_DIR')).toBe('/elsewhere');
  expect(heldEnvironment(held.pid)?.get('HOME')).toBe(place.home);
  expect(await held.facts()).toEqual([
    'measured: could not be measured: GIT_DIR says where git works',
  ]);
});

it('goes by settings that the session has given itself', async () => {
  const place = placeWithWork();
  git(place.repository, 'remote', 'add', 'origin', 'https://github.com/a/b');
  const held = await heldIn(
    place,
    'git config --global url.https://elsewhere.example/.insteadOf https://github.com/; git push --force origin main',
  );
  expect((await held.facts())[0]).toBe('remote: origin, https://elsewhere.example/a/b');
});

it('reads no repository of the host that is another one for the caller', async () => {
  const place = placeWithWork();
  // Below /tmp, which the session has for itself.
  const other = makeFolder();
  git(other, 'init', '-q');
  commit(other, 'not for the session', { a: '1' });
  git(other, 'branch', 'topic');
  const held = await heldIn(
    place,
    `mkdir -p ${other}; cd ${other}; git init -q; git branch -D topic`,
  );
  expect(await held.facts()).toEqual([
    `measured: could not be measured: the git repository in ${other} is not one guard can read`,
  ]);
});
