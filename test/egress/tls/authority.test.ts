import { X509Certificate } from 'node:crypto';
import { connect, createServer, type SecureContext, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../../../src/egress/tls/authority.ts';

const DAY = 86_400_000;

/** What a client that trusts `ca` gets from a server with this context. */
async function shake(secureContext: SecureContext, ca: string, servername: string) {
  const server = createServer({ SNICallback: (_name, answer) => answer(null, secureContext) });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port, servername, ca });
  onTestFinished(() => void socket.destroy());
  return new Promise<TLSSocket>((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}

describe('the authority of a session', () => {
  it('is one for TLS servers, for a limited time, under a name of its own', () => {
    const now = new Date('2026-05-04T03:02:01Z');
    const [first, second] = [createAuthority(now), createAuthority(now)].map(
      ({ certificate }) => new X509Certificate(certificate),
    ) as [X509Certificate, X509Certificate];
    expect(first.ca).toBe(true);
    expect(first.verify(first.publicKey)).toBe(true);
    expect(first.checkIssued(first)).toBe(true);
    expect(new Date(first.validFrom).getTime()).toBe(now.getTime() - DAY);
    expect(new Date(first.validTo).getTime()).toBe(now.getTime() + 30 * DAY);
    expect(first.subject).not.toBe(second.subject);
    expect(first.serialNumber).not.toBe(second.serialNumber);
    expect(first.publicKey.export({ format: 'jwk' })).not.toEqual(
      second.publicKey.export({ format: 'jwk' }),
    );
  });

  it('makes a certificate for one name that its own certificate vouches for', async () => {
    const authority = createAuthority();
    const socket = await shake(
      authority.contextFor('api.example'),
      authority.certificate,
      'api.example',
    );
    expect(socket.authorized).toBe(true);
    const leaf = socket.getPeerX509Certificate() as X509Certificate;
    const ca = new X509Certificate(authority.certificate);
    expect(leaf.ca).toBe(false);
    expect(leaf.subjectAltName).toBe('DNS:api.example');
    expect(leaf.subject).not.toContain('api.example');
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(new Date(leaf.validTo) <= new Date(ca.validTo)).toBe(true);
    expect(leaf.publicKey.export({ format: 'jwk' })).not.toEqual(
      ca.publicKey.export({ format: 'jwk' }),
    );
  });

  it('is not vouched for by the authority of another session, nor for another name', async () => {
    const [authority, other] = [createAuthority(), createAuthority()];
    const context = authority.contextFor('api.example');
    await expect(shake(context, other.certificate, 'api.example')).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    await expect(shake(context, authority.certificate, 'www.example')).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('makes one certificate a name, whatever way it is written, and forgets the oldest', () => {
    const authority = createAuthority();
    const contextFor = (name: string) => authority.contextFor(name);
    const first = contextFor('api.example');
    expect(contextFor('API.Example.')).toBe(first);
    for (let count = 0; count < 255; count++) contextFor(`host-${count}.example`);
    expect(contextFor('api.example')).toBe(first);
    contextFor('one-more.example');
    expect(contextFor('api.example')).toBe(first);
    for (let count = 300; count < 556; count++) contextFor(`host-${count}.example`);
    expect(contextFor('api.example')).not.toBe(first);
  });

  it('makes none for what is no host name', () => {
    const authority = createAuthority();
    const contextFor = (name: string) => authority.contextFor(name);
    for (const name of [
      '',
      '*',
      '*.example',
      '127.0.0.1',
      '::1',
      'a b',
      'a\0b',
      'a,DNS:b',
      'ä.example',
    ])
      expect(() => contextFor(name)).toThrow('no host name');
  });

  it('takes a name as long as names can be', async () => {
    const host = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
    const authority = createAuthority();
    const socket = await shake(authority.contextFor(host), authority.certificate, host);
    expect(socket.authorized).toBe(true);
  });
});
