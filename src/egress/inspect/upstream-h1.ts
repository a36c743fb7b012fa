import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { ReachError } from '../failure.ts';
import { BodyReader } from './body-reader.ts';
import { fromRaw, endToEnd, toRaw, valuesOf } from './headers.ts';
import { agrees } from './websocket-frames.ts';
import {
  type UpstreamAnswer,
  type UpstreamCall,
  UpstreamFailure,
  type UpstreamRequest,
} from './upstream.ts';

/** Some hosts answer with heads longer than Node's 16 KiB; this side was allowed. */
const RESPONSE_HEAD_LIMIT = 64 * 1024;
/** Methods for which node:http expects no body; for others an empty one is declared. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** Sends a request over HTTP/1.1. @throws UpstreamFailure where it cannot be put into HTTP/1.1 */
export function sendH1(agent: Agent, request: UpstreamRequest): UpstreamCall {
  const outgoing = open(agent, request);
  const answer = new Promise<UpstreamAnswer>((resolve, reject) => {
    outgoing.once('response', (message: IncomingMessage) => resolve(read(message, request)));
    outgoing.once('upgrade', (message: IncomingMessage, socket: Socket, head: Buffer) => {
      if (head.length) socket.unshift(head);
      if (!request.upgrade || !agrees(request.headers, fromRaw(message.rawHeaders))) {
        socket.destroy();
        const why = new ReachError('NO_WEBSOCKET', 'its answer to the WebSocket handshake is none');
        return reject(new UpstreamFailure(why));
      }
      resolve({ ...readHead(message), body: null, switched: socket });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      reject(new UpstreamFailure(error, outgoing.reusedSocket && error.code === 'ECONNRESET'));
    });
    outgoing.once('close', () =>
      reject(new UpstreamFailure(new ReachError('ECONNRESET', 'it closed the connection'))),
    );
  });
  // The caller may give up before it waits.
  answer.catch(() => undefined);
  if (!request.hasBody) outgoing.end();
  return {
    sink: request.hasBody
      ? {
          stream: outgoing,
          end(trailers) {
            if (trailers.length)
              outgoing.addTrailers(
                trailers.map(([name, value]): [string, string] => [name, value]),
              );
            outgoing.end();
          },
        }
      : null,
    answer,
    cut: () => void outgoing.destroy(),
  };
}

function open(agent: Agent, request: UpstreamRequest) {
  const { method, path, hasBody, upgrade } = request;
  const headers: (readonly [string, string])[] = [
    ['host', request.authority],
    ...request.headers.filter(([name]) => name !== 'te' && name !== 'upgrade'),
  ];
  const framed = valuesOf(headers, 'content-length').length > 0;
  if (hasBody && !framed) headers.push(['transfer-encoding', 'chunked']);
  if (!hasBody && !framed && !BODILESS.has(method)) headers.push(['content-length', '0']);
  if (upgrade) headers.push(['connection', 'Upgrade'], ['upgrade', 'websocket']);
  try {
    const outgoing = httpRequest({
      agent,
      method,
      path,
      headers: toRaw(headers),
      setHost: false,
      maxHeaderSize: RESPONSE_HEAD_LIMIT,
    });
    return outgoing;
  } catch (error) {
    throw new UpstreamFailure(error);
  }
}

function read(message: IncomingMessage, request: UpstreamRequest): UpstreamAnswer {
  const head = readHead(message);
  const bodiless = request.method === 'HEAD' || head.status === 204 || head.status === 304;
  if (!bodiless) return { ...head, body: new BodyReader(message, () => message.complete) };
  message.resume();
  return { ...head, body: null };
}

function readHead(message: IncomingMessage): Omit<UpstreamAnswer, 'body'> {
  return {
    status: message.statusCode ?? 502,
    headers: endToEnd(fromRaw(message.rawHeaders)),
    trailers: () => fromRaw(message.rawTrailers),
    switched: null,
  };
}
