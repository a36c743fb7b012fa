import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Admitter } from './admit.ts';
import { answerPlain, HttpConnection, type Opened } from './http-connection.ts';
import { forward, forwardUpgrade } from './http-forward.ts';
import { readHead } from './http-head.ts';
import { doubtful } from './inspect/h1-doubt.ts';
import type { Inspection } from './inspect/inspection.ts';
import { PlainUpstream } from './inspect/plain-upstream.ts';
import type { Upstream } from './inspect/upstream.ts';
import { BUILT_IN, linger, refusal, refusalText } from './refuse.ts';
import type { Dialled, EgressLimits, Refusal } from './types.ts';

export interface HttpGate {
  /** Takes over a socket whose first bytes are, or claim to be, an HTTP/1 request. */
  serve(client: Socket, dialled: Dialled, opened?: Opened): void;
}

/**
 * Plain HTTP, request by request: one strict parser reads the Host header and frames the body, and what goes out is
 * written anew from what it read, so there are no bytes that one side takes for a body and the other for a request.
 */
export function createHttpGate(
  admitter: Admitter,
  limits: EgressLimits,
  inspection: Inspection | null = null,
): HttpGate {
  const connections = new WeakMap<Socket, HttpConnection>();
  const server = createServer({
    insecureHTTPParser: false,
    // Done by readHead, so that it is journalled.
    requireHostHeader: false,
    // Done by HttpConnection: node:http limits only sockets that it accepted itself.
    keepAliveTimeout: 0,
    headersTimeout: 0,
    requestTimeout: 0,
  });

  const handle = async (
    request: IncomingMessage,
    response: ServerResponse,
    connection: HttpConnection,
    upgrade: boolean,
  ) => {
    const { dialled, opened } = connection;
    const refuse = (status: number, why: Refusal) => {
      connection.refused = true;
      answerPlain(response, status, refusalText(why));
    };
    const head = readHead(request, dialled.port, opened ? 'https' : 'http');
    if (!head.ok) {
      const why = refusal(BUILT_IN.malformed, `the request cannot be judged: ${head.reason}`);
      return refuse(400, admitter.refuse(why, null, dialled));
    }
    if (dialled.name && head.host === null && request.headers.host !== undefined) {
      const reason = `the connection was made to ${dialled.name} and asks for an address`;
      const why = refusal(BUILT_IN.mismatch, reason);
      return refuse(403, admitter.refuse(why, null, dialled));
    }
    const inspected = { request, response, connection, path: head.path, upgrade, refuse };
    if (opened) {
      if (head.host === opened.host || request.headers.host === undefined) {
        return inspect({ ...inspected, host: opened.host, upstream: opened.upstream });
      }
      const reason = `the connection was made to ${opened.host} and asks for ${head.host ?? 'an address'}`;
      const why = refusal(BUILT_IN.mismatch, reason);
      // RFC 9110, section 15.5.20: the client may try again on another connection.
      return refuse(421, admitter.refuse(why, head.host, dialled));
    }
    const route = await connection.route(head.host);
    if (!route.ok) {
      return refuse(route.refusal.kind === 'unreachable' ? 502 : 403, route.refusal);
    }
    const host = head.host ?? dialled.name;
    // RFC 9110, section 9.3.8: whoever answers repeats what it got, and a proxy gets a password from guard.
    if (route.proxied && request.method === 'TRACE') {
      const reason = 'TRACE would have the proxy repeat what guard tells it';
      return refuse(403, admitter.refuse(refusal(BUILT_IN.malformed, reason), host, dialled));
    }
    if (host !== null && inspection?.opens(host, dialled.port)) {
      const upstream = new PlainUpstream(route.agent, route.proxied);
      return inspect({ ...inspected, host, upstream });
    }
    if (request.headers.expect !== undefined) response.writeContinue();
    const { agent, proxied } = route;
    const exchange = { request, response, connection, agent, proxied, path: head.path };
    if (upgrade) forwardUpgrade(exchange);
    else forward(exchange);
  };

  /** A request to a host that is judged request by request. */
  const inspect = async (inspected: Inspected) => {
    const { request, response, connection, path, upgrade, host, upstream, refuse } = inspected;
    const { client, dialled, opened } = connection;
    const unclear = doubtful(request, path, upgrade);
    if (unclear) {
      const why = refusal(BUILT_IN.malformed, `the request cannot be judged: ${unclear}`);
      return refuse(400, admitter.refuse(why, host, dialled));
    }
    const exchange = {
      ...{ request, response, client, host, path },
      port: dialled.port,
      scheme: opened ? ('https' as const) : ('http' as const),
      websocket: upgrade && /^websocket$/i.test(request.headers.upgrade ?? ''),
      becomeTunnel: () => connection.becomeTunnel(),
      close: () => void (connection.refused = true),
    };
    const inspector = await inspection?.load();
    if (!inspector) return void client.destroy();
    if (connection.broken && !request.complete) return void client.destroy();
    connection.judging = true;
    await inspector.serveCall(exchange, upstream, dialled);
    connection.judging = false;
  };

  const start = (request: IncomingMessage, response: ServerResponse, upgrade = false) => {
    const connection = connections.get(request.socket);
    if (!connection) return void request.socket.destroy();
    connection.requestStarted(request, response);
    connection.inTurn(() => handle(request, response, connection, upgrade));
  };

  server.on('request', (request, response) => start(request, response));
  server.on('checkContinue', (request, response) => start(request, response));
  server.on('upgrade', (request, socket: Socket, head) => {
    // From here on node:http leaves the socket to us: its response ends it.
    if (head.length) socket.unshift(head);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => {
      socket.end();
      linger(socket);
    });
    start(request, response, true);
  });
  server.on('connect', (_request, socket: Socket) => {
    const connection = connections.get(socket);
    if (!connection || connection.refused) return void socket.destroy();
    connection.refused = true;
    const why = admitter.refuse(refusal(BUILT_IN.proxy), null, connection.dialled);
    endWith(socket, 403, refusalText(why));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const connection = connections.get(socket);
    if (!connection || !error.code?.startsWith('HPE_')) return void socket.destroy();
    connection.broken = true;
    // Its body broke off or is no body, and whoever reads it waits for the rest.
    if (connection.receiving) return void socket.destroy();
    // What came before on the connection is judged first: it may be what the error belongs to.
    connection.inTurn(() => {
      // In the middle of an answer nothing more can be said.
      if (connection.busy || !socket.writable) return void socket.destroy();
      const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
      const reason = tooLong ? 'its head is too long' : `it is not strict HTTP/1 (${error.code})`;
      const why = refusal(BUILT_IN.malformed, `the request cannot be judged: ${reason}`);
      const text = refusalText(admitter.refuse(why, null, connection.dialled));
      connection.refused = true;
      endWith(socket, tooLong ? 431 : 400, text);
    });
  });

  return {
    serve(client, dialled, opened) {
      connections.set(client, new HttpConnection(client, dialled, admitter, limits, opened));
      server.emit('connection', client);
      client.resume();
    },
  };
}

interface Inspected {
  request: IncomingMessage;
  response: ServerResponse;
  connection: HttpConnection;
  host: string;
  path: string;
  upgrade: boolean;
  upstream: Upstream;
  refuse: (status: number, why: Refusal) => void;
}

/** An answer where `node:http` has let go of the connection. */
function endWith(client: Socket, status: number, text: string): void {
  client.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  linger(client);
}
