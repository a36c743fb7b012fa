import { createHash } from 'node:crypto';
import type { Http2ServerRequest } from 'node:http2';
import type { Duplex, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';
import type { Exchange } from './server.ts';

export const EVENTS = ['one', 'two', 'three', 'four'];

/** Answers whatever clients of HTTP like to ask. */
export function echoService() {
  const sockets = new WebSocketServer({ noServer: true });
  let acknowledged: (event: string) => void = () => undefined;
  const answer = async ({ request, response, body }: Exchange): Promise<void> => {
    const { pathname, search } = new URL(request.url, 'https://host');
    switch (pathname) {
      case '/redirect':
        response.writeHead(302, { location: '/echo' });
        return void response.end();
      case '/compressed': {
        const text = 'compressed '.repeat(10_000);
        const asked = String(request.headers['accept-encoding']);
        const zip = asked.includes('gzip');
        response.writeHead(200, zip ? { 'content-encoding': 'gzip' } : {});
        return void response.end(zip ? gzipSync(text) : text);
      }
      case '/head':
        response.writeHead(200, { 'content-length': '12345' });
        return void response.end();
      case '/204':
        response.writeHead(204);
        return void response.end();
      case '/304':
        response.writeHead(304, { etag: '"a"' });
        return void response.end();
      case '/trailers':
        response.writeHead(200, { trailer: 'x-sum' });
        response.write('body');
        response.addTrailers({ 'x-sum': 'abc' });
        return void response.end();
      case '/events':
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const event of EVENTS) {
          const heard = new Promise<string>((resolve) => (acknowledged = resolve));
          response.write(`data: ${event}\n\n`);
          if ((await heard) !== event) break;
        }
        return void response.end();
      case '/acknowledge':
        acknowledged((await read(body)).toString());
        return void response.end();
      case '/download': {
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        for (const piece of pieces(Number(search.slice(1))))
          if (!response.write(piece))
            await new Promise<void>((resolve) => response.once('drain', resolve));
        return void response.end();
      }
      case '/sum': {
        const sum = createHash('sha256');
        for await (const chunk of body) sum.update(chunk as Buffer);
        return void response.end(sum.digest('hex'));
      }
      default:
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            path: request.url,
            version: request.httpVersion,
            body: (await read(body)).toString(),
            authorization: request.headers.authorization ?? null,
          }),
        );
    }
  };
  return {
    handle: (exchange: Exchange) => void answer(exchange).catch(() => undefined),
    upgrade: (request: Http2ServerRequest, socket: Duplex, head: Buffer): void => {
      sockets.handleUpgrade(request as never, socket, head, (client) => {
        client.send('hello');
        client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }));
        client.on('error', () => undefined);
      });
    },
  };
}

/** As the client makes them. */
export function* pieces(size: number): Generator<Buffer> {
  const piece = Buffer.alloc(64 * 1024);
  for (let at = 0; at < size; at += piece.length) {
    piece.writeUInt32BE(at / piece.length, 0);
    yield Buffer.from(piece.subarray(0, Math.min(piece.length, size - at)));
  }
}

async function read(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
