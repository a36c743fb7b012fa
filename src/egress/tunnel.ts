import type { Socket } from 'node:net';
import type { Transform } from 'node:stream';

/**
 * Bytes both ways, untouched but for `inbound`, with half-closes passed on; an error or a reset of one side ends the other.
 */
export function tunnel(client: Socket, upstream: Socket, inbound: Transform | null = null): void {
  inbound?.on('error', () => {
    client.destroy();
    upstream.destroy();
  });
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.allowHalfOpen = true;
    from.on('error', () => reset(to));
    from.on('close', (hadError) => {
      if (hadError || !from.readableEnded || !from.writableFinished) to.destroy();
    });
    if (inbound && from === upstream) from.pipe(inbound).pipe(to);
    else from.pipe(to);
  }
}

/** TLS, as to a proxy, has no reset: net.Socket refuses one for what is no TCP socket. */
function reset(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}
