import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Publish, startPublish } from '../../src/egress/publish.ts';
import { GuardError } from '../../src/guard-error.ts';
import { type Namespace, openNamespace } from './namespace.ts';
import { readBody } from './upstream.ts';

let inside: Namespace;
let folder: string;
let connector: ChildProcess;
let publish: Publish | undefined;
const notices: string[] = [];

beforeAll(async () => {
  inside = await openNamespace([]);
  folder = mkdtempSync(join(tmpdir(), 'guard-publish-'));
  const entry = fileURLToPath(new URL('../../src/egress/publish-connector.ts', import.meta.url));
  const outfile = join(folder, 'connector.mjs');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' });
  const enter = ['--target', String(inside.pid), '--user', '--net', '--preserve-credentials'];
  connector = spawn('nsenter', [...enter, process.execPath, outfile], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
});

afterAll(() => {
  publish?.close();
  connector.kill('SIGKILL');
  inside.close();
  rmSync(folder, { recursive: true });
});

const onNotice = (text: string) => notices.push(text);

/** A port that is free on the user's side now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it("leads the user's port to the agent's server, which may speak first and read to the end", async () => {
  const ports = [await freePort(), await freePort()];
  publish = await startPublish({ ports, connector, onNotice });
  const code = `
    const { createServer } = require('node:net');
    const serve = (host, port) => createServer({ allowHalfOpen: true }, (socket) => {
      socket.write('hello from ' + host + ': ');
      socket.pipe(socket);
    }).listen(port, host, () => ++ready === 2 && console.log('ready'));
    let ready = 0;
    serve('127.0.0.1', ${ports[0]});
    serve('::1', ${ports[1]});
    setTimeout(() => process.exit(), 20000);`;
  const server = inside.run([process.execPath, '-e', code]);
  for (const [at, host] of ['127.0.0.1', '::1'].entries()) {
    let answer = '';
    // The server needs a moment to start; until then its port refuses.
    while (!answer) {
      const socket = connect({ port: ports[at] ?? 0, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => undefined);
      socket.end('x'.repeat(100_000));
      answer = await readBody(socket).catch(() => '');
    }
    expect(answer).toBe(`hello from ${host}: ${'x'.repeat(100_000)}`);
  }
  publish.close();
  void server;
});

it('resets while nobody listens inside', async () => {
  const port = await freePort();
  publish = await startPublish({ ports: [port], connector, onNotice });
  const socket = connect(port, '127.0.0.1');
  const code = await new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  expect(code).toBe('ECONNRESET');
  publish.close();
});

it('names a port that is taken, and leaves nothing listening', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const free = await freePort();
  const started = startPublish({ ports: [free, port], connector, onNotice });
  await expect(started).rejects.toThrow(GuardError);
  await expect(started).rejects.toThrow(
    `cannot publish port ${port}: another program listens on it`,
  );
  const probe = connect(free, '127.0.0.1');
  await expect(new Promise((_, reject) => probe.on('error', reject))).rejects.toThrow(
    'ECONNREFUSED',
  );
  taken.close();
});

it('says when the connector has ended', async () => {
  const port = await freePort();
  publish = await startPublish({ ports: [port], connector, onNotice });
  const gone = new Promise((resolve) => connector.once('disconnect', resolve));
  connector.kill('SIGKILL');
  await gone;
  expect(notices).toHaveLength(1);
});
