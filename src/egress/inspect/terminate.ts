import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

/** Bytes that wait for a slow side in JavaScript, beside what node:tls keeps itself; node:http takes it over. */
export const CHUNK_BUFFER = 4 * 1024;
/** In the order of preference; a client that offers none of them is refused by OpenSSL with the alert for it. */
const PROTOCOLS = ['h2', 'http/1.1', 'http/1.0'];

/** What lies beneath opened connections. */
const beneath = new WeakMap<Socket, Socket>();

/** Ends a connection so that nobody takes what came for all there is: many clients miss the end of TLS (RFC 8446, section 6.1). */
export function reset(client: Socket): void {
  const socket = beneath.get(client) ?? client;
  if (!socket.destroyed) socket.resetAndDestroy();
  client.destroy();
}

/**
 * Answers a TLS hello in the host's place. Resolves to the opened connection, or to why there is none: the client broke off,
 * sent nonsense, or did not finish in time.
 */
export function terminateTls(
  client: Socket,
  secureContext: SecureContext,
  milliseconds: number,
): Promise<TLSSocket | { failed: string }> {
  const opened = new TLSSocket(client, {
    isServer: true,
    secureContext,
    ALPNProtocols: PROTOCOLS,
    ...{ highWaterMark: CHUNK_BUFFER },
  });
  beneath.set(opened, client);
  return new Promise((resolve) => {
    const timer = setTimeout(() => fail('ETIMEDOUT'), milliseconds);
    const fail = (code: string) => {
      clearTimeout(timer);
      opened.destroy();
      resolve({ failed: code });
    };
    // node:tls tells of errors that way as long as its own server has not let go of a socket, which it never had.
    opened.on('_tlsError', (error: NodeJS.ErrnoException) => fail(error.code ?? 'error'));
    opened.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'error'));
    opened.once('close', () => fail('ECONNRESET'));
    opened.once('secure', () => {
      clearTimeout(timer);
      // Also its own server's to say; node:http2 waits for it.
      Object.assign(opened, { secureConnecting: false });
      resolve(opened);
    });
  });
}
