import type { IncomingMessage } from 'node:http';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen, selfSigned, type Upstream } from '../upstream.ts';

/** A host of the Internet, speaking HTTP/1 and HTTP/2 over TLS; its log is the evidence of what reached it. */
export interface Host extends Upstream {
  /** PEM of its certificate. */
  ca: Buffer;
  /** `VERSION METHOD AUTHORITY PATH`, a line for every request head that arrived. */
  log: string[];
  /** Body bytes that arrived, all requests together. */
  received: number;
  /** Connections that were made to it. */
  connections: number;
  forget(): void;
}

export type Handler = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

export async function openHost(
  names: string[],
  handler: Handler = echo,
  more: { old?: boolean } = {},
): Promise<Host> {
  const folder = mkdtempSync(join(tmpdir(), 'guard-host-'));
  const { tls, certificate } = selfSigned(folder, names);
  // Of the two only the first speaks HTTP/2, and it has the events of the second.
  const server = more.old
    ? (createHttpsServer(tls) as unknown as ReturnType<typeof createSecureServer>)
    : createSecureServer({ ...tls, allowHTTP1: true });
  const host: Host = {
    address: '',
    port: 0,
    ca: readFileSync(certificate),
    log: [],
    received: 0,
    connections: 0,
    forget() {
      host.log.length = 0;
      host.received = 0;
      host.connections = 0;
    },
    close() {
      upstream.close();
      rmSync(folder, { recursive: true });
    },
  };
  server.on('connection', () => host.connections++);
  server.on('request', (request, response) => {
    const authority = request.authority ?? request.headers.host ?? '';
    host.log.push(`${request.httpVersion} ${request.method} ${authority} ${request.url}`);
    request.on('data', (chunk: Buffer) => (host.received += chunk.length));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    handler(request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    host.log.push(`upgrade ${request.url}`);
    socket.on('error', () => undefined);
    // RFC 6455, section 1.3.
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-A: 1\r\n${
        request.url === '/status/101' ? '' : `Sec-WebSocket-Accept: ${accept}\r\n`
      }\r\nhi`,
    );
    socket.pipe(socket);
  });
  server.on('sessionError', () => undefined);
  const upstream = await listen(server);
  host.address = upstream.address;
  host.port = upstream.port;
  return host;
}

/** Answers with what it got: head and body. */
export function echo(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-host', 'yes');
    response.end(
      JSON.stringify({
        version: request.httpVersion,
        method: request.method,
        url: request.url,
        headers: request.headers,
        trailers: request.trailers,
        hex: body.length > 1000 ? '' : body.toString('hex'),
        body: body.length > 10_000 ? `${body.length} bytes` : body.toString('latin1'),
      }),
    );
  });
}
