import { readFileSync } from 'node:fs';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough, type Duplex, type Readable } from 'node:stream';
import type { Place } from '../../harness/guard.ts';
import { makeCertificates } from '../../harness/service.ts';

/** A request on its way in; its body streams. */
export interface Exchange {
  request: Http2ServerRequest;
  response: Http2ServerResponse;
  body: Readable;
}

export interface Head {
  version: string;
  host: string;
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
}

export interface StreamingService {
  port: number;
  ca: string;
  cert: string;
  key: string;
  heads: Head[];
  /** Heads and bodies as they came, as one text; of each body the beginning. */
  seen(): string;
  connections(): number;
}

type Upgrade = (request: Http2ServerRequest, socket: Duplex, head: Buffer) => void;

/** Of each body so much is kept to be searched. */
const KEPT = 256 * 1024;

/** A TLS server on loopback, HTTP/1.1 and HTTP/2, that sees requests while they come. */
export async function startStreaming(
  place: Place,
  names: readonly string[],
  handle: (exchange: Exchange) => void,
  upgrade?: Upgrade,
): Promise<StreamingService> {
  const files = makeCertificates(join(place.home, '..'), names);
  const heads: Head[] = [];
  const kept: Buffer[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const note = (request: Http2ServerRequest): void => {
    const head = {
      version: request.httpVersion,
      host: String(request.headers[':authority'] ?? request.headers.host ?? ''),
      method: request.method,
      path: request.url,
      headers: request.headers,
    };
    heads.push(head);
    kept.push(Buffer.from(JSON.stringify(head)));
  };
  const server = createSecureServer(
    { allowHTTP1: true, key: readFileSync(files.key), cert: readFileSync(files.cert) },
    (request, response) => {
      note(request);
      const body = new PassThrough();
      let size = 0;
      request.on('data', (chunk: Buffer) => {
        if (size < KEPT) kept.push(chunk);
        size += chunk.length;
      });
      request.on('error', (error) => body.destroy(error));
      body.on('error', () => undefined);
      request.pipe(body);
      handle({ request, response, body });
    },
  );
  if (upgrade)
    server.on('upgrade', ((request, socket, head) => {
      note(request);
      upgrade(request, socket, head);
    }) as Upgrade);
  server.on('secureConnection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  place.atEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    ...files,
    port: (server.address() as AddressInfo).port,
    heads,
    seen: () => Buffer.concat(kept).toString('latin1'),
    connections: () => connections,
  };
}
