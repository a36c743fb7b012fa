import type { Duplex } from 'node:stream';
import type { HeaderList } from '../../operations/types.ts';
import { reachError } from '../failure.ts';
import type { BodyReader } from './body-reader.ts';
import type { BodySink } from './call.ts';

/** A request as it goes out. */
export interface UpstreamRequest {
  method: string;
  scheme: 'https' | 'http';
  /** Host, with the port where it is not the scheme's own. */
  authority: string;
  path: string;
  /** End-to-end ones only, without Host. */
  headers: HeaderList;
  hasBody: boolean;
  /** A WebSocket handshake. */
  upgrade: boolean;
}

export interface UpstreamAnswer {
  status: number;
  headers: HeaderList;
  /** Null where there is none. */
  body: BodyReader | null;
  /** To be asked when the body has ended. */
  trailers(): HeaderList;
  /** The connection, where the host agreed to become a WebSocket. */
  switched: Duplex | null;
}

/** A request under way. */
export interface UpstreamCall {
  /** Null where the request has no body: then it is complete. */
  sink: BodySink | null;
  /** Rejects with UpstreamFailure. */
  answer: Promise<UpstreamAnswer>;
  /** Ends it so that the host cannot take it for complete. */
  cut(): void;
}

export class UpstreamFailure extends Error {
  /** Completes "the host cannot be reached: ". */
  readonly reason: string;
  /** The connection had served before and was closed, perhaps as the request went out. */
  readonly stale: boolean;
  /** The host said that it has not looked at the request. */
  readonly unprocessed: boolean;

  constructor(error: unknown, stale = false, unprocessed = false) {
    const { reason } = reachError(error);
    super(reason);
    this.reason = reason;
    this.stale = stale;
    this.unprocessed = unprocessed;
  }
}

/** What one client connection has outside for one host: nothing until the first request may go out. */
export interface Upstream {
  /** @throws UpstreamFailure */
  send(request: UpstreamRequest): Promise<UpstreamCall>;
  close(): void;
}
