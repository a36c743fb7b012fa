import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { guard, makePlace, startGuard, type Place } from '../harness/guard.ts';
import { madeToken } from './made-token.ts';

function git(place: Place, ...args: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  return execFileSync('git', [...who, ...args], {
    cwd: place.repository,
    encoding: 'utf8',
    env: { ...place.env, GIT_CONFIG_NOSYSTEM: '1' },
  }).trim();
}

function commit(place: Place, path: string, content: string | null): string {
  const file = join(place.repository, path);
  mkdirSync(dirname(file), { recursive: true });
  if (content === null) rmSync(file);
  else writeFileSync(file, content);
  git(place, 'add', '-A');
  git(place, 'commit', '-qm', path);
  return git(place, 'rev-parse', 'HEAD');
}

/** A session that lasts until guard has written its cache of the history; what it said and recorded. */
async function look(place: Place): Promise<{ said: string; recorded: string }> {
  const child = startGuard(place, [
    'run',
    'sh',
    '-c',
    'until [ -e go ]; do sleep 0.05; done; rm go',
  ]);
  let said = '';
  child.stderr?.on('data', (text) => (said += text));
  const over = new Promise((resolve) => child.once('exit', resolve));
  await vi.waitFor(() => expect(journal(place)).toContain('"exposed"'), { timeout: 30_000 });
  await vi.waitFor(() => expect(said).toContain("git's history since"), { timeout: 30_000 });
  writeFileSync(join(place.repository, 'go'), '');
  await over;
  const recorded = journal(place);
  rmSync(join(place.state, 'guard', 'sessions'), { recursive: true });
  return { said, recorded };
}

function journal(place: Place): string {
  const sessions = join(place.state, 'guard', 'sessions');
  return readdirSync(sessions)
    .map((id) => join(sessions, id, 'journal.jsonl'))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
}

const historyCache = (place: Place): string => {
  const scans = join(place.state, 'guard', 'scans');
  const name = readdirSync(scans).find((each) => each.endsWith('.history')) ?? '';
  return readFileSync(join(scans, name), 'utf8');
};

test('what is in the history is told with its commit, deleted or not, and once more in the next session', async () => {
  const [here, gone] = [madeToken(), madeToken()];
  const place = makePlace();
  git(place, 'init', '-q');
  commit(place, 'plain', 'plain\n');
  const first = commit(place, 'scripts/x.sh', `curl -H "T: ${here}"\n`);
  commit(place, 'scripts/x.sh', `curl -H "T: ${here}" more\n`);
  const second = commit(place, 'old', `${gone}\n`);
  commit(place, 'old', null);
  const looks = [await look(place)];
  const cached = historyCache(place);
  looks.push(await look(place));
  expect(historyCache(place)).toBe(cached);
  const third = commit(place, 'later', `x ${madeToken()}\n`);
  looks.push(await look(place));
  for (const { said, recorded } of looks) {
    expect(said).toContain(`in scripts/x.sh is in git's history since ${first.slice(0, 7)}`);
    expect(said).toContain(`in old is in git's history since ${second.slice(0, 7)}`);
    expect(recorded).toMatch(new RegExp(`"exposed".*"path":"old","commit":"${second}"`));
    for (const token of [here, gone]) expect(said + recorded + cached).not.toContain(token);
  }
  expect(looks.map(({ said }) => said.includes(third.slice(0, 7)))).toEqual([false, false, true]);
});

test('more than a few are counted', async () => {
  const place = makePlace();
  git(place, 'init', '-q');
  commit(place, 'old', Array.from({ length: 5 }, () => `${madeToken()}\n`).join(''));
  const { said, recorded } = await look(place);
  expect(said.match(/git's history since/g)).toHaveLength(3);
  expect(said).toContain('2 more secrets are in git');
  expect(recorded.match(/"exposed"/g)).toHaveLength(5);
});

test('git runs nothing that the repository names', async () => {
  const place = makePlace();
  git(place, 'init', '-q');
  commit(place, '.gitattributes', '* diff=own filter=own\n');
  commit(place, 'old', `${madeToken()}\n`);
  const run = `touch ${join(place.home, 'ran')};`;
  for (const [key, value] of Object.entries({
    'core.fsmonitor': run,
    'core.pager': run,
    'diff.own.textconv': run,
    'diff.own.command': run,
    'diff.external': run,
    'filter.own.clean': run,
    'filter.own.smudge': run,
    'core.hooksPath': place.home,
  }))
    git(place, 'config', key, value);
  rmSync(join(place.home, 'ran'), { force: true });
  await look(place);
  expect(existsSync(join(place.home, 'ran'))).toBe(false);
});

test('a repository without commits, and none at all, need nothing of it', async () => {
  for (const init of [true, false]) {
    const place = makePlace();
    if (init) git(place, 'init', '-q');
    const { code, stderr } = await guard(place, ['run', 'sleep', '1.5']);
    expect(code).toBe(0);
    expect(stderr).not.toContain('history');
  }
});
