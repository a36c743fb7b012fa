import { createServer, type SecureContext, type TLSSocket, type TlsOptions } from 'node:tls';
import { listen, type Upstream } from '../upstream.ts';

/** A TLS server on loopback that answers every request with one line of HTTP/1.1, by certificates of `contextFor`. */
export function tlsServer(
  contextFor: (name: string) => SecureContext,
  options: TlsOptions = {},
  serve: (socket: TLSSocket) => void = answerHttp,
): Promise<Upstream> {
  const server = createServer(
    { SNICallback: (name, answer) => answer(null, contextFor(name)), ...options },
    (socket) => {
      socket.on('error', () => undefined);
      serve(socket);
    },
  );
  server.on('tlsClientError', () => undefined);
  return listen(server);
}

function answerHttp(socket: TLSSocket): void {
  socket.once('data', () =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok'),
  );
}
