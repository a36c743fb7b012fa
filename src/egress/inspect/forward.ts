import { BodyCut, type BodyReader } from './body-reader.ts';
import type { ClientCall } from './call.ts';
import { Undecodable } from './decoder.ts';
import { download } from './download.ts';
import { endToEnd } from './headers.ts';
import type { Held } from './hold.ts';
import { CallStopped, type CallOutcome } from './types.ts';
import {
  type Upstream,
  type UpstreamCall,
  UpstreamFailure,
  type UpstreamRequest,
} from './upstream.ts';
import { upload } from './upload.ts';

export type Forward = Extract<CallOutcome, { kind: 'forward' }>;

/** How a forwarded request ended. */
export type ForwardEnd =
  | { kind: 'answered' }
  /** Nothing can be said to the client any more. */
  | { kind: 'cut' }
  | { kind: 'stopped'; stopped: CallStopped }
  /** The body is not what its coding says, and the filter has to look into it. */
  | { kind: 'undecodable' }
  | { kind: 'failed'; failure: UpstreamFailure };

/** RFC 9110, section 9.2.2; what may be sent again without knowing whether it was done. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** What would make an answer unreadable for a filter: compression, of messages (RFC 7692) or of all. */
const CODED = new Set(['accept-encoding', 'sec-websocket-extensions']);
/** Milliseconds for the rest of an upload when the host has answered already. */
const GRACE = 1000;

/** Sends an allowed request and brings its answer, both streamed. Never throws. */
export async function forward(
  call: ClientCall,
  reader: BodyReader | null,
  held: Held,
  outcome: Forward,
  upstream: Upstream,
): Promise<ForwardEnd> {
  // What was read whole can be sent once more; a filter cannot look at it once more.
  const repeatable = !reader || (held.complete && !outcome.outgoing);
  const request = outgoingRequest(call, outcome);
  const first = await attempt(call, reader, held, outcome, request, upstream, repeatable);
  if (first.kind !== 'failed' || !repeatable || call.gone.aborted) return first;
  const { stale, unprocessed } = first.failure;
  if (!unprocessed && !(stale && IDEMPOTENT.has(request.method))) return first;
  return attempt(call, reader, held, outcome, request, upstream, false);
}

async function attempt(
  call: ClientCall,
  reader: BodyReader | null,
  held: Held,
  outcome: Forward,
  request: UpstreamRequest,
  upstream: Upstream,
  keep: boolean,
): Promise<ForwardEnd> {
  let sent: UpstreamCall | null = null;
  let begun = false;
  const onGone = () => sent?.cut();
  try {
    sent = await upstream.send(request);
    call.gone.addEventListener('abort', onGone, { once: true });
    if (call.gone.aborted) throw new BodyCut();
    const { sink, answer } = sent;
    const uploaded =
      sink && reader ? upload(call, reader, held, outcome, sink, keep) : Promise.resolve();
    // An upload that fails ends the call; one that goes on does not hold back the answer.
    const failed = new Promise<never>((_, reject) => void uploaded.catch(reject));
    failed.catch(() => undefined);
    const received = await Promise.race([answer, failed]);
    begun = true;
    held.release();
    await Promise.race([download(call, received, outcome), failed]);
    const done = await Promise.race([uploaded.then(() => true), grace()]);
    if (!done) sent.cut();
    return { kind: 'answered' };
  } catch (error) {
    sent?.cut();
    return ending(error, begun, call);
  } finally {
    call.gone.removeEventListener('abort', onGone);
  }
}

function ending(error: unknown, begun: boolean, call: ClientCall): ForwardEnd {
  if (!begun && !call.gone.aborted) {
    if (error instanceof CallStopped) return { kind: 'stopped', stopped: error };
    if (error instanceof Undecodable) return { kind: 'undecodable' };
    if (error instanceof UpstreamFailure) return { kind: 'failed', failure: error };
  }
  call.cut();
  return { kind: 'cut' };
}

function outgoingRequest(call: ClientCall, outcome: Forward): UpstreamRequest {
  const { head } = call;
  const usual = head.scheme === 'https' ? 443 : 80;
  const headers = endToEnd(outcome.headers, 'te').filter(
    ([name]) => name !== 'host' && !(outcome.incoming && CODED.has(name)),
  );
  if (outcome.incoming) headers.push(['accept-encoding', 'identity']);
  return {
    method: head.method,
    scheme: head.scheme,
    authority: head.port === usual ? head.host : `${head.host}:${head.port}`,
    path: outcome.path,
    headers,
    hasBody: call.body !== null,
    upgrade: call.websocket !== null,
  };
}

function grace(): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), GRACE).unref());
}
