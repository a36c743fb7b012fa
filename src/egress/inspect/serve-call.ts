import type { BodyNeed } from '../../operations/types.ts';
import type { Admitter } from '../admit.ts';
import { BUILT_IN, refusal, refusalText, unreachable } from '../refuse.ts';
import type { Dialled, Refusal } from '../types.ts';
import { BodyCut, BodyReader } from './body-reader.ts';
import type { Budget } from './budget.ts';
import type { ClientCall } from './call.ts';
import { forward, type ForwardEnd } from './forward.ts';
import { type Held, holdBody, TooSlow } from './hold.ts';
import type { Answer, CallJudge, CallOutcome, InspectLimits } from './types.ts';
import type { Upstream } from './upstream.ts';

export interface CallContext {
  judge: CallJudge;
  budget: Budget;
  limits: InspectLimits;
  admitter: Pick<Admitter, 'refuse'>;
}

/**
 * One request, from its head to its answer. Resolves when the verdict is made and carried out or, for what is let through,
 * under way. Nothing is sent to the host, and no connection to it opened, before the verdict. Never throws.
 */
export async function serveCall(
  call: ClientCall,
  upstream: Upstream,
  dialled: Dialled,
  context: CallContext,
): Promise<void> {
  const reader = call.body && new BodyReader(call.body, () => call.bodyWhole());
  const refuse = (rule: string, reason: string, status?: number) => {
    reader?.abandon();
    const why = refusal({ rule, reason });
    context.admitter.refuse(why, call.head.host, dialled);
    const answer = ownAnswer(context.judge, call, why);
    call.answer(status === undefined ? answer : { ...answer, status });
  };
  let held: Held | null = null;
  try {
    const need: BodyNeed = context.judge.bodyNeeded(call.head);
    held = await holdBody(call, reader, need, context.budget, context.limits.heldTime);
    const { head, gone } = call;
    const outcome = await context.judge.judge({ ...head, body: held.body }, gone);
    if (gone.aborted) throw new BodyCut();
    if (outcome.kind === 'refuse') {
      held.release();
      return await answerRefused(call, reader, outcome.answer);
    }
    void carryOut(call, reader, held, outcome, upstream, refuse);
  } catch (error) {
    held?.release();
    if (call.gone.aborted || error instanceof BodyCut) {
      reader?.abandon();
      return call.cut();
    }
    if (error instanceof TooSlow) return refuse(BUILT_IN.malformed.rule, error.message, 408);
    refuse(BUILT_IN.unjudged.rule, 'guard failed to judge the request, and so refuses it');
  }
}

async function carryOut(
  call: ClientCall,
  reader: BodyReader | null,
  held: Held,
  outcome: Extract<CallOutcome, { kind: 'forward' }>,
  upstream: Upstream,
  refuse: (rule: string, reason: string) => void,
): Promise<void> {
  const end: ForwardEnd = await forward(call, reader, held, outcome, upstream);
  held.release();
  if (end.kind === 'stopped') return answerRefused(call, reader, end.stopped.answer);
  reader?.abandon();
  switch (end.kind) {
    case 'answered':
    case 'cut':
      return;
    case 'undecodable':
      return refuse(BUILT_IN.malformed.rule, 'the body is not what its content coding says');
    case 'failed':
      // Only the client knows whether to send it again, and a connection that closes without an answer is what tells it
      // so (RFC 9112, section 9.3.1).
      if (end.failure.stale && call.head.version !== '2') return call.cut();
      return call.answer(
        textAnswer(502, unreachable(`the host cannot be reached: ${end.failure.reason}`)),
      );
  }
}

/** What still comes of the request is thrown away. Never throws. */
async function answerRefused(
  call: ClientCall,
  reader: BodyReader | null,
  answer: Answer,
): Promise<void> {
  try {
    if (reader && answer.afterBody) {
      call.wantBody();
      while (await reader.next());
    }
  } catch {
    // The client has gone, and hears no answer.
  }
  reader?.abandon();
  call.answer(answer);
}

/** In the protocol's own way where a judge can say it; a judge that fails must not leave the client waiting. */
function ownAnswer(judge: CallJudge, call: ClientCall, why: Refusal): Answer {
  try {
    return judge.refuse(call.head, why.rule, why.reason);
  } catch {
    return textAnswer(403, why);
  }
}

export function textAnswer(status: number, why: Refusal): Answer {
  return {
    status,
    headers: [['content-type', 'text/plain; charset=utf-8']],
    body: Buffer.from(refusalText(why)),
  };
}
