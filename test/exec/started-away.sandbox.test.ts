import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guard, makePlace, type Place } from '../harness/guard.ts';

/** A session in which `ssh` is a script that says what it was given. */
function withSsh(): Place {
  const place = makePlace();
  const folder = join(place.repository, 'bin');
  mkdirSync(folder);
  const file = join(folder, 'ssh');
  writeFileSync(file, '#!/bin/sh\necho "ran $*"\n');
  chmodSync(file, 0o755);
  return place;
}

const inSession = (place: Place, line: string) =>
  guard(place, ['run', '--quiet', '--', 'sh', '-c', `PATH="$PWD/bin:$PATH"; ${line}`]);

it('holds what would run on another machine', async () => {
  const place = withSsh();
  const held = await inSession(place, 'ssh host "cd /srv && git push --force"');
  expect(held.stdout).not.toContain('ran');
  expect(held.stderr).toContain('git.push.force');
  const passed = await inSession(place, 'ssh host "cd /srv && git push"');
  expect(passed).toMatchObject({ code: 0, stdout: 'ran host cd /srv && git push\n' });
});

it('goes on after the first of them', async () => {
  const place = withSsh();
  const { stdout } = await inSession(
    place,
    'ssh host "rm -rf /var/www"; ssh host uptime; ssh host -p 22 rm -rf /var/www; true',
  );
  expect(stdout).toBe('ran host uptime\n');
});
