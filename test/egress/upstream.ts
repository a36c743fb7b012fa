import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server on the user's loopback that plays a host of the Internet. */
export interface Upstream {
  /** `127.0.0.1:PORT`, for `network.hosts`. */
  address: string;
  port: number;
  close(): void;
}

export async function listen(server: Server, port = 0): Promise<Upstream> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', 4096, resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    address: `127.0.0.1:${bound}`,
    port: bound,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

export function plainUpstream(answer: RequestListener): Promise<Upstream> {
  return listen(createServer(answer));
}

/** Echoes, with half-closes: what the client sends last it still gets back. */
export function echoUpstream(): Promise<Upstream> {
  return listen(createTcpServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)));
}

export interface SecureUpstream extends Upstream {
  /** File with the certificate that clients are to trust. */
  certificate: string;
}

/** HTTPS with a self-signed certificate for `names`; answers with the path and what it got. */
export async function secureUpstream(names: string[]): Promise<SecureUpstream> {
  const folder = mkdtempSync(join(tmpdir(), 'guard-tls-'));
  const { certificate, tls } = selfSigned(folder, names);
  const server = createSecureServer(tls, (request, response) => {
    void readBody(request).then((body) => response.end(`secure ${request.url} ${body.length}`));
  });
  const upstream = await listen(server);
  return {
    ...upstream,
    certificate,
    close() {
      upstream.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A certificate for `names` that vouches for itself, in a file of `folder`. */
export function selfSigned(folder: string, names: string[]) {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const alternative = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`;
  const subject = ['-subj', '/CN=upstream', '-addext', alternative];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-keyout', key, '-out', certificate, '-days', '2', ...subject],
    { stdio: 'pipe' },
  );
  return { certificate, tls: { key: readFileSync(key), cert: readFileSync(certificate) } };
}

export async function readBody(stream: IncomingMessage | Socket): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
