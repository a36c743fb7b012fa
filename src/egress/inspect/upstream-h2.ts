import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { HeaderList } from '../../operations/types.ts';
import { ReachError } from '../failure.ts';
import { BodyReader } from './body-reader.ts';
import { endToEnd, fromH2Object, toH2 } from './headers.ts';
import {
  type UpstreamAnswer,
  type UpstreamCall,
  UpstreamFailure,
  type UpstreamRequest,
} from './upstream.ts';

/**
 * Bytes a host may have under way on one stream before guard has passed on what came: the more, the faster over long
 * ways, and the more guard may have to keep for a slow client. So all sessions share an amount.
 */
const WINDOW = { shared: 4 * 1024 * 1024, most: 512 * 1024, least: 16 * 1024 };
let sessions = 0;

export function openH2(socket: Socket): ClientHttp2Session {
  sessions++;
  const window = Math.min(
    WINDOW.most,
    Math.max(WINDOW.least, Math.floor(WINDOW.shared / sessions)),
  );
  // The name is not looked up: the connection is there.
  const session = connect('https://host.invalid', {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: window },
  });
  session.once('connect', () => session.setLocalWindowSize(window));
  session.once('close', () => sessions--);
  // Each request of the session hears of it by itself.
  session.on('error', () => undefined);
  return session;
}

/** @throws UpstreamFailure where the session takes no more requests */
export function sendH2(session: ClientHttp2Session, request: UpstreamRequest): UpstreamCall {
  const stream = open(session, request);
  let trailers: HeaderList = [];
  let received: HeaderList = [];
  stream.once('wantTrailers', () => stream.sendTrailers(toH2(trailers)));
  stream.once('trailers', (headers: IncomingHttpHeaders) => {
    received = fromH2Object(headers);
  });
  const answer = new Promise<UpstreamAnswer>((resolve, reject) => {
    stream.once('response', (headers, flags) => {
      const ended = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      resolve(read(stream, headers, ended, () => received));
    });
    const failed = (error?: unknown) => {
      const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
      const gone = new ReachError(
        'ECONNRESET',
        `it gave the request up (HTTP/2 code ${stream.rstCode})`,
      );
      reject(new UpstreamFailure(error ?? gone, false, refused));
    };
    stream.on('error', failed);
    stream.once('close', () => failed());
  });
  answer.catch(() => undefined);
  return {
    sink: request.hasBody
      ? {
          stream,
          end(list) {
            trailers = list;
            stream.end();
          },
        }
      : null,
    answer,
    cut: () => stream.close(constants.NGHTTP2_CANCEL),
  };
}

function open(session: ClientHttp2Session, request: UpstreamRequest): ClientHttp2Stream {
  try {
    return session.request(
      {
        ':method': request.method,
        ':scheme': request.scheme,
        ':authority': request.authority,
        ':path': request.path,
        ...toH2(request.headers),
      },
      { endStream: !request.hasBody, waitForTrailers: request.hasBody },
    );
  } catch (error) {
    throw new UpstreamFailure(error, false, true);
  }
}

function read(
  stream: ClientHttp2Stream,
  headers: IncomingHttpHeaders & IncomingHttpStatusHeader,
  ended: boolean,
  trailers: () => HeaderList,
): UpstreamAnswer {
  const list = fromH2Object(headers);
  // A stream that was reset ends like one that came to its end; only its code tells.
  const whole = () => stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted;
  if (ended) stream.resume();
  return {
    status: headers[':status'] ?? 502,
    headers: endToEnd(list),
    body: ended ? null : new BodyReader(stream, whole),
    trailers,
    switched: null,
  };
}
