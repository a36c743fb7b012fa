import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../src/egress/tls/authority.ts';
import { TRUST_INSIDE } from '../../src/sandbox/build-plan.ts';
import { bwrapArguments } from '../../src/sandbox/bwrap-arguments.ts';
import { prepareTrust, type SessionTrust } from '../../src/sandbox/trust.ts';
import { tlsServer } from '../egress/tls/tls-server.ts';
import type { Upstream } from '../egress/upstream.ts';
import { HOST, trustClients } from './trust-clients.ts';

const folder = mkdtempSync(join(tmpdir(), 'guard-trust-'));
const authority = createAuthority();
const clients = trustClients(folder);
let server: Upstream;
let trust: SessionTrust;
/** Paths of requests that came over TLS: a client that does not trust sends none. */
const seen: string[] = [];

beforeAll(async () => {
  server = await tlsServer(
    (name) => authority.contextFor(name),
    {},
    (socket) =>
      socket.once('data', (data: Buffer) => {
        seen.push(/^\S+ \/([\w-]+)/.exec(data.toString('latin1'))?.[1] ?? '');
        socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      }),
  );
  mkdirSync(join(folder, 'session'), { mode: 0o700 });
  mkdirSync(join(folder, 'home'));
  writeFileSync(join(folder, 'hosts'), `127.0.0.1 localhost ${HOST}\n`);
  const { certificate, subjectHash } = authority;
  trust = prepareTrust({
    folder: join(folder, 'session/trust'),
    env: {},
    certificate,
    subjectHash,
  });
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => void (seen.length = 0));

/** In a sandbox with the mounts of a session, or without them. */
function run(
  argv: string[],
  mounts: SessionTrust['mounts'],
  env: Record<string, string>,
): Promise<string> {
  const { PATH = '', RUSTUP_HOME, RUSTUP_TOOLCHAIN } = process.env;
  const home = join(folder, 'home');
  const rust = {
    RUSTUP_HOME: RUSTUP_HOME ?? join(userInfo().homedir, '.rustup'),
    RUSTUP_TOOLCHAIN,
  };
  const given = Object.entries({ PATH, HOME: home, ...rust, ...env }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const args = bwrapArguments(
    {
      mounts: [
        { op: 'ro-bind', source: '/', target: '/' },
        { op: 'proc', target: '/proc' },
        { op: 'dev', target: '/dev' },
        { op: 'tmpfs', target: '/run' },
        { op: 'bind', source: home, target: home },
        { op: 'ro-bind', source: join(folder, 'hosts'), target: '/etc/hosts' },
        ...mounts,
      ],
      env: Object.fromEntries(given),
      withheldEnv: [],
      cwd: home,
      argv,
      uid: userInfo().uid,
      gid: userInfo().gid,
      hostname: 'guard',
      network: { tcpPorts: [], hostPorts: [], publish: [] },
      userNamespaces: false,
    },
    false,
  );
  return new Promise((resolve) => {
    const child = execFile(
      'bwrap',
      [
        ...args,
        '--clearenv',
        ...given.flatMap(([name, value]) => ['--setenv', name, value]),
        ...argv,
      ],
      { env: {}, timeout: 50_000 },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
    child.stdin?.end();
  });
}

const url = (name: string) => `https://${HOST}:${server.port}/${name}`;
const inside = (): SessionTrust['mounts'] => [
  { op: 'ro-bind', source: trust.source, target: TRUST_INSIDE },
  ...trust.mounts,
];

describe.each(clients)('$name', ({ name, argv, byFiles }) => {
  const there = argv ?? (() => []);

  it.skipIf(!argv)('trusts the authority of the session with no set-up', async () => {
    const output = await run(there(url(name)), inside(), trust.env);
    expect({ seen: [...new Set(seen)], output }).toEqual({ seen: [name], output });
  });

  it.skipIf(!argv)(
    `${byFiles ? 'trusts' : 'does not trust'} it by the system's files alone`,
    async () => {
      const output = await run(there(url(name)), inside(), {});
      expect({ seen: [...new Set(seen)], output }).toEqual({ seen: byFiles ? [name] : [], output });
    },
  );

  it.skipIf(!argv)('does not trust it outside the session', async () => {
    const output = await run(there(url(name)), [], {});
    expect({ seen, output }).toEqual({ seen: [], output });
  });
});
