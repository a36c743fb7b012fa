import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import { ReachError } from './failure.ts';
import { answerPlain, type HttpConnection, type Proxied } from './http-connection.ts';
import { forwardedHeaders } from './http-head.ts';
import { refusedBy } from './outer-proxy.ts';
import { refusalText, unreachable } from './refuse.ts';
import { tunnel } from './tunnel.ts';

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  connection: HttpConnection;
  agent: Agent;
  proxied: Proxied | null;
  path: string;
}

/** Some hosts answer with heads longer than Node's 16 KiB; this side was allowed. */
const RESPONSE_HEAD_LIMIT = 64 * 1024;

/** Sends an admitted request on and its response back, both streamed. */
export function forward(exchange: Exchange): void {
  const { request, response } = exchange;
  const chunked = request.headers['transfer-encoding'] !== undefined;
  const outgoing = open(exchange, chunked ? ['Transfer-Encoding', 'chunked'] : []);
  if (!outgoing) return;
  pipeline(request, outgoing, () => undefined);
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
}

/**
 * A WebSocket (RFC 6455) becomes a tunnel once the host has agreed. Any other protocol is not offered to the host, as
 * RFC 9110, section 7.8 allows: behind `h2c` further requests would go unseen.
 */
export function forwardUpgrade(exchange: Exchange): void {
  const { request, response, connection } = exchange;
  if (request.headers['content-length'] !== undefined || request.headers['transfer-encoding']) {
    const text = 'guard: refused: network.malformed: a request with a body cannot be upgraded.\n';
    return answerPlain(response, 400, text);
  }
  const websocket = /^websocket$/i.test(request.headers.upgrade ?? '');
  const outgoing = open(
    exchange,
    websocket ? ['Connection', 'Upgrade', 'Upgrade', 'websocket'] : [],
  );
  if (!outgoing) return;
  outgoing.once('upgrade', (answer, upstream, head) => {
    const { client } = connection;
    response.detachSocket(client);
    connection.becomeTunnel();
    client.write(switchingHead(answer));
    if (head.length) upstream.unshift(head);
    tunnel(client, upstream);
  });
  outgoing.end();
}

function open(exchange: Exchange, also: string[]): ClientRequest | null {
  const { request, response, agent, proxied, path } = exchange;
  let outgoing: ClientRequest;
  try {
    outgoing = httpRequest({
      agent,
      method: request.method,
      path: proxied ? proxied.origin + (path === '*' ? '' : path) : path,
      headers: forwardedHeaders(request.rawHeaders, [
        ...hostHeader(exchange),
        ...proxyHeaders(exchange),
        ...also,
      ]),
      setHost: false,
      maxHeaderSize: RESPONSE_HEAD_LIMIT,
    });
  } catch {
    answerPlain(response, 400, 'guard: refused: network.malformed: the target is no URL path.\n');
    return null;
  }
  outgoing.once('response', (answer) => {
    // The proxy asks guard, not the session, which could only be led to look for a password.
    if (proxied && answer.statusCode === 407) {
      const challenge = answer.headers['proxy-authenticate'];
      outgoing.destroy(refusedBy(proxied.proxy, 407, challenge));
    } else answerWith(response, answer);
  });
  outgoing.on('error', (error: NodeJS.ErrnoException) => fail(exchange, outgoing, error));
  return outgoing;
}

/** HTTP/1.0 requests may lack Host; what goes out is HTTP/1.1 and may not. */
function hostHeader({ request, connection }: Exchange): string[] {
  const { name } = connection.dialled;
  return request.headers.host === undefined && name ? ['Host', name] : [];
}

function proxyHeaders({ proxied }: Exchange): string[] {
  const authorization = proxied?.proxy.authorization;
  return authorization ? ['Proxy-Authorization', authorization] : [];
}

function answerWith(response: ServerResponse, answer: IncomingMessage): void {
  response.sendDate = false;
  try {
    const headers = forwardedHeaders(answer.rawHeaders);
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
  } catch {
    answer.destroy();
    response.destroy();
    return;
  }
  pipeline(answer, response, (error) => {
    if (error) response.destroy();
  });
}

function fail({ response }: Exchange, outgoing: ClientRequest, error: NodeJS.ErrnoException): void {
  // The host closed a kept connection as the request went out. Only the client knows whether to send it again, and a
  // connection that closes without an answer is what tells it so (RFC 9112, section 9.3.1).
  const stale = outgoing.reusedSocket && error.code === 'ECONNRESET';
  if (response.headersSent || stale) return void response.destroy();
  const reason =
    error instanceof ReachError
      ? `the host cannot be reached: ${error.reason}`
      : `the host cannot be reached (${error.code ?? 'no answer in time'})`;
  answerPlain(response, 502, refusalText(unreachable(reason)));
}

function switchingHead(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 101 ${answer.statusMessage || 'Switching Protocols'}`];
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
