import type { Duplex, Readable, Transform, Writable } from 'node:stream';
import type { CallHead, HeaderList } from '../../operations/types.ts';
import type { Answer } from './types.ts';

/** One request of a client, whichever HTTP it speaks; how it was framed is behind this. */
export interface ClientCall {
  readonly head: CallHead;
  /** Content codings and all; null where there is none. */
  readonly body: Readable | null;
  /** Length of the body as declared; null when it is not. */
  readonly length: number | null;
  /** Fires when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
  /** Whether the body ended as its framing says it does; to be asked when it has ended. */
  bodyWhole(): boolean;
  /** What followed the body; to be asked when it has ended. */
  trailers(): HeaderList;
  /** Tells a client that waits for it (`Expect: 100-continue`) to send its body. */
  wantBody(): void;
  /** Begins the answer of the host; null for an answer without a body, which is then complete. */
  respond(status: number, headers: HeaderList, hasBody: boolean): BodySink | null;
  /** Guard's own answer, in place of the host's. */
  answer(answer: Answer): void;
  /** Ends it so that no client takes it for complete. */
  cut(): void;
  /** For a WebSocket handshake: the host's answer to it, and its connection. */
  readonly websocket:
    ((headers: HeaderList, upstream: Duplex, inbound: Transform | null) => void) | null;
}

/** Where a body goes. */
export interface BodySink {
  readonly stream: Writable;
  end(trailers: HeaderList): void;
}
