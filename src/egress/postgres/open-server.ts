import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { int32 } from './messages.ts';
import { LoginFailed } from './log-in.ts';
import { Gone, readExactly, write } from './read.ts';
import type { PostgresOptions } from './types.ts';

const SSL_REQUEST = Buffer.concat([int32(8), int32(80877103)]);

/** A connection to the server, encrypted as the options say. @throws LoginFailed, Gone, or what connecting does */
export async function openServer(
  options: PostgresOptions,
  signal: AbortSignal,
): Promise<{ upstream: Duplex; secure: boolean }> {
  const socket = await options.openUpstream(signal);
  socket.on('error', () => undefined);
  if (signal.aborted) {
    socket.destroy();
    throw new Gone();
  }
  const onAbort = () => socket.destroy();
  signal.addEventListener('abort', onAbort);
  try {
    if (options.upstreamTls === 'disable') return { upstream: socket, secure: false };
    await write(socket, SSL_REQUEST);
    // What follows this byte is TLS or nothing: none of it is read here.
    const answer = (await readExactly(socket, 1)).toString('latin1');
    if (answer === 'S') return { upstream: await secured(socket, options), secure: true };
    if (answer === 'N' && options.upstreamTls === 'prefer')
      return { upstream: socket, secure: false };
    throw new LoginFailed({
      severity: 'FATAL',
      code: '08001',
      text: 'guard: the server has no TLS, and the profile wants it',
    });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function secured(
  socket: Socket,
  { host, upstreamTls, upstreamTlsOptions }: PostgresOptions,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      ...upstreamTlsOptions,
      socket,
      host,
      // RFC 6066, section 3: no literal address in the name.
      ...(isIP(host) ? {} : { servername: host }),
      // As sslmode=prefer and require: encrypted, to whoever it is.
      rejectUnauthorized: upstreamTls === 'verify-full',
    });
    const fail = () =>
      reject(
        new LoginFailed({
          severity: 'FATAL',
          code: '08001',
          text: 'guard: the server’s certificate cannot be trusted, or TLS failed',
        }),
      );
    secure.once('error', fail).once('close', fail);
    secure.once('secureConnect', () => {
      secure.off('error', fail).off('close', fail);
      secure.on('error', () => undefined);
      resolve(secure);
    });
  });
}
