import { writeTo } from './body-pump.ts';
import { type BodyStage, decodedStage, filteredStage, plainStage } from './body-stage.ts';
import type { ClientCall } from './call.ts';
import { contentCodings } from './decode.ts';
import type { Deliver } from './decoder.ts';
import type { Forward } from './forward.ts';
import { endToEnd } from './headers.ts';
import type { UpstreamAnswer } from './upstream.ts';
import { FilteredFrames } from './websocket-frames.ts';
import type { HeaderList } from '../../operations/types.ts';

/** Brings the host's answer to the client, as it comes. @throws BodyCut, SinkClosed, Undecodable, CallStopped */
export async function download(
  call: ClientCall,
  answer: UpstreamAnswer,
  { incoming }: Forward,
): Promise<void> {
  const filtered = (list: HeaderList): HeaderList =>
    incoming
      ? list
          // A name that holds what must not come in can be given no other.
          .filter(([name]) => incoming.header(name) === name)
          .map(([name, value]) => [name, incoming.header(value)])
      : list;
  if (answer.switched) {
    if (!call.websocket) answer.switched.destroy();
    else
      call.websocket(
        filtered(answer.headers),
        answer.switched,
        incoming && new FilteredFrames(incoming),
      );
    return;
  }
  const codings = contentCodings(answer.headers) ?? [];
  // A filter keeps lengths, which a client may count on (HEAD, a download's size); what is decoded has another.
  const decoded = incoming && answer.body && codings.length > 0;
  const changed = new Set(decoded ? ['content-length', 'content-encoding'] : []);
  const headers = filtered(answer.headers.filter(([name]) => !changed.has(name)));
  const sink = call.respond(answer.status, headers, answer.body !== null);
  if (!answer.body || !sink) return;
  const deliver: Deliver = (chunk) => writeTo(sink.stream, chunk);
  const stage: BodyStage = !incoming
    ? plainStage(deliver)
    : codings.length
      ? decodedStage(codings, incoming.body, deliver)
      : filteredStage(incoming.body, deliver);
  try {
    for (let chunk = await answer.body.next(); chunk; chunk = await answer.body.next()) {
      await stage.push(chunk);
    }
    await stage.end();
    sink.end(filtered(endToEnd(answer.trailers())));
  } finally {
    stage.close();
  }
}
