import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { guard } from '../harness/guard.ts';
import { makeScene, sh, type Scene } from './scene.ts';

/** A session may edit a file whose secret it does not see: that must not be a way to see it, or to write elsewhere. */

let scene: Scene;
let token: string;
let text: string;
beforeEach(() => {
  scene = makeScene();
  token = randomBytes(20).toString('hex');
  text = `api_token: "${token}"\n`;
  write('config.yml', text);
});

function write(path: string, content: string): void {
  mkdirSync(join(scene.repository, path, '..'), { recursive: true });
  writeFileSync(join(scene.repository, path), content);
}
const real = (path: string): string => readFileSync(join(scene.repository, path), 'utf8');

/** What a session prints and what it leaves in files it made has no secret. */
async function attack(script: string): Promise<string> {
  const run = await scene.attack(sh(script));
  expect(run.stdout + run.stderr).not.toContain(token);
  return run.stdout + run.stderr;
}

const VALUE = `value=$(grep -o '[a-z0-9]\\{40\\}' config.yml | head -n 1)`;

test.each([
  ['a word among others', `${VALUE}; echo "words $value words" > config.yml`],
  ['run into other text', `${VALUE}; echo "x\${value}y_\${value}" > config.yml`],
  ['under a name that says nothing', `${VALUE}; printf 'colour: "%s"\\n' "$value" > config.yml`],
  [
    'as an example',
    `${VALUE}; printf '# example: api_token = "%s" # not a secret\\n' "$value" > config.yml`,
  ],
])('a later session does not see it either: %s', async (_, script) => {
  await attack(script);
  // So the real file has it, in a place of the session's choosing.
  expect(real('config.yml')).toContain(token);
  expect(await attack('cat config.yml')).toMatch(/[a-z0-9]{40}/);
  // And again, from what that one sees.
  await attack("sed 's/^/again /' config.yml > /tmp/x; cat /tmp/x > config.yml");
  expect(real('config.yml')).toMatch(new RegExp(`^again .*${token}`));
  await attack('cat config.yml; cat *');
});

test('a later session does not see it in a folder that was moved meanwhile', async () => {
  write('a/b/plain.txt', text);
  await attack(
    `sed 's/api_token: "\\(.*\\)"/words \\1 words/' a/b/plain.txt > /tmp/x; cat /tmp/x > a/b/plain.txt`,
  );
  expect(real('a/b/plain.txt')).toBe(`words ${token} words\n`);
  await attack('mv a c; cat c/b/plain.txt');
  expect(real('c/b/plain.txt')).toBe(`words ${token} words\n`);
  await attack('cat c/b/plain.txt');
});

test('encoded, cut or turned around, what stands for it stands for nothing', async () => {
  const out = await attack(
    `${VALUE}; echo "$value" | base64 -w0 >> config.yml; echo "$value" | rev >> config.yml; echo "$value" | cut -c2- >> config.yml; echo "$value" | tr a-z A-Z >> config.yml; tail -n +2 config.yml`,
  );
  const rest = real('config.yml').slice(text.length);
  expect(out).toBe(rest);
});

test("what stands for another file's secret stands for nothing here", async () => {
  write('plain.yml', 'port: 1\n');
  write('second.yml', `api_token: "${randomBytes(20).toString('hex')}"\n`);
  await attack(
    `${VALUE}; echo "copied $value" | tee -a plain.yml >> second.yml; cp config.yml copy.yml`,
  );
  for (const path of ['plain.yml', 'second.yml', 'copy.yml']) {
    expect(real(path)).not.toContain(token);
    expect(real(path)).toMatch(/[a-z0-9]{40}/);
  }
  await attack('cat plain.yml second.yml copy.yml');
});

test('it cannot be linked, replaced, or written past the cover', async () => {
  const out = await attack(
    `ln config.yml linked; ln /run/guard/covers/0 linked; rm -f config.yml; mkfifo fifo; mv fifo config.yml; ln -sf /etc/passwd config.yml; echo x >> /run/guard/covers/0; mount --bind /etc/passwd config.yml; umount config.yml; cat linked config.yml`,
  );
  expect(out).toContain('Invalid cross-device link');
  expect(out).toMatch(/Device or resource busy/);
  expect(out).toMatch(/Read-only file system/);
  expect(real('config.yml')).toBe(text);
});

test.each([
  ['longer than guard reads', 'truncate -s 65M config.yml'],
  ['longer than any disk', 'truncate -s 4T config.yml'],
])('%s: the file stays as it is, and guard says so', async (_, script) => {
  const run = await guard(scene, ['run', '--', ...sh(`${script}; sleep 1`)]);
  expect(run.stderr).toContain('it is not carried back');
  expect(real('config.yml')).toBe(text);
});

test('times and modes that lie hide no edit', async () => {
  await attack(
    `touch -r config.yml /tmp/t; sed 's/api/ipa/' config.yml > /tmp/x; cat /tmp/x > config.yml; touch -r /tmp/t config.yml`,
  );
  expect(real('config.yml')).toBe(text.replace('api', 'ipa'));
  await attack(
    `touch -d '2099-01-01' config.yml; echo "z: 1" >> config.yml; chmod 000 config.yml; touch -d '2099-01-01' config.yml`,
  );
  expect(real('config.yml')).toContain('z: 1');
  expect(real('config.yml')).toContain(token);
  expect(statSync(join(scene.repository, 'config.yml')).mode & 0o600).toBe(0o600);
});

test('a link in place of a folder sends no edit elsewhere', async () => {
  write('d/config.yml', text);
  const outside = join(scene.home, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'config.yml'), 'mine\n');
  await attack(
    'mv d e; ln -s ../outside d; echo "edit: 1" >> e/config.yml; sleep 1; echo "edit: 2" >> e/config.yml',
  );
  expect(readFileSync(join(outside, 'config.yml'), 'utf8')).toBe('mine\n');
  expect(real('e/config.yml')).toBe(`${text}edit: 1\nedit: 2\n`);
});

test('a session that is killed leaves the file whole', async () => {
  await scene.attack(
    sh('for i in 1 2 3 4 5 6 7 8 9; do echo "n: $i" >> config.yml; done; kill -9 -1'),
  );
  expect(real('config.yml')).toBe(
    text + [1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `n: ${i}\n`).join(''),
  );
});
