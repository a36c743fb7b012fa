import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryClaims } from '../../src/profile/claims.ts';
import { trustFile } from '../../src/profile/locations.ts';
import { isTrusted, pin, readPins, unpin } from '../../src/profile/trust.ts';
import { places } from './places.ts';

const SHA = 'a'.repeat(64);
const NOW = new Date('2026-01-02T03:04:05Z');

it('pins, replaces and forgets, and leaves one private file', () => {
  const here = places();
  expect(isTrusted(here, '/r', SHA)).toBe(false);
  expect(unpin(here, '/r')).toBe(false);
  pin(here, '/r', SHA, NOW);
  pin(here, '/s', SHA, NOW);
  expect(isTrusted(here, '/r', SHA)).toBe(true);
  expect(isTrusted(here, '/r/', SHA)).toBe(false);
  expect(isTrusted(here, '/r', 'b'.repeat(64))).toBe(false);
  pin(here, '/r', 'b'.repeat(64), NOW);
  expect(isTrusted(here, '/r', SHA)).toBe(false);
  expect(unpin(here, '/r')).toBe(true);
  expect(readPins(here)).toEqual({ '/s': { sha256: SHA, at: '2026-01-02T03:04:05.000Z' } });
  expect(statSync(trustFile(here)).mode & 0o777).toBe(0o600);
  expect(readdirSync(dirname(trustFile(here)))).toEqual(['trust.json']);
});

it('holds paths that are not UTF-8 and names of Object.prototype', () => {
  const here = places();
  expect(isTrusted(here, 'constructor', SHA)).toBe(false);
  for (const path of ['/r/\udcff', '__proto__']) {
    pin(here, path, SHA, NOW);
    expect(isTrusted(here, path, SHA)).toBe(true);
  }
  expect(isTrusted(here, '/r/\ufffd', SHA)).toBe(false);
});

it.each([
  ['not JSON', '{'],
  ['another format', '{"version":2,"repositories":{}}'],
  ['a list', '{"version":1,"repositories":[]}'],
  ['a pin that is none', '{"version":1,"repositories":{"/r":{"sha256":"x","at":""}}}'],
  ['nothing', ''],
])('a record that is %s is refused, and not overwritten', (_, text) => {
  const here = places();
  here.write(trustFile(here), text);
  expect(() => isTrusted(here, '/r', SHA)).toThrow(/cannot be used/);
  expect(() => pin(here, '/r', SHA, NOW)).toThrow(/cannot be used/);
  expect(readFileSync(trustFile(here), 'utf8')).toBe(text);
});

it('a record that others can write, or that is a link, is refused', () => {
  const here = places();
  pin(here, '/r', SHA, NOW);
  chmodSync(trustFile(here), 0o666);
  expect(() => isTrusted(here, '/r', SHA)).toThrow(/other users can write it/);
  const there = places();
  mkdirSync(dirname(trustFile(there)), { recursive: true });
  symlinkSync(trustFile(here), trustFile(there));
  expect(() => isTrusted(there, '/r', SHA)).toThrow(/symbolic link/);
});

it('says what would be accepted: what widens, and rules that replace built-in ones', async () => {
  const here = places();
  expect(await repositoryClaims(here.options)).toBeNull();
  here.repo(
    'version: 1\nextends: [codex]\nfiles: { hide: [x] }\ncommands:\n  - { match: git push, action: ask }\n  - { match: dd, action: kill }\nnetwork:\n  allow: [a.example]\napprovals: { timeout: 121s }',
  );
  const claims = await repositoryClaims(here.options);
  expect(claims?.widens.map(({ key, value, source }) => [key, value, source.line])).toEqual(
    expect.arrayContaining([
      ['network.allow[0]', 'api.openai.com', expect.any(Number)],
      ['network.allow[0]', 'a.example', 8],
      ['approvals.timeout', '121s', 9],
    ]),
  );
  expect(claims?.widens.some(({ key }) => key.startsWith('files.hide'))).toBe(false);
  expect(claims?.replaces.map(({ value }) => value)).toEqual(['git push (ask)']);
  expect(claims?.trusted).toBe(false);
  pin(here, here.repository, claims?.sha256 ?? '', NOW);
  expect((await repositoryClaims(here.options))?.trusted).toBe(true);
});

it('a state folder that cannot be made is an error, not a silent no', () => {
  const here = places();
  here.write(join(here.home, '.local'), 'a file');
  expect(() => pin(here, '/r', SHA, NOW)).toThrow(/ENOTDIR|cannot be (read|written)/);
});
