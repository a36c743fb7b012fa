import { createServer, type Server } from 'node:net';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeScene, reported, sh, type Scene } from './scene.ts';

/** A server outside that answers with a word; counts who came. */
async function listen(where: { host: string; port: 0 } | { path: string }) {
  let visits = 0;
  const server: Server = createServer((socket) => {
    visits += 1;
    socket.on('error', () => undefined);
    socket.end('REACHED');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, resolve);
  });
  onTestFinished(() => void server.close());
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, visits: () => visits };
}

async function reach(scene: Scene, ...targets: string[]) {
  const run = (how: 'attack' | 'unguarded') => scene[how](['connect.mjs', ...targets]);
  const inside = reported<Record<string, string>>(await run('attack'));
  const outside = reported<Record<string, string>>(await run('unguarded'));
  return { inside, outside };
}

it.each([
  ['IPv4', '127.0.0.1'],
  ['IPv6', '::1'],
])('keeps servers on the loopback of the user out of reach: %s', async (_, host) => {
  const scene = makeScene();
  const { port, visits } = await listen({ host, port: 0 });
  const { inside, outside } = await reach(scene, `tcp:${host}:${port}`);
  expect(Object.values(outside)).toEqual(['REACHED']);
  expect(Object.values(inside)).not.toContain('REACHED');
  expect(visits()).toBe(1);
});

it('keeps sockets of the host out of reach: paths and abstract names', async () => {
  const scene = makeScene();
  const runtime = join(scene.state, '..', 'runtime');
  mkdirSync(runtime);
  const name = `guard-test-${process.pid}-${Date.now()}`;
  const paths = [join(runtime, 'bus'), `/tmp/${name}.sock`, `/dev/shm/${name}.sock`];
  for (const path of paths) onTestFinished(() => rmSync(path, { force: true }));
  const servers = await Promise.all([...paths, `\0${name}`].map((path) => listen({ path })));
  const { inside, outside } = await reach(
    scene,
    ...paths.map((path) => `unix:${path}`),
    `abstract:${name}`,
  );
  expect(Object.values(outside)).toEqual(servers.map(() => 'REACHED'));
  for (const answer of Object.values(inside)) expect(answer).toMatch(/^E/);
  expect(servers.map(({ visits }) => visits())).toEqual(servers.map(() => 1));
});

it('sends no query of a name out, nor any datagram', async () => {
  const scene = makeScene();
  const { port, visits } = await listenForDatagrams();
  const target = `udp:127.0.0.1:${port}`;
  const { inside } = await reach(scene, target, `dns:${scene.secret}.example.com`);
  expect(inside[`dns:${scene.secret}.example.com`]).toMatch(/^E(NOTFOUND|NODATA|AI_AGAIN)$/);
  expect(visits()).toBe(1);
});

it('has no interface but loopback', async () => {
  const run = await makeScene().attack(sh('tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "'));
  expect(run.stdout.trim()).toBe('lo');
});

async function listenForDatagrams() {
  const { createSocket } = await import('node:dgram');
  const socket = createSocket('udp4');
  let visits = 0;
  socket.on('message', () => (visits += 1));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void socket.close());
  return { port: socket.address().port, visits: () => visits };
}
