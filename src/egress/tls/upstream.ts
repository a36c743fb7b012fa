import { isIP, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { dial } from '../dial.ts';
import { reachError, ReachError } from '../failure.ts';
import type { Target } from '../types.ts';
import { CHUNK_BUFFER } from '../inspect/terminate.ts';
import { upstreamContext } from './roots.ts';
import { SessionCache } from './session-cache.ts';

export interface UpstreamOrder {
  target: Target;
  /** The name that was judged: sent as SNI, and what the certificate has to be for. */
  host: string;
  /** In order of preference; the answer is `alpnProtocol` of the socket. */
  alpn: readonly string[];
  /** Milliseconds for all of it. */
  limit: number;
  signal: AbortSignal;
}

const sessions = new SessionCache();

/**
 * TLS to the host itself, verified as strictly as Node does by default, whatever NODE_TLS_REJECT_UNAUTHORIZED says.
 * @throws ReachError
 */
export async function connectUpstream(order: UpstreamOrder): Promise<TLSSocket> {
  const { target, limit, signal } = order;
  const end = Date.now() + limit;
  let socket: Socket;
  try {
    socket = await dial(target, limit, signal);
  } catch (error) {
    throw reachError(error);
  }
  return secure(socket, order, Math.max(1, end - Date.now()));
}

/** TLS over a connection that exists; it is destroyed when that fails. @throws ReachError */
export function secure(
  socket: Socket,
  { target, host, alpn, signal }: UpstreamOrder,
  limit: number,
): Promise<TLSSocket> {
  // A name's sessions stand for a certificate that was checked for that name and port, and for nothing else.
  const key = `${host}:${target.port}`;
  // With it, the end of what a host sends would leave this side open, and nobody would close it.
  socket.allowHalfOpen = false;
  return new Promise((resolve, reject) => {
    const session = sessions.take(key);
    const options: ConnectionOptions = {
      socket,
      host,
      // RFC 6066, section 3: no address. `host` is then what the certificate has to be for; only a proxy has one.
      servername: isIP(host) ? '' : host,
      secureContext: upstreamContext(),
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(alpn.length ? { ALPNProtocols: [...alpn] } : {}),
      ...(session ? { session } : {}),
      // Not among node:tls' own options; passed on to the stream, of which there are many at once.
      ...{ highWaterMark: CHUNK_BUFFER },
    };
    const secured = connect(options);
    const settle = (error?: Error) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (!error) return resolve(secured);
      secured.destroy();
      socket.destroy();
      reject(reachError(error));
    };
    const onAbort = () => settle(new ReachError('ABORTED', 'the client has gone'));
    const timer = setTimeout(() => settle(new ReachError('ETIMEDOUT', 'no answer in time')), limit);
    let fresh: Buffer | undefined;
    // TLS 1.2 gives its session before the certificate was looked at, TLS 1.3 some time after.
    secured.on('session', (next) => {
      fresh = next;
      if (secured.authorized) sessions.keep(key, next);
    });
    secured.once('secureConnect', () => {
      if (fresh) sessions.keep(key, fresh);
      settle();
    });
    // Stays: without a listener a later error would end guard.
    secured.on('error', settle);
    secured.once('close', () =>
      settle(new ReachError('ECONNRESET', 'the host closed the connection')),
    );
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
  });
}
