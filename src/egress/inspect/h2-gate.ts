import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { HeaderList } from '../../operations/types.ts';
import { BUILT_IN, refusal, refusalText } from '../refuse.ts';
import type { Dialled } from '../types.ts';
import { H2Call } from './h2-call.ts';
import { readH2Head } from './h2-head.ts';
import { fromRaw } from './headers.ts';
import { type CallContext, serveCall } from './serve-call.ts';
import type { Upstream } from './upstream.ts';

export interface H2Gate {
  /** Takes over a connection on which the client speaks HTTP/2. */
  serve(client: TLSSocket, host: string, dialled: Dialled, upstream: Upstream): void;
}

/** With the headers as they were sent, which the types of Node 20 leave out. */
type OnStream = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  raw: string[],
) => void;

/** Between guard and the session there is no way to speak of, so little needs to be under way. */
const WINDOW = 32 * 1024;
/** Mebibytes that node:http2 may keep for one connection. */
const SESSION_MEMORY = 4;
/** How long the rest of a refused request is read and thrown away, in milliseconds. */
const LINGER = 1000;
const STATUS = { malformed: 400, mismatch: 421, proxy: 403 } as const;

/** HTTP/2, request by request, on connections to one host each. */
export function createH2Gate(context: CallContext, idle: number): H2Gate {
  const server = makeServer(context);
  return {
    serve(client, host, dialled, upstream) {
      const session = openSession(server, client);
      if (!session) return void client.destroy();
      session.on('error', () => undefined);
      session.once('close', () => upstream.close());
      const busy = countStreams(session, idle);
      session.on('stream', ((stream, _headers, flags, raw) => {
        busy(stream);
        const list = fromRaw(raw);
        const refuse = (what: keyof typeof STATUS, reason: string, status: number) => {
          const why = context.admitter.refuse(refusal(BUILT_IN[what], reason), host, dialled);
          answerPlain(stream, status, refusalText(why));
        };
        // A client that never agreed to the setting is not held to it by node:http2.
        if (sizeOf(list) > context.limits.headBytes) {
          return refuse('malformed', 'the request cannot be judged: its head is too long', 431);
        }
        const head = readH2Head(list, host, dialled.port);
        if (!head.ok) return refuse(head.what, head.reason, STATUS[head.what]);
        const hasBody = (flags & constants.NGHTTP2_FLAG_END_STREAM) === 0;
        const call = new H2Call(stream, head.head, list, hasBody);
        void serveCall(call, upstream, dialled, context);
      }) as OnStream);
    },
  };
}

function makeServer({ limits }: CallContext): Http2Server {
  const server = createServer({
    maxSessionMemory: SESSION_MEMORY,
    settings: {
      maxConcurrentStreams: limits.streams,
      maxHeaderListSize: limits.headBytes,
      initialWindowSize: WINDOW,
      enableConnectProtocol: false,
    },
  });
  // Each session has listeners of its own; without these an error of one would end guard.
  server.on('error', () => undefined);
  server.on('sessionError', () => undefined);
  return server;
}

/** The server makes a session of a socket at once, and tells of it by an event. */
function openSession(server: Http2Server, client: TLSSocket): ServerHttp2Session | null {
  let opened: ServerHttp2Session | null = null;
  const onSession = (session: ServerHttp2Session) => (opened = session);
  server.once('session', onSession);
  server.emit('connection', client);
  server.off('session', onSession);
  return opened;
}

/** A connection without a request is closed after `idle` milliseconds, however busy it is otherwise. */
function countStreams(
  session: ServerHttp2Session,
  idle: number,
): (stream: ServerHttp2Stream) => void {
  let open = 0;
  let timer: NodeJS.Timeout | undefined;
  const rest = () => {
    clearTimeout(timer);
    if (open === 0 && !session.destroyed) timer = setTimeout(() => session.destroy(), idle);
  };
  session.once('close', () => clearTimeout(timer));
  rest();
  return (stream) => {
    open++;
    clearTimeout(timer);
    stream.on('error', () => undefined);
    stream.once('close', () => {
      open--;
      rest();
    });
  };
}

/** RFC 9113, section 6.5.2 (SETTINGS_MAX_HEADER_LIST_SIZE). */
function sizeOf(list: HeaderList): number {
  return list.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
}

function answerPlain(stream: ServerHttp2Stream, status: number, text: string): void {
  if (stream.closed || stream.destroyed) return;
  stream.respond({
    ':status': status,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  stream.end(text, () => {
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), LINGER);
    stream.once('close', () => clearTimeout(timer));
  });
  stream.resume();
}
