import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { strings, type ToolCall, type Wire } from './wire/wire.ts';

export interface ModelServer {
  port: number;
  /** Output of each scripted call, as the agent reported it, in order. */
  results: () => string[];
  /** `METHOD path` of every request. */
  requests: () => string[];
  /** Everything the agent sent: each byte of every connection, and the strings within every body, decoded. */
  received: () => { bytes: Buffer; texts: string[] };
  close: () => Promise<void>;
}

/**
 * A model that does not think: on a free port of 127.0.0.1 it asks for the scripted tool calls one after the other,
 * whatever comes back, and then says `ending`. Throws nothing at an agent: what it does not know is answered with 404.
 */
export async function startModelServer(
  wire: Wire,
  calls: readonly ToolCall[],
  ending: string,
): Promise<ModelServer> {
  const chunks: Buffer[] = [];
  const requests: string[] = [];
  const texts: string[] = [];
  let results: string[] = [];

  function answer(path: string, body: unknown): { type: string; body: string } {
    const offered = wire.tools(body);
    const sofar = wire.results(body);
    const turn = sofar.length;
    const call = calls[turn];
    // A side question, such as one for a title, offers no tools.
    if (offered.length === 0) return wire.say('Scripted', turn, path);
    if (sofar.length > results.length) results = sofar;
    if (!call) return wire.say(ending, turn, path);
    if (!offered.includes(call.name))
      return wire.say(`no tool ${call.name} among ${offered.join(', ')}`, turn, path);
    return wire.call(call, turn, path);
  }

  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    readBody(request).then(
      (text) => {
        const body = parse(text);
        texts.push(text, ...strings(body));
        reply(request, response, wire, (path) => answer(path, body));
      },
      (error: unknown) => {
        texts.push(String(error));
        response.writeHead(415).end(String(error));
      },
    );
  });
  // Codex tries a WebSocket first and falls back to plain requests at once when told that it needs another protocol.
  server.on('upgrade', (request, socket) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''} (upgrade)`);
    socket.end('HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  server.on('connection', (socket: Socket) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    results: () => results,
    requests: () => requests,
    received: () => ({ bytes: Buffer.concat(chunks), texts }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(
  request: IncomingMessage,
  response: ServerResponse,
  wire: Wire,
  answer: (path: string) => { type: string; body: string },
): void {
  const path = request.url ?? '';
  if (request.method === 'POST' && wire.asksModel(path)) {
    const { type, body } = answer(path);
    response.writeHead(200, { 'content-type': type }).end(body);
  } else if (request.method === 'HEAD') response.writeHead(200).end();
  else response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
}

/** A body nobody could look into would prove nothing, so an unknown encoding is an error. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const decode = {
    identity: (data: Buffer) => data,
    gzip: gunzipSync,
    deflate: inflateSync,
    br: brotliDecompressSync,
  }[encoding];
  if (!decode) throw new Error(`unknown content-encoding ${encoding}`);
  return decode(body).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
