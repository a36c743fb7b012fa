import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { Place } from './guard.ts';

/** A request as it came to a service, whole. What is not in here never arrived. */
export interface Arrived {
  version: string;
  host: string;
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface Service {
  port: number;
  /** PEM file of the CA that signed its certificate. */
  ca: string;
  arrived: Arrived[];
  /** Everything that came in, heads and bodies, as one text: to be searched. */
  seen(): string;
  /** TCP connections so far. */
  connections(): number;
}

export type Respond = (request: Arrived, response: Http2ServerResponse) => void;

/** A TLS server on loopback for names of a test's own, HTTP/1.1 and HTTP/2, signed by a CA of the test's own. */
export async function startService(
  place: Place,
  names: readonly string[],
  respond: Respond = (_, response) => void response.end('{"data":{"ok":true}}'),
): Promise<Service> {
  const { ca, key, cert } = makeCertificates(join(place.home, '..'), names);
  const arrived: Arrived[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const raw: Buffer[] = [];
  const handle = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    const chunks: Buffer[] = [];
    const head = {
      version: request.httpVersion,
      host: String(request.headers[':authority'] ?? request.headers.host ?? ''),
      method: request.method,
      path: request.url,
      headers: request.headers,
    };
    raw.push(Buffer.from(JSON.stringify(head)));
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      raw.push(chunk);
    });
    request.on('error', () => undefined);
    request.on('end', () => {
      // Over HTTP/2 a request that was reset ends as well.
      if (request.aborted) return;
      const whole = { ...head, body: Buffer.concat(chunks) };
      arrived.push(whole);
      respond(whole, response);
    });
  };
  const server = createSecureServer(
    { allowHTTP1: true, key: readFileSync(key), cert: readFileSync(cert) },
    handle,
  );
  server.on('secureConnection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.on('sessionError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  place.atEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (server.address() as AddressInfo).port,
    ca,
    arrived,
    seen: () => Buffer.concat(raw).toString('latin1'),
    connections: () => connections,
  };
}

/** A CA and a leaf for the names, in files of the folder. */
export function makeCertificates(
  folder: string,
  names: readonly string[],
): { ca: string; key: string; cert: string } {
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { stdio: 'pipe' });
  const made = { ca: file('service-ca.pem'), key: file('service.key'), cert: file('service.pem') };
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    ...['req', '-x509', ...ec, '-keyout', file('service-ca.key'), '-out', made.ca],
    ...['-days', '2', '-subj', '/CN=test service CA'],
  );
  openssl(
    ...['req', ...ec, '-keyout', made.key, '-out', file('service.csr')],
    ...['-subj', `/CN=${names[0] ?? 'service'}`],
  );
  writeFileSync(
    file('service.ext'),
    `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`,
  );
  openssl(
    ...[
      'x509',
      '-req',
      '-in',
      file('service.csr'),
      '-CA',
      made.ca,
      '-CAkey',
      file('service-ca.key'),
    ],
    ...['-CAcreateserial', '-days', '2', '-extfile', file('service.ext'), '-out', made.cert],
  );
  return made;
}
