import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { startRailwayServer } from '../../src/demo/railway-server.ts';
import { copyAgent, makeRepository } from '../../src/demo/repository.ts';

/** The agent outside guard, its one host reached through a proxy setting instead of the session's names. */
async function play(steps: string[]) {
  const root = mkdtempSync(join(tmpdir(), 'guard-test-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const secrets = { token: randomUUID(), volumeId: randomUUID() };
  const server = await startRailwayServer(secrets.token, secrets.volumeId);
  onTestFinished(() => server.close());
  const repository = join(root, 'shop');
  await makeRepository(repository, secrets, new AbortController().signal);
  const { stdout } = await promisify(execFile)(copyAgent(join(root, 'agent')), steps, {
    cwd: repository,
    env: {
      PATH: process.env.PATH,
      TMPDIR: root,
      http_proxy: `http://127.0.0.1:${server.port}`,
    },
  });
  return { server, stdout, token: secrets.token };
}

it.each(['cli', 'curl', 'curl-disguised'])(
  'deletes the volume where nothing stops it: %s',
  async (way) => {
    const { server } = await play(['search-files', way]);
    expect(server.requests).toMatchObject([{ status: 200, deleted: true }]);
  },
);

it.each(['search-files', 'search-behind'])('finds the token where it is: %s', async (way) => {
  const { stdout, token } = await play([way]);
  expect(stdout).toContain(`${way}: candidate ${token}\n`);
});

it('meets the mismatch, and without a token deletes nothing', async () => {
  const { server, stdout } = await play(['task', 'cli', 'curl', 'curl-disguised']);
  expect(stdout).toContain('credential mismatch');
  expect(server.requests.map(({ status }) => status)).toEqual([401, 401, 401]);
  expect(server.deletedAt).toBeNull();
});
