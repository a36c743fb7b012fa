import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GUARD, guard, makePlace, outcome, startGuard } from '../harness/guard.ts';

const SIZE = 10 * 1024 * 1024;

it('passes 10 MB through pipes unchanged', async () => {
  const data = randomBytes(SIZE);
  const child = startGuard(makePlace(), ['run', '-q', 'cat']);
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.stdin?.end(data);
  expect(await closed).toBe(0);
  expect(Buffer.concat(chunks).equals(data)).toBe(true);
});

it('passes 10 MB from a file to a file unchanged', async () => {
  const place = makePlace();
  const [from, to] = [join(place.home, 'from'), join(place.home, 'to')];
  const data = randomBytes(SIZE);
  writeFileSync(from, data);
  const fds = [openSync(from, 'r'), openSync(to, 'w')] as const;
  const child = spawn(process.execPath, [GUARD, 'run', '-q', 'cat'], {
    cwd: place.repository,
    env: place.env,
    stdio: [...fds, 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  fds.forEach((fd) => closeSync(fd));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect(readFileSync(to).equals(data)).toBe(true);
});

it('keeps stdout and stderr apart, and says its own words on stderr only', async () => {
  const run = await guard(makePlace(), ['run', 'sh', '-c', 'echo out; echo err >&2']);
  expect(run.stdout).toBe('out\n');
  expect(run.stderr).toMatch(/^guard: session .*\nerr\n$/);
});

it('says nothing at all when told to be quiet', async () => {
  const run = await guard(makePlace(), ['run', '-q', 'true']);
  expect(run).toMatchObject({ stdout: '', stderr: '', code: 0 });
});

it.each([0, 1, 2])('runs with descriptor %i closed', async (fd) => {
  const place = makePlace();
  const marker = join(place.repository, 'ran');
  const close = ['<&-', '>&-', '2>&-'][fd];
  const words = `"$1" "$2" run -q sh -c 'echo ran >ran' ${close}`;
  const child = spawn('sh', ['-c', words, 'sh', process.execPath, GUARD], {
    cwd: place.repository,
    env: place.env,
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect(readFileSync(marker, 'utf8')).toBe('ran\n');
});

it('ends when nobody reads what the command writes', async () => {
  const place = makePlace();
  // A pipe made by a shell: Node's are sockets, where the writer may see ECONNRESET instead.
  const script = '"$0" "$1" run -q yes | head -c 1 >/dev/null; exit "${PIPESTATUS[0]}"';
  const child = spawn('bash', ['-c', script, process.execPath, GUARD], {
    cwd: place.repository,
    env: place.env,
    stdio: 'ignore',
  });
  // SIGPIPE, 13
  expect((await outcome(child)).code).toBe(141);
});
