import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { BrokerContext } from '../../src/broker/definition.ts';

const undo: (() => void)[] = [];
afterAll(() => {
  for (const each of undo.splice(0).reverse()) each();
});

/** A made-up person's home, repository and programs, of this test file alone. */
export async function brokerPlace(): Promise<{
  root: string;
  home: string;
  repository: string;
  context: BrokerContext;
  write: (path: string, text: string) => string;
  program: (name: string) => string;
  git: (...args: string[]) => string;
}> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'guard-broker-')));
  undo.push(() => rmSync(root, { recursive: true, force: true }));
  const [home, repository, programs] = ['home', 'home/project', 'programs'].map((name) =>
    join(root, name),
  ) as [string, string, string];
  for (const folder of [repository, programs]) mkdirSync(folder, { recursive: true });
  const write = (path: string, text: string): string => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const agent = join(root, 'agent');
  const server = createServer().listen(agent);
  await new Promise((resolve) => server.once('listening', resolve));
  undo.push(() => void server.close());
  return {
    root,
    home,
    repository,
    context: {
      repository,
      home,
      env: { PATH: `${programs}:/usr/bin:/bin`, SSH_AUTH_SOCK: agent, LANG: 'C.UTF-8' },
    },
    write,
    program: (name) => {
      const file = write(join(programs, name), '#!/bin/sh\nexit 1\n');
      chmodSync(file, 0o755);
      return file;
    },
    git: (...args) =>
      execFileSync('git', args, {
        cwd: repository,
        encoding: 'utf8',
        env: { PATH: '/usr/bin:/bin', HOME: home, GIT_CONFIG_NOSYSTEM: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
  };
}
