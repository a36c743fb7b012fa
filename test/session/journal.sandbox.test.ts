import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verify } from '../../src/session/journal-verify.ts';
import { isRunning, readSessionFile } from '../../src/session/session-file.ts';

let base: string;
let program: string;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'guard-record-'));
  program = join(base, 'record.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'record-program.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function start(script: string) {
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, XDG_STATE_HOME: join(base, 'state') },
  });
  let said = '';
  let look = () => {};
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    look();
  });
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const folder = new Promise<string>((resolve) => {
    look = () => {
      const path = /^recording (.*)$/m.exec(said)?.[1];
      if (path !== undefined) resolve(path);
    };
  });
  return { child, exited, folder, said: () => said };
}

it('holds as far as it goes after SIGKILL, and says that it did not end', async () => {
  const run = start('exec "$1" "$2"');
  const folder = await run.folder;
  const journal = join(folder, 'journal.jsonl');
  await expect.poll(() => readFileSync(journal).length).toBeGreaterThan(500_000);
  const session = readSessionFile(folder);
  if (typeof session === 'string') throw new Error(session);
  expect(isRunning(session)).toBe(true);
  run.child.kill('SIGKILL');
  await run.exited;
  expect(isRunning(session)).toBe(false);
  const { kind, lines } = await verify(journal);
  expect(['unfinished', 'torn']).toContain(kind);
  expect(lines).toBeGreaterThan(500);
});

it('says so when it can grow no more, and breaks off as torn, not as tampered with', async () => {
  // 512-byte blocks in POSIX, 1024 in some shells; not a multiple of a line. SIGXFSZ ignored leaves EFBIG (setrlimit(2)).
  const run = start('trap "" XFSZ; ulimit -f 301; exec "$1" "$2"');
  const folder = await run.folder;
  expect(await run.exited).toBe(3);
  expect(run.said()).toMatch(/^failed 125 .*journal\.jsonl: EFBIG/m);
  expect((await verify(join(folder, 'journal.jsonl'))).kind).toBe('torn');
});
