import { lookup } from 'node:dns/promises';
import { request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { dialAddresses } from './dial-addresses.ts';
import { reachError, ReachError } from './failure.ts';
import type { OuterProxy } from './proxy-settings.ts';

/** A host that only the proxy resolves. */
export interface Via {
  proxy: OuterProxy;
  host: string;
}

const HEAD_LIMIT = 64 * 1024;

/** A connection to `host:port` made by the proxy (CONNECT, RFC 9110, section 9.3.6). @throws ReachError */
export async function connectThrough(
  { proxy, host }: Via,
  port: number,
  limit: number,
  signal: AbortSignal,
): Promise<Socket> {
  const end = Date.now() + limit;
  const socket = await dialProxy(proxy, limit, signal);
  const authority = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) return resolve(socket);
      socket.destroy();
      reject(proxyError(proxy, error));
    };
    const onAbort = () => settle(new ReachError('ABORTED', 'the client has gone'));
    const timer = setTimeout(
      () => settle(new ReachError('ETIMEDOUT', 'no answer in time')),
      Math.max(1, end - Date.now()),
    );
    const { authorization } = proxy;
    const asking = request({
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        ...(authorization ? { 'proxy-authorization': authorization } : {}),
      },
      createConnection: () => socket,
      maxHeaderSize: HEAD_LIMIT,
    });
    asking.once('connect', (answer, _socket, head: Buffer) => {
      const status = answer.statusCode ?? 0;
      if (status < 200 || status > 299)
        return settle(refusedBy(proxy, status, answer.headers['proxy-authenticate']));
      if (head.length) socket.unshift(head);
      settle();
    });
    asking.on('error', settle);
    // An answer that is no answer to CONNECT.
    asking.once('response', () => settle(refusedBy(proxy, 0)));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    asking.end();
  });
}

/** A connection to the proxy itself: the user named it, so it may be anywhere. @throws ReachError */
export async function dialProxy(
  proxy: OuterProxy,
  limit: number,
  signal: AbortSignal,
): Promise<Socket> {
  const end = Date.now() + limit;
  const left = () => Math.max(1, end - Date.now());
  try {
    const addresses = isIP(proxy.host) ? [proxy.host] : await addressesOf(proxy.host, limit);
    const socket = await dialAddresses(addresses, proxy.port, left(), signal);
    if (!proxy.tls) return socket;
    const { secure } = await import('./tls/upstream.ts');
    const target = { addresses, port: proxy.port };
    return await secure(socket, { target, host: proxy.host, alpn: [], limit, signal }, left());
  } catch (error) {
    throw proxyError(proxy, error);
  }
}

/** What a client is told of an answer that is the proxy's own and no host's. */
export function refusedBy(proxy: OuterProxy, status: number, challenge: unknown = ''): ReachError {
  const code = `PROXY_${status}`;
  if (status === 407) {
    const schemes = [challenge].flat().join(',');
    const why =
      schemes && !/\bbasic\b/i.test(schemes)
        ? 'asks for a login that guard does not know; it can do Basic only'
        : proxy.authorization
          ? 'does not accept the name and password of the proxy variable'
          : 'asks for a name and password; put them into the proxy variable';
    return new ReachError(code, `${nameOf(proxy)} ${why} (407)`);
  }
  if (status === 403) return new ReachError(code, `${nameOf(proxy)} refuses this host (403)`);
  return new ReachError(code, `${nameOf(proxy)} did not connect to the host (${status})`);
}

function proxyError(proxy: OuterProxy, error: unknown): ReachError {
  const { code, reason } = reachError(error);
  if (code === 'ABORTED' || code.startsWith('PROXY_')) return new ReachError(code, reason, error);
  return new ReachError(`PROXY_${code}`, `${nameOf(proxy)} cannot be reached: ${reason}`, error);
}

function nameOf({ host, port }: OuterProxy): string {
  return `the proxy ${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function addressesOf(host: string, limit: number): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ReachError('ETIMEDOUT', 'no answer in time')), limit);
  });
  try {
    const found = await Promise.race([lookup(host, { all: true, verbatim: true }), late]);
    return found.map(({ address }) => address);
  } finally {
    clearTimeout(timer);
  }
}
