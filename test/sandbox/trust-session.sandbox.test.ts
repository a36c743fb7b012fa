import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuthority } from '../../src/egress/tls/authority.ts';
import { tlsServer } from '../egress/tls/tls-server.ts';
import type { Upstream } from '../egress/upstream.ts';
import { inside, makePlace, type Place } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { HOST, trustClients } from './trust-clients.ts';

const folder = mkdtempSync(join(tmpdir(), 'guard-trust-'));
const company = createAuthority();
const seen = new Set<string>();
let server: Upstream;
let place: Place;

beforeAll(async () => {
  server = await tlsServer(
    (name) => company.contextFor(name),
    {},
    (socket) =>
      socket.once('data', (data: Buffer) => {
        seen.add(/^\S+ \/([\w-]+)/.exec(data.toString('latin1'))?.[1] ?? '');
        socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      }),
  );
  writeFileSync(join(folder, 'company.pem'), company.certificate);
  place = makePlace({ atEnd: afterAll });
  const hosts = `hosts: { ${HOST}: '${server.address}' }`;
  userProfile(place, `network: { allow: [${HOST}], inspect: [${HOST}], ${hosts} }`);
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Runs each argument vector of a file, one after the other, and prints what they said. */
const RUNNER = `
const { spawnSync } = require('node:child_process');
for (const argv of JSON.parse(require('node:fs').readFileSync('clients.json', 'utf8'))) {
  const { stdout, stderr } = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8', input: '', timeout: 40000 });
  console.log(argv.at(-1), stdout, stderr);
}`;

it('clients reach a host whose TLS guard opens with no set-up, and guard verifies the host', async () => {
  // cargo is in a home that the session does not have; gnutls-cli hangs up as its input ends, and wget is GnuTLS too.
  const left = ['cargo', 'gnutls'];
  const clients = trustClients(place.repository).filter(({ name }) => !left.includes(name));
  const there = clients.filter(({ argv }) => argv !== null);
  const vectors = there.map(({ name, argv }) => argv?.(`https://${HOST}/${name}`));
  writeFileSync(join(place.repository, 'clients.json'), JSON.stringify(vectors));
  writeFileSync(join(place.repository, 'runner.cjs'), RUNNER);
  const env = { SSL_CERT_FILE: join(folder, 'company.pem') };
  const { stdout, stderr } = await inside(place, 'node runner.cjs', { env });
  expect({ seen, stdout, stderr }).toEqual({
    seen: new Set(there.map(({ name }) => name)),
    stdout,
    stderr,
  });
});

it('a host whose certificate nobody vouches for is not reached, and clients read why', async () => {
  seen.clear();
  const { stdout } = await inside(place, `curl -sS https://${HOST}/untrusted`);
  expect(stdout).toContain('its certificate comes from an authority this machine does not trust');
  expect(seen).toEqual(new Set());
});

it('the session sees certificates, and no key', async () => {
  const { stdout } = await inside(place, 'ls /run/guard/trust; cat /run/guard/trust/*');
  expect(stdout).toMatch(/^ca-bundle.pem\nca.pem\n/);
  expect(stdout).toContain('BEGIN CERTIFICATE');
  expect(stdout).not.toContain('PRIVATE');
});
