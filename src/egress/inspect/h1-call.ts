import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Transform } from 'node:stream';
import type { Socket } from 'node:net';
import type { CallHead, HeaderList } from '../../operations/types.ts';
import { linger } from '../refuse.ts';
import { tunnel } from '../tunnel.ts';
import type { BodySink, ClientCall } from './call.ts';
import { endToEnd, fromRaw, toRaw, valuesOf } from './headers.ts';
import { reset } from './terminate.ts';
import type { Answer } from './types.ts';

export interface H1Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  client: Socket;
  /** Normalised, and agreed on. */
  host: string;
  port: number;
  scheme: 'https' | 'http';
  path: string;
  /** A WebSocket handshake. */
  websocket: boolean;
  /** The connection carries no HTTP from here on. */
  becomeTunnel(): void;
  /** Nothing that follows on the connection is looked at. */
  close(): void;
}

/** A request over HTTP/1, as node:http read it. */
export class H1Call implements ClientCall {
  readonly head: CallHead;
  readonly body: IncomingMessage | null;
  readonly length: number | null;
  readonly gone: AbortSignal;
  readonly websocket: ClientCall['websocket'];
  readonly #exchange: H1Exchange;
  #continued = false;

  constructor(exchange: H1Exchange) {
    const { request, response, client } = exchange;
    this.#exchange = exchange;
    const sent = fromRaw(request.rawHeaders);
    const [length] = valuesOf(sent, 'content-length');
    this.length = length === undefined ? null : Number(length);
    const framed = valuesOf(sent, 'transfer-encoding').length > 0 || (this.length ?? 0) > 0;
    this.body = framed ? request : null;
    this.head = {
      scheme: exchange.scheme,
      version: request.httpVersion === '1.0' ? '1.0' : '1.1',
      host: exchange.host,
      port: exchange.port,
      method: request.method ?? '',
      path: exchange.path,
      headers: exchange.websocket ? endToEnd(sent, 'upgrade') : endToEnd(sent),
    };
    this.websocket = exchange.websocket
      ? (headers, upstream, inbound) => this.#switch(headers, upstream, inbound)
      : null;
    const gone = new AbortController();
    this.gone = gone.signal;
    const onClose = () => {
      if (!response.writableFinished) gone.abort();
    };
    if (client.destroyed) gone.abort();
    response.once('close', onClose);
    client.once('close', onClose);
    response.once('close', () => client.off('close', onClose));
    response.on('error', () => undefined);
  }

  bodyWhole(): boolean {
    return this.#exchange.request.complete;
  }

  trailers(): HeaderList {
    return fromRaw(this.#exchange.request.rawTrailers);
  }

  wantBody(): void {
    const { request, response } = this.#exchange;
    if (this.#continued || request.headers.expect === undefined || response.headersSent) return;
    this.#continued = true;
    if (response.writable) response.writeContinue();
  }

  respond(status: number, headers: HeaderList, hasBody: boolean): BodySink | null {
    const { response, client } = this.#exchange;
    response.sendDate = false;
    response.writeHead(status, toRaw(headers));
    response.once('finish', () => this.#afterAnswer());
    if (!hasBody) {
      response.end();
      return null;
    }
    // Now, not with the first bytes of the body, which may be long in coming; but with them where they are here.
    client.cork();
    response.flushHeaders();
    process.nextTick(() => client.uncork());
    return {
      stream: response,
      end(trailers) {
        if (trailers.length)
          response.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
        response.end();
      },
    };
  }

  answer({ status, headers, body }: Answer): void {
    const { request, response } = this.#exchange;
    if (response.headersSent || response.destroyed) return this.cut();
    const framing = new Set(['content-length', 'connection', 'transfer-encoding']);
    // What was not read of the body would be read as the next request.
    const close = !request.complete || this.websocket !== null;
    response.sendDate = false;
    response.writeHead(status, [
      ...toRaw(headers.filter(([name]) => !framing.has(name))),
      ...(close ? ['connection', 'close'] : []),
      ...['content-length', String(body.length)],
    ]);
    if (close) this.#exchange.close();
    response.once('finish', () => this.#afterAnswer());
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  cut(): void {
    const { client, response } = this.#exchange;
    // To such clients the end of the connection can be the end of an answer.
    if (response.headersSent && this.head.version === '1.0') reset(client);
    else client.destroy();
  }

  /** An answer that came before the end of the request: the rest is read for a moment, so that the answer arrives. */
  #afterAnswer(): void {
    const { request, client } = this.#exchange;
    if (request.complete) return;
    this.#exchange.close();
    client.end();
    request.resume();
    linger(client);
  }

  #switch(headers: HeaderList, upstream: Duplex, inbound: Transform | null): void {
    const { response, client } = this.#exchange;
    response.detachSocket(client);
    this.#exchange.becomeTunnel();
    const lines = ['HTTP/1.1 101 Switching Protocols', 'connection: Upgrade', 'upgrade: websocket'];
    for (const [name, value] of headers) lines.push(`${name}: ${value}`);
    client.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    tunnel(client, upstream as Socket, inbound);
  }
}
