import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { BodyNeed, CallHead, HeaderList, HttpCall } from '../../operations/types.ts';
import type { Target } from '../types.ts';

/** Looks at bytes on their way. */
export interface StreamFilter {
  /** What may go on now; what could be the beginning of something is kept back. @throws CallStopped */
  push(chunk: Buffer): Buffer;
  /** The rest. @throws CallStopped */
  end(): Buffer;
}

/** What guard answers in the host's place, in the protocol's own way. */
export interface Answer {
  status: number;
  headers: HeaderList;
  body: Buffer;
  /** HTTP/2 only (gRPC). */
  trailers?: HeaderList;
  /** Clients that get a success read it to its end only when they have sent all of theirs (git): the rest is awaited. */
  afterBody?: boolean;
}

/** A filter saw what must not go out: the rest is not sent, and the call is answered so where it still can be. */
export class CallStopped extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('the request was stopped');
    this.answer = answer;
  }
}

export type CallOutcome =
  | {
      kind: 'forward';
      /** As they go out: with the real credential. */
      path: string;
      headers: HeaderList;
      /** For the body as decoded, from its first byte. It may stop the call, and changes nothing. */
      outgoing: StreamFilter | null;
      /** What follows the body as it goes out; absent for as it came. It may stop the call. @throws CallStopped */
      trailers?: (list: HeaderList) => HeaderList;
      /** For what comes back: then no content coding is asked for, and one that comes all the same is undone. */
      incoming: ResponseFilter | null;
    }
  | { kind: 'refuse'; answer: Answer };

/** Changes no lengths: that of a response has been announced before. */
export interface ResponseFilter {
  header(value: string): string;
  body: StreamFilter;
}

/** Who decides about requests; egress moves bytes, and knows no provider. */
export interface CallJudge {
  bodyNeeded(head: CallHead): BodyNeed;
  /** Decides, asks if need be, and records. The signal fires when the client has gone. A rejection is a refusal. */
  judge(call: HttpCall, signal: AbortSignal): Promise<CallOutcome>;
  /** Makes an answer for what egress itself cannot let through and has recorded; `rule` as in refusals of connections. */
  refuse(head: CallHead, rule: string, reason: string): Answer;
}

/** Certificates for one session, by a key that never leaves this process. */
export interface SessionAuthority {
  /** PEM. */
  certificate: string;
  /** Under which OpenSSL looks for it in a folder of certificates. */
  subjectHash: string;
  /** For one host name; made when it is first asked for, then kept. */
  contextFor(host: string): SecureContext;
}

export interface InspectOptions {
  /** Is a connection to this host opened? Pure. */
  opens(host: string, port: number): boolean;
  authority: SessionAuthority;
  judge: CallJudge;
  /** How hosts are reached over TLS; verified as strictly as node:tls does unless given. */
  connect?: UpstreamConnector;
  limits?: Partial<InspectLimits>;
}

/** A connection to a host over TLS, verified. `alpn` in the order of preference; rejects with the code of what is wrong. */
export type UpstreamConnector = (
  target: Target,
  host: string,
  alpn: readonly string[],
  signal: AbortSignal,
) => Promise<Socket & { readonly alpnProtocol?: string | false | null }>;

export interface InspectLimits {
  /** Bytes of all bodies together that are held for a verdict. */
  heldBytes: number;
  /** Milliseconds in which the part of a body that is needed for a verdict must have come. */
  heldTime: number;
  /** Requests at once on one HTTP/2 connection. */
  streams: number;
  /** Bytes of a request's head over HTTP/2; over HTTP/1 the limit is Node's own. */
  headBytes: number;
}
