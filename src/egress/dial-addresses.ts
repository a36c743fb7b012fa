import { connect, isIP, type Socket } from 'node:net';
import { ReachError } from './failure.ts';

/** RFC 8305, section 8: the head start of one address over the next. */
const ATTEMPT_DELAY_MS = 250;
/** A client's own keep-alive ends at guard's side, so guard keeps the way outside open; seconds as most clients have. */
const OPTIONS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
};
/** More addresses than this are not tried: a name decides how many it has. */
const ATTEMPTS = 8;

/**
 * Connects to the first address that answers ("happy eyeballs", RFC 8305, section 5). Only literal addresses are
 * dialled, so nothing is looked up between the check and the connection. Rejects with the last error, when `limit`
 * milliseconds are over, or when `signal` fires.
 */
export function dialAddresses(
  addresses: readonly string[],
  port: number,
  limit: number,
  signal: AbortSignal,
): Promise<Socket> {
  const queue = interleave(addresses).slice(0, ATTEMPTS);
  return new Promise((resolve, reject) => {
    const attempts = new Set<Socket>();
    let next: NodeJS.Timeout | undefined;
    let lastError: Error = new ReachError('ENOTFOUND', 'there is no address to connect to');

    const settle = (winner: Socket | null, error?: Error) => {
      clearTimeout(next);
      clearTimeout(last);
      signal.removeEventListener('abort', onAbort);
      for (const attempt of attempts) if (attempt !== winner) attempt.destroy();
      if (winner) resolve(winner);
      else reject(error ?? lastError);
    };
    const onAbort = () => settle(null, new ReachError('ABORTED', 'the client has gone'));
    const last = setTimeout(
      () => settle(null, new ReachError('ETIMEDOUT', 'no answer in time')),
      limit,
    );
    const start = () => {
      clearTimeout(next);
      const address = queue.shift();
      if (!address) {
        if (attempts.size === 0) settle(null);
        return;
      }
      const attempt = connect({ ...OPTIONS, host: address, port });
      attempts.add(attempt);
      attempt.on('error', (error) => {
        lastError = error;
        if (attempts.delete(attempt)) start();
      });
      attempt.once('connect', () => {
        attempts.delete(attempt);
        settle(attempt);
      });
      next = setTimeout(start, ATTEMPT_DELAY_MS);
    };

    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    start();
  });
}

/** One of each family in turn, beginning with the resolver's first choice (RFC 8305, section 4). */
function interleave(addresses: readonly string[]): string[] {
  const first = isIP(addresses[0] ?? '');
  const [same, other] = [true, false].map((wanted) =>
    addresses.filter((address) => isIP(address) !== 0 && (isIP(address) === first) === wanted),
  ) as [string[], string[]];
  const out: string[] = [];
  for (let at = 0; at < Math.max(same.length, other.length); at++) {
    out.push(...same.slice(at, at + 1), ...other.slice(at, at + 1));
  }
  return out;
}
