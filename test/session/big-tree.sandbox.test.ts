import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guard } from '../harness/guard.ts';
import { expectGone, gitStatus, project, SECRET } from './refusals.ts';

// Writing the tree takes its time where the disk is slow.
const FOLDERS = 200;
const FILES = 500;
/** Every so many folders there is a secret at the bottom. */
const EVERY = 20;

it('works in a tree of 100,000 files, with secrets deep inside', async () => {
  const place = project();
  for (let folder = 0; folder < FOLDERS; folder++) {
    const path = join(place.repository, `${folder}/deep/deeper/deepest`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < FILES; file++) writeFileSync(join(path, `${file}.txt`), '');
    if (folder % EVERY === 0) writeFileSync(join(path, '.env'), `TOKEN=${SECRET}\n`);
  }
  const before = gitStatus(place);
  const late = `SECRET_KEY=${SECRET.split('').reverse().join('')}`;
  const script = `find . -name .env -exec cat {} +; find . -type f -name '*.txt' | wc -l
    printf '%s\\n' "$1" >1/deep/deeper/deepest/.env
    i=0; while grep -q "$1" 1/deep/deeper/deepest/.env && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done
    cat 1/deep/deeper/deepest/.env; rm 0/deep/deeper/deepest/0.txt; echo x >199/deep/made`;
  const ended = await guard(place, ['run', '-q', 'sh', '-c', script, 'sh', late]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).not.toContain(SECRET);
  expect(ended.stdout).not.toContain(late);
  const lines = ended.stdout.trimEnd().split('\n');
  const secrets = FOLDERS / EVERY + 1;
  expect(lines.slice(0, secrets).every((line) => /^TOKEN=sk_live_\w{16}$/.test(line))).toBe(true);
  expect(lines[secrets]).toBe(String(FOLDERS * FILES));
  expect(lines).toHaveLength(secrets + 2);
  await expectGone(place);
  expect(readFileSync(join(place.repository, '1/deep/deeper/deepest/.env'), 'utf8')).toBe(
    `${late}\n`,
  );
  expect(readFileSync(join(place.repository, '0/deep/deeper/deepest/.env'), 'utf8')).toContain(
    SECRET,
  );
  expect(readFileSync(join(place.repository, '199/deep/made'), 'utf8')).toBe('x\n');
  expect(gitStatus(place)).toBe(before);
  const verified = await guard(place, ['log', 'verify']);
  expect(verified.stdout).toMatch(/: ok: /);
}, 300_000);
