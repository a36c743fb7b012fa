import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSession, findSession, listSessions } from '../../src/session/session-folder.ts';
import { stateRoot } from '../../src/session/state-root.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'guard-state-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const at = (path: string) => ({ env: { XDG_STATE_HOME: path } });

it('makes private folders under the state folder', () => {
  const session = createSession(at(join(base, 'a', 'b')));
  expect(session.path).toBe(join(base, 'a', 'b', 'guard', 'sessions', session.id));
  for (const folder of [session.path, session.covers, session.git, session.held])
    expect(statSync(folder).mode & 0o7777).toBe(0o700);
});

it('falls back to the home folder, and ignores an empty XDG_STATE_HOME', () => {
  expect(stateRoot({ env: { HOME: '/home/me', XDG_STATE_HOME: '' } })).toBe(
    '/home/me/.local/state/guard/sessions',
  );
});

it('gives IDs that sort by time', () => {
  const ids = [0, 1, 999, 1000, 60_000].map(
    (ms) => createSession({ ...at(base), now: new Date(Date.UTC(2026, 10, 21, 2, 16) + ms) }).id,
  );
  expect(ids[0]).toMatch(/^20261121-021600-00[0-9a-z]{2}$/);
  expect([...ids].sort()).toEqual(ids);
  expect(listSessions(at(base)).map(({ id }) => id)).toEqual(ids.reverse());
});

it('gives each of many sessions of one moment an ID of its own', () => {
  const now = new Date();
  const ids = Array.from({ length: 100 }, () => createSession({ ...at(base), now }).id);
  expect(new Set(ids).size).toBe(100);
});

it('finds a session by the beginning of its ID', () => {
  const first = createSession({ ...at(base), now: new Date('2026-01-01T00:00:00Z') });
  const second = createSession({ ...at(base), now: new Date('2026-01-02T00:00:00Z') });
  expect(findSession('20260101', at(base))).toEqual(first);
  expect(findSession('latest', at(base))).toEqual(second);
  expect(() => findSession('2026', at(base))).toThrow(/2 begin so/);
  expect(() => findSession('', at(base))).toThrow(/no session/);
  expect(() => findSession('../..', at(base))).toThrow(/no session/);
});

it('lists nothing where there has never been a session', () => {
  expect(listSessions(at(join(base, 'none')))).toEqual([]);
  expect(() => findSession('latest', at(join(base, 'none')))).toThrow(/no session yet/);
});

it.each(['state', './state', '~/.local/state'])('refuses the relative path %s', (path) => {
  expect(() => createSession(at(path))).toThrow(/not an absolute path/);
});

it('refuses a folder that others can write', () => {
  mkdirSync(join(base, 'open'));
  chmodSync(join(base, 'open'), 0o770);
  expect(() => createSession(at(join(base, 'open')))).toThrow(/written by other users/);
  mkdirSync(join(base, 'safe', 'guard'), { recursive: true });
  chmodSync(join(base, 'safe', 'guard'), 0o777);
  expect(() => createSession(at(join(base, 'safe')))).toThrow(/written by other users/);
});

it('refuses a link in its path', () => {
  mkdirSync(join(base, 'elsewhere'));
  symlinkSync(join(base, 'elsewhere'), join(base, 'link'));
  expect(() => createSession(at(join(base, 'link')))).toThrow(/symbolic link/);
  mkdirSync(join(base, 'real'));
  symlinkSync(join(base, 'elsewhere'), join(base, 'real', 'guard'));
  expect(() => createSession(at(join(base, 'real')))).toThrow(/symbolic link/);
});

it('refuses a file in its path', () => {
  expect(() => createSession(at(join(process.execPath, 'x')))).toThrow(/not a folder/);
});

it('refuses a state folder inside the repository', () => {
  mkdirSync(join(base, 'repository'));
  const inside = at(join(base, 'repository', 'state'));
  expect(() => createSession({ ...inside, repository: join(base, 'repository') })).toThrow(
    /inside the repository/,
  );
  expect(() => createSession({ ...at(base), repository: join(base, 'repository') })).not.toThrow();
});
