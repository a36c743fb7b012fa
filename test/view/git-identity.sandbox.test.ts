import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inside, makePlace } from '../harness/guard.ts';

it('commits as the user, without the rest of the user’s configuration', async () => {
  const place = makePlace();
  mkdirSync(place.home, { recursive: true });
  writeFileSync(
    join(place.home, '.gitconfig'),
    '[user]\n\tname = "Ada \\"the\\" Lovelace"\n\temail = ada@example.org\n[credential]\n\thelper = store\n[core]\n\tsshCommand = touch /tmp/never\n',
  );
  execFileSync('git', ['init', '--quiet', place.repository], { env: place.env });
  const { stdout, stderr } = await inside(
    place,
    'git commit --quiet --allow-empty -m x && git log --format="%an <%ae>"; git config --list --show-scope',
  );
  expect(stderr).toBe('');
  expect(stdout).toContain('Ada "the" Lovelace <ada@example.org>');
  expect(stdout).not.toMatch(/helper=store|sshcommand/i);
});
