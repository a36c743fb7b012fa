import { constants, type ServerHttp2Stream } from 'node:http2';
import type { CallHead, HeaderList } from '../../operations/types.ts';
import type { BodySink, ClientCall } from './call.ts';
import { fromH2Object, toH2, valuesOf } from './headers.ts';
import type { Answer } from './types.ts';

/** How long the rest of an answered request is read and thrown away, in milliseconds. */
const LINGER = 1000;

/** A request over HTTP/2, as one stream of its connection. */
export class H2Call implements ClientCall {
  readonly head: CallHead;
  readonly body: ServerHttp2Stream | null;
  readonly length: number | null;
  readonly gone: AbortSignal;
  readonly websocket = null;
  readonly #stream: ServerHttp2Stream;
  readonly #expects: boolean;
  #continued = false;
  #trailers: HeaderList = [];

  constructor(stream: ServerHttp2Stream, head: CallHead, sent: HeaderList, hasBody: boolean) {
    this.#stream = stream;
    this.head = head;
    this.body = hasBody ? stream : null;
    const [length] = valuesOf(sent, 'content-length');
    this.length = length === undefined ? null : Number(length);
    this.#expects = valuesOf(sent, 'expect').some((value) => /^100-continue$/i.test(value));
    const gone = new AbortController();
    this.gone = gone.signal;
    if (stream.destroyed || stream.aborted) gone.abort();
    stream.once('aborted', () => gone.abort());
    stream.once('close', () => gone.abort());
    stream.once('trailers', (headers) => {
      this.#trailers = fromH2Object(headers);
    });
  }

  /** A stream that was reset ends like one that came to its end. */
  bodyWhole(): boolean {
    const { aborted, closed, destroyed } = this.#stream;
    return !aborted && !closed && !destroyed;
  }

  trailers(): HeaderList {
    return this.#trailers;
  }

  wantBody(): void {
    const stream = this.#stream;
    if (this.#continued || !this.#expects || stream.headersSent || stream.closed) return;
    this.#continued = true;
    stream.additionalHeaders({ ':status': 100 });
  }

  respond(status: number, headers: HeaderList, hasBody: boolean): BodySink | null {
    const stream = this.#stream;
    if (stream.closed || stream.destroyed) return null;
    stream.respond(
      { ...toH2(headers), ':status': status },
      { endStream: !hasBody, waitForTrailers: hasBody },
    );
    stream.once('finish', () => this.#afterAnswer());
    if (!hasBody) return null;
    let trailers: HeaderList = [];
    stream.once('wantTrailers', () => stream.sendTrailers(toH2(trailers)));
    return {
      stream,
      end(list) {
        trailers = list;
        stream.end();
      },
    };
  }

  answer({ status, headers, body, trailers = [] }: Answer): void {
    const stream = this.#stream;
    if (stream.headersSent) return this.cut();
    const hasBody = this.head.method !== 'HEAD' && (body.length > 0 || trailers.length > 0);
    const framing = new Set(['content-length', 'connection', 'transfer-encoding']);
    const list = headers.filter(([name]) => !framing.has(name));
    const sink = this.respond(
      status,
      trailers.length ? list : [...list, ['content-length', String(body.length)]],
      hasBody,
    );
    if (!sink) return;
    if (body.length) sink.stream.write(body);
    sink.end(trailers);
  }

  /**
   * The client need not send the rest of its request (RFC 9113, section 8.1). Said at once, it could overtake the end of the
   * answer, which is still under way.
   */
  #afterAnswer(): void {
    const stream = this.#stream;
    if (!this.body || stream.readableEnded || stream.closed) return;
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), LINGER);
    stream.once('close', () => clearTimeout(timer));
  }

  cut(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }
}
