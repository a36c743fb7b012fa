import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { listen, type Upstream } from './upstream.ts';

export interface TestProxy extends Upstream {
  /** Tunnels that are open. */
  open(): number;
  /** What it was asked for: `CONNECT host:port`, `GET http://…`, each with the credentials that came along. */
  asked: { line: string; authorization: string | undefined }[];
}

export interface ProxyBehaviour {
  /** Name → ADDRESS:PORT, as only the proxy knows; the port that was asked for does not matter. */
  hosts: Record<string, string>;
  /** `user:password` that it wants. */
  login?: string;
  challenge?: string;
  /** Names it answers with 403. */
  forbidden?: string[];
  tls?: SecureContextOptions;
}

/** A proxy as companies have them, on loopback. */
export async function connectProxy(behaviour: ProxyBehaviour): Promise<TestProxy> {
  const asked: TestProxy['asked'] = [];
  const tunnels = new Set<Socket>();
  const { hosts, login, challenge = 'Basic realm="test"', forbidden = [], tls } = behaviour;
  const refusal = (request: IncomingMessage, host: string): number | null => {
    const authorization = request.headers['proxy-authorization'];
    asked.push({ line: `${request.method} ${request.url}`, authorization });
    const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`;
    if (wanted && authorization !== wanted) return 407;
    if (forbidden.includes(host)) return 403;
    return hosts[host] ? null : 502;
  };
  const upstream = (host: string): Socket => {
    const [address, port] = (hosts[host] ?? '').split(':');
    return connect(Number(port), address).on('error', () => undefined);
  };

  const server: Server = tls ? createSecureServer(tls) : createServer();
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    client.on('error', () => undefined);
    const host = request.url?.split(':')[0] ?? '';
    const status = refusal(request, host);
    if (status)
      return void client.end(
        `HTTP/1.1 ${status} No\r\nproxy-authenticate: ${challenge}\r\ncontent-length: 2\r\n\r\nno`,
      );
    const out = upstream(host);
    tunnels.add(client);
    client.once('close', () => {
      tunnels.delete(client);
      out.destroy();
    });
    out.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      out.pipe(client).pipe(out);
    });
  });
  server.on('request', (request, response) => {
    const { host, pathname } = new URL(request.url ?? '', 'http://none.test');
    const status = refusal(request, host);
    if (status) return void response.writeHead(status, { 'proxy-authenticate': challenge }).end();
    const out = upstream(host);
    request.resume();
    out.end(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    out.pipe(response.socket as Socket);
  });
  return { ...(await listen(server)), asked, open: () => tunnels.size };
}
