import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../../../src/egress/tls/authority.ts';
import { connectUpstream } from '../../../src/egress/tls/upstream.ts';
import { listen, type Upstream } from '../upstream.ts';
import { tlsServer } from './tls-server.ts';

const company = createAuthority();
const stranger = createAuthority();
const folder = mkdtempSync(join(tmpdir(), 'guard-upstream-'));
const saved = { ...process.env };
let server: Upstream;
const reused: boolean[] = [];

beforeAll(async () => {
  writeFileSync(join(folder, 'company.pem'), company.certificate);
  // Read when the first connection is made.
  process.env.SSL_CERT_FILE = join(folder, 'company.pem');
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  const options = { ALPNProtocols: ['h2', 'http/1.1'] };
  server = await tlsServer(
    (name) => company.contextFor(name),
    options,
    (socket) => {
      reused.push(socket.isSessionReused());
      socket.on('data', (data: Buffer) => socket.end(data));
    },
  );
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
  process.env = saved;
});

interface Given {
  port?: number;
  alpn?: string[];
  limit?: number;
  signal?: AbortSignal;
}

async function dialled(host: string, given: Given = {}): Promise<TLSSocket> {
  const {
    port = server.port,
    alpn = [],
    limit = 20_000,
    signal = new AbortController().signal,
  } = given;
  const target = { addresses: ['127.0.0.1'], port };
  const socket = await connectUpstream({ target, host, alpn, limit, signal });
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Has the server answer, so that everything it sends after the handshake is here. */
async function talk(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.write('hello');
  for await (const part of socket) text += String(part);
  return text;
}

async function started(upstream: Promise<Upstream>): Promise<number> {
  const made = await upstream;
  onTestFinished(() => made.close());
  return made.port;
}

describe('a connection to a host outside', () => {
  it('is verified by what the machine of the user trusts, and carries bytes both ways', async () => {
    const socket = await dialled('api.test');
    expect(socket.authorized).toBe(true);
    expect(socket.getProtocol()).toBe('TLSv1.3');
    expect(await talk(socket)).toBe('hello');
  });

  it('has the protocol that both prefer, if any', async () => {
    expect((await dialled('api.test', { alpn: ['h2', 'http/1.1'] })).alpnProtocol).toBe('h2');
    expect((await dialled('api.test', { alpn: ['http/1.1'] })).alpnProtocol).toBe('http/1.1');
    expect((await dialled('api.test')).alpnProtocol).toBe(false);
  });

  it('is refused for a certificate of an authority that nobody trusts', async () => {
    const port = await started(tlsServer((name) => stranger.contextFor(name)));
    await expect(dialled('api.test', { port })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      reason: expect.stringContaining('does not trust') as string,
    });
  });

  it('is refused for the certificate of another host, though the authority is trusted', async () => {
    const port = await started(tlsServer(() => company.contextFor('other.test')));
    await expect(dialled('api.test', { port })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      reason: 'its certificate is for other names',
    });
  });

  it('is refused below TLS 1.2', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    const port = await started(tlsServer((name) => company.contextFor(name), old));
    await expect(dialled('api.test', { port })).rejects.toMatchObject({
      reason: 'it speaks no TLS 1.2 or newer',
    });
  });

  it('is refused by a server that speaks no TLS, closes, or is not there', async () => {
    const plain = (answer: (server: Server) => void) => {
      const made = createServer();
      answer(made);
      return started(listen(made));
    };
    const text = await plain((made) =>
      made.on('connection', (socket) => socket.end('220 hello\r\n')),
    );
    await expect(dialled('api.test', { port: text })).rejects.toMatchObject({
      reason: 'it does not speak TLS on that port',
    });
    const closing = await plain((made) => made.on('connection', (socket) => socket.destroy()));
    await expect(dialled('api.test', { port: closing })).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    const missing = await listen(createServer());
    missing.close();
    await expect(dialled('api.test', { port: missing.port })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('is given up when a server stays silent, and when the client goes', async () => {
    const sockets = createServer((socket) => socket.resume());
    const port = await started(listen(sockets));
    await expect(dialled('api.test', { port, limit: 50 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      reason: 'no answer in time',
    });
    const gone = new AbortController();
    const accepted = new Promise<void>((resolve) => sockets.once('connection', () => resolve()));
    const pending = dialled('api.test', { port, signal: gone.signal });
    await accepted;
    gone.abort();
    await expect(pending).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(dialled('api.test', { signal: gone.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });

  it('resumes the session of the same host, and of no other', async () => {
    await talk(await dialled('resumed.test'));
    reused.length = 0;
    await talk(await dialled('resumed.test'));
    await talk(await dialled('not-resumed.test'));
    expect(reused).toEqual([true, false]);
  });

  it('takes no session of one host for the proof of another', async () => {
    // Over TLS 1.2 a server may resume it under any name, and then shows no certificate.
    const contextFor = (name: string) =>
      name === 'victim.test' ? stranger.contextFor(name) : company.contextFor(name);
    const port = await started(tlsServer(contextFor, { maxVersion: 'TLSv1.2' }));
    for (const reused of [false, true, false]) {
      const socket = await dialled('attacker.test', { port });
      expect(socket.isSessionReused()).toBe(reused);
      socket.destroy();
    }
    await expect(dialled('victim.test', { port })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  it('keeps no session of a server it refused', async () => {
    const port = await started(
      tlsServer(() => company.contextFor('other.test'), { maxVersion: 'TLSv1.2' }),
    );
    for (let count = 0; count < 2; count++)
      await expect(dialled('api.test', { port })).rejects.toMatchObject({
        code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      });
  });

  it('says nothing of what a server sent', async () => {
    const port = await started(tlsServer(() => company.contextFor('evil.test')));
    const error = (await dialled('api.test', { port }).catch((caught: unknown) => caught)) as Error;
    expect(error.message).not.toContain('evil');
  });
});
