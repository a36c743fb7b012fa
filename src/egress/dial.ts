import type { Socket } from 'node:net';
import { dialAddresses } from './dial-addresses.ts';
import { connectThrough } from './outer-proxy.ts';
import type { Target } from './types.ts';

/**
 * Connects to where an admitted connection goes, through the user's proxy where there is one. Rejects with the last
 * error, when `limit` milliseconds are over, or when `signal` fires.
 */
export function dial(target: Target, limit: number, signal: AbortSignal): Promise<Socket> {
  const { via, addresses, port } = target;
  return via
    ? connectThrough(via, port, limit, signal)
    : dialAddresses(addresses, port, limit, signal);
}
