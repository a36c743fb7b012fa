import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../src/egress/tls/authority.ts';
import type { Upstream } from '../upstream.ts';
import { tlsServer } from './tls-server.ts';

const run = promisify(execFile);
const authority = createAuthority();
const folder = mkdtempSync(join(tmpdir(), 'guard-authority-'));
const file = (name: string) => join(folder, name);
let server: Upstream;

beforeAll(async () => {
  server = await tlsServer((name) => authority.contextFor(name));
  writeFileSync(file('ca.pem'), authority.certificate);
  const client = run('openssl', [
    ...['s_client', '-connect', server.address, '-servername', 'api.test'],
    ...['-CAfile', file('ca.pem'), '-verify_return_error', '-x509_strict', '-showcerts'],
  ]);
  client.child.stdin?.end();
  const { stdout } = await client;
  expect(stdout).toContain('Verify return code: 0 (ok)');
  const leaf = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(stdout);
  writeFileSync(file('leaf.pem'), `${leaf?.[0]}\n`);
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const text = async (name: string) =>
  (await run('openssl', ['x509', '-in', file(name), '-noout', '-text'])).stdout;

describe('openssl', () => {
  it('accepts the chain under its strict checks (RFC 5280)', async () => {
    const check = (...args: string[]) =>
      run('openssl', [
        'verify',
        '-x509_strict',
        '-check_ss_sig',
        '-CAfile',
        file('ca.pem'),
        ...args,
      ]);
    expect((await check(file('ca.pem'))).stdout).toContain('OK');
    const server = ['-purpose', 'sslserver', '-verify_hostname', 'api.test'];
    expect((await check(...server, file('leaf.pem'))).stdout).toContain('OK');
    await expect(check('-purpose', 'sslclient', file('leaf.pem'))).rejects.toMatchObject({
      stderr: expect.stringContaining('unsuitable certificate purpose') as string,
    });
    // A leaf signs nothing.
    await expect(
      run('openssl', ['verify', '-CAfile', file('leaf.pem'), file('ca.pem')]),
    ).rejects.toMatchObject({ code: 2 });
  });

  it('reads the extensions as they are meant', async () => {
    const [ca, leaf] = [await text('ca.pem'), await text('leaf.pem')];
    expect(ca).toMatch(/X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
    expect(ca).toMatch(/X509v3 Key Usage: critical\s+Certificate Sign\n/);
    expect(ca).toContain('Version: 3 (0x2)');
    expect(ca).toContain('NIST CURVE: P-256');
    const identifier = /Subject Key Identifier:\s+([0-9A-F:]{59})\n/.exec(ca)?.[1];
    expect(leaf).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE\n/);
    expect(leaf).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(leaf).toMatch(/X509v3 Extended Key Usage:\s+TLS Web Server Authentication\n/);
    expect(leaf).toMatch(/X509v3 Subject Alternative Name:\s+DNS:api.test\n/);
    expect(leaf).toMatch(
      new RegExp(`X509v3 Authority Key Identifier:\\s+(keyid:)?${identifier}\\n`),
    );
  });
});

const PYTHON = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as raw:
    with context.wrap_socket(raw, server_hostname=sys.argv[3]) as tls:
        print(tls.version())
`;

it.skipIf(!existsSync('/usr/bin/python3'))(
  'python accepts it under VERIFY_X509_STRICT',
  async () => {
    const args = ['-c', PYTHON, file('ca.pem'), String(server.port)];
    expect((await run('/usr/bin/python3', [...args, 'api.test'])).stdout).toBe('TLSv1.3\n');
  },
);

it.skipIf(!existsSync('/usr/bin/certtool'))('GnuTLS accepts the chain', async () => {
  const args = ['--verify', '--load-ca-certificate', file('ca.pem'), '--infile', file('leaf.pem')];
  const host = ['--verify-hostname', 'api.test', '--verify-purpose', '1.3.6.1.5.5.7.3.1'];
  expect((await run('certtool', [...args, ...host])).stdout).toContain('Verified. The certificate');
});
