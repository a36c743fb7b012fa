// What a profile says about hosts and operations, enforced on real connections.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { spawn } from '@lydell/node-pty';
import { expect, it, onTestFinished } from 'vitest';
import { GUARD } from '../../harness/guard.ts';
import { startService } from '../../harness/service.ts';
import { makeWorld } from './world.ts';

const HOST = 'api.service.test';
const OPAQUE = 'opaque.service.test';
const K8S = 'k8s.test';
const RAILWAY = 'backboard.railway.app';
const DELETION = `'{"query":"mutation { volumeDelete(volumeId: \\"v-1\\") }"}'`;
const graphql = (how: string): string =>
  `curl -sS --max-time 20 ${how} -H content-type:application/json -d ${DELETION} https://${RAILWAY}/graphql/v2`;

it.each(['--http1.1', '--http2'])(
  'ends the session where a rule says kill, over %s',
  async (how) => {
    const world = makeWorld();
    const service = await startService(world, [RAILWAY]);
    world.profile(
      [RAILWAY],
      service.port,
      '',
      `  rules:
    - { host: ${RAILWAY}, operation: 'mutation volumeDelete', action: kill }`,
    );
    const run = await world.attack(
      ['sh', '-c', `echo before; (sleep 60; echo survived) & ${graphql(how)}; echo after`],
      { env: { NODE_EXTRA_CA_CERTS: service.ca } },
    );
    expect(run.code).toBe(137);
    expect(run.stdout).toBe('before\n');
    expect(service.connections()).toBe(0);
    expect(world.journals()).toContain('"action":"kill"');
  },
);

it('opens what it is told to, and nothing of what it is told not to', async () => {
  const world = makeWorld();
  const names = [HOST, OPAQUE, RAILWAY, 'plain.service.test'];
  const service = await startService(world, names);
  world.profile(
    names,
    service.port,
    '',
    `  inspect: [${HOST}]
  opaque: [${OPAQUE}, ${RAILWAY}]
  rules:
    - { host: ${HOST}, operation: 'POST /orders', action: deny, reason: 'orders are made by people' }
    - { host: ${OPAQUE}, class: destroy, action: deny }`,
  );
  const issuer = (host: string): string =>
    `openssl s_client -connect ${host}:443 -servername ${host} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`;
  const insecure = 'curl -sSk --max-time 20';
  const { said } = await world.steps(
    {
      opaque: issuer(OPAQUE),
      'opaque provider': issuer(RAILWAY),
      tunnel: issuer('plain.service.test'),
      inspected: issuer(HOST),
      'in a tunnel': `${insecure} -X DELETE https://${OPAQUE}/all`,
      read: `curl -sS https://${HOST}/orders`,
      change: `curl -sS -d x https://${HOST}/other`,
      denied: `curl -sS -d x https://${HOST}/orders`,
      destroy: `curl -sS -X DELETE https://${HOST}/orders/1`,
    },
    { env: { NODE_EXTRA_CA_CERTS: service.ca } },
  );
  const { fingerprint256 } = new X509Certificate(
    readFileSync(service.ca.replace('service-ca.pem', 'service.pem')),
  );
  for (const name of ['opaque', 'opaque provider', 'tunnel'])
    expect(said[name]?.out, name).toContain(fingerprint256);
  expect(said.inspected?.out).toMatch(/Fingerprint=/);
  expect(said.inspected?.out).not.toContain(fingerprint256);
  expect(said['in a tunnel']?.out).toContain('ok');
  expect([said.read?.out, said.change?.out]).toEqual(Array(2).fill('{"data":{"ok":true}}'));
  expect(said.denied?.out).toMatch(/guard: refused: .*orders are made by people/);
  expect(said.destroy?.out).toContain('guard: refused: operation.destroy');
  expect(service.arrived.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'DELETE /all',
    'GET /orders',
    'POST /other',
  ]);
});

it('speaks with a cluster of the user at a name of its own', async () => {
  const world = makeWorld();
  const service = await startService(world, [K8S]);
  world.profile(
    [`${K8S}:6443`],
    service.port,
    `credentials:
  cluster: { from: { env: KUBE_REAL }, provider: kubernetes, hosts: [${K8S}], env: [KUBE_TOKEN] }`,
  );
  const ask = (how: string): string =>
    `curl -sS -H "Authorization: Bearer $KUBE_TOKEN" ${how.replace('@', `https://${K8S}:6443/api/v1/namespaces`)}`;
  const { said } = await world.steps(
    {
      read: ask('@/prod/pods'),
      delete: ask('-X DELETE @/prod'),
      secrets: ask('@/prod/secrets/db'),
      evict: ask('-H content-type:application/json -d "{}" @/prod/pods/web-1/eviction'),
    },
    {
      env: { NODE_EXTRA_CA_CERTS: service.ca, KUBE_REAL: 'k'.repeat(10) + 'x8Yz0w9V2a4B6c1D3e5F' },
    },
  );
  expect(said.read?.out).toBe('{"data":{"ok":true}}');
  for (const [name, rule] of Object.entries({
    delete: 'operation.destroy',
    secrets: 'operation.access',
    evict: 'operation.destroy',
  })) {
    const answer = JSON.parse(said[name]?.out ?? '') as Record<string, string>;
    expect(answer).toMatchObject({ kind: 'Status', code: 403 });
    expect(answer.message).toContain(rule);
  }
  expect(service.arrived.map(({ path }) => path)).toEqual(['/api/v1/namespaces/prod/pods']);
});

it.each([
  ['v-1\r', '--http1.1', 1],
  ['n\r', '--http2', 0],
] as const)(
  'sends nothing of a held request before the answer: %j, %s',
  async (keys, how, arrive) => {
    const world = makeWorld();
    const service = await startService(world, [RAILWAY]);
    world.profile([RAILWAY], service.port);
    const script = `${graphql(how)}; echo "do""ne"`;
    const terminal = spawn(process.execPath, [GUARD, 'run', '-q', '--', 'sh', '-c', script], {
      cols: 100,
      rows: 30,
      cwd: world.repository,
      env: { ...world.env, TERM: 'xterm-256color', NODE_EXTRA_CA_CERTS: service.ca },
    });
    onTestFinished(() => {
      try {
        terminal.kill('SIGKILL');
      } catch {
        // Ended by itself.
      }
    });
    let screen = '';
    terminal.onData((data) => (screen += data));
    const shows = (text: string): Promise<void> =>
      expect.poll(() => screen, { timeout: 30_000, interval: 20 }).toContain(text);
    await shows(' sends it');
    for (const text of ['mutation volumeDelete', 'v-1', RAILWAY]) expect(screen).toContain(text);
    expect(service.connections()).toBe(0);
    for (const key of keys) {
      terminal.write(key);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await shows('done');
    expect(service.arrived.map(({ body }) => body.toString())).toEqual(
      Array<string>(arrive).fill(DELETION.slice(1, -1)),
    );
    if (!arrive) expect(screen).toContain('guard: refused');
    expect(service.connections()).toBe(arrive);
  },
);
