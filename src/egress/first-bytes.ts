import type { Socket } from 'node:net';
import { type Sniffed, sniff } from './sniff.ts';

/** More than `sniff` needs for any client that does not play games with tiny records. */
const BYTES_LIMIT = 40 * 1024;

export type FirstBytes = Exclude<Sniffed, { kind: 'more' }> | { kind: 'silent' };

/**
 * What the client speaks. The bytes read are put back and the socket is left paused. `silent`: the client ended,
 * failed, or did not show what it speaks within `limit` milliseconds.
 */
export function readFirstBytes(client: Socket, limit: number): Promise<FirstBytes> {
  return new Promise((resolve) => {
    let seen: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => settle({ kind: 'silent' }), limit);

    const settle = (found: FirstBytes) => {
      clearTimeout(timer);
      client.off('data', onData);
      client.off('end', onEnd);
      client.off('close', onEnd);
      client.pause();
      if (found.kind !== 'silent' && !client.destroyed) client.unshift(seen);
      resolve(found);
    };
    const onData = (chunk: Buffer) => {
      seen = seen.length ? Buffer.concat([seen, chunk]) : chunk;
      const found = sniff(seen);
      if (found.kind !== 'more') settle(found);
      else if (seen.length > BYTES_LIMIT) settle({ kind: 'malformed', reason: 'it is too long' });
    };
    const onEnd = () => settle({ kind: 'silent' });

    client.on('data', onData);
    client.on('end', onEnd);
    client.on('close', onEnd);
  });
}
