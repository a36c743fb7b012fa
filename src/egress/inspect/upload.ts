import { SinkClosed, writeTo } from './body-pump.ts';
import { BodyCut, type BodyReader } from './body-reader.ts';
import { type BodyStage, filteredStage, plainStage, watchedStage } from './body-stage.ts';
import type { BodySink, ClientCall } from './call.ts';
import { contentCodings } from './decode.ts';
import type { Deliver } from './decoder.ts';
import type { Forward } from './forward.ts';
import { endToEnd } from './headers.ts';
import type { Held } from './hold.ts';

/**
 * Sends a body on: what was held of it, then the rest as it comes. A host that stops reading ends it without an error: what
 * the host answers counts. @throws BodyCut when the client left, Undecodable, CallStopped
 */
export async function upload(
  call: ClientCall,
  reader: BodyReader,
  held: Held,
  outcome: Forward,
  sink: BodySink,
  keepHeld: boolean,
): Promise<void> {
  let sent = 0;
  const stage = stageFor(call, outcome, (chunk) => {
    sent += chunk.length;
    return writeTo(sink.stream, chunk);
  });
  try {
    for (const chunk of held.raw) await stage.push(chunk);
    if (!keepHeld) held.release();
    if (!held.complete) call.wantBody();
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
      await stage.push(chunk);
    }
    await stage.end();
    // The length was announced, so a body of another length would be the beginning of something else.
    if (call.length !== null && sent !== call.length) throw new BodyCut();
    const trailers = endToEnd(call.trailers());
    sink.end(outcome.trailers ? outcome.trailers(trailers) : trailers);
  } catch (error) {
    if (!(error instanceof SinkClosed)) throw error;
  } finally {
    stage.close();
  }
}

function stageFor(call: ClientCall, { outgoing }: Forward, deliver: Deliver): BodyStage {
  if (!outgoing) return plainStage(deliver);
  const codings = contentCodings(call.head.headers);
  // A coding that guard does not know (`aws-chunked`) is looked at as it is.
  return codings?.length
    ? watchedStage(codings, outgoing, deliver)
    : filteredStage(outgoing, deliver);
}
