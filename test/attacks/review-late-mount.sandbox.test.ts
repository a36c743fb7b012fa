import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { makeScene, reported, sh } from './scene.ts';

/** The session moves the folders above its repository and above guard's stand-ins away, and puts its own in their place. */
const RENAME = `perl -e 'rename $ARGV[0], $ARGV[1] or die "cannot rename: $!"'`;

it('lays a stand-in of its own, not one that the session put where stand-ins are seen', async () => {
  const scene = makeScene();
  const late = join(scene.repository, 'late.env');
  const secret = 'sk_live_appeared_during_the_session_1';
  setTimeout(() => writeFileSync(late, `TOKEN=${secret}\n`), 2500);
  const run = await scene.attack(
    sh(`${RENAME} /run/guard /run/moved && mkdir -p /run/guard/covers &&
      for n in 0 1 2 3 4 5 6 7 8 9; do ln -s "$PWD/late.env" /run/guard/covers/$n; done
      sleep 6; cat late.env`),
  );
  expect(existsSync(late)).toBe(true);
  expect(run.stdout).not.toContain(secret);
});

it('starts no program of the session outside its filter to lay a late cover', async () => {
  const scene = makeScene();
  const root = dirname(scene.home);
  const escaped = join(scene.repository, 'escaped');
  // Without the filter, with the network of the host, and with every capability over the session's mounts.
  const payload = `#!/bin/sh\\necho "$0 ran as $$" >${root}.moved/home/project/escaped\\n`;
  await scene.attack(
    sh(`cd /; ${RENAME} /run/guard /run/moved; mkdir -p /run/guard/covers
      for n in 1 2 3 4 5 6 7 8 9; do printf '${payload}' >/run/guard/covers/$n; chmod 755 /run/guard/covers/$n; done
      ${RENAME} ${root} ${root}.moved; mkdir -p ${scene.repository}/d ${root}.moved/home/project/d
      ln -s /usr/bin/mount ${scene.repository}/d/.env
      sleep 1.5; echo A=1 >${root}.moved/home/project/d/.env
      sleep 2; echo A=1 >${root}.moved/home/project/d/.env.local; sleep 2`),
  );
  expect(existsSync(escaped) ? readFileSync(escaped, 'utf8') : 'nothing ran').toBe('nothing ran');
});

it('follows no link of the session to the place of a late cover', async () => {
  const scene = makeScene();
  writeFileSync(join(scene.repository, 'plain'), 'plain\n');
  const run = await scene.attack(
    sh(`cd /; ${RENAME} ${dirname(scene.home)} /tmp/moved; mkdir -p ${scene.repository}/d /tmp/moved/home/project/d
      ln -s /etc/hostname ${scene.repository}/d/.env; before=$(cat /etc/hostname 2>&1)
      sleep 1.5; echo A=1 >/tmp/moved/home/project/d/.env; sleep 2
      [ "$before" = "$(cat /etc/hostname 2>&1)" ] && echo '"untouched"' || echo '"covered"'`),
  );
  // The session may also be ended: what matters is that nothing was mounted where the session's link leads.
  if (run.code === 0) expect(reported<string>(run)).toBe('untouched');
});
