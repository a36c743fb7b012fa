import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Fact } from '../approval/types.ts';
import type { Credentials, Examined } from '../credentials/types.ts';
import {
  CallStopped,
  type Answer,
  type CallJudge,
  type CallOutcome,
} from '../egress/inspect/types.ts';
import { GuardError } from '../guard-error.ts';
import { withForcedPushes } from './forced-push.ts';
import { refusalAnswer } from '../operations/refusals.ts';
import type {
  BodyNeed,
  CallHead,
  Classified,
  HeaderList,
  HttpCall,
  Providers,
} from '../operations/types.ts';
import type { CallRequest, CredentialFact, Source, Verdict } from '../policy/types.ts';
import type { Decisions } from './decisions.ts';
import type { Tripwire } from './tripwire.ts';

/** Of a SigV4 request whose payload hash is not in its head the whole body is needed to sign it again. */
const SIGNED_BODY_LIMIT = 4 * 1024 * 1024;
export interface CallsOptions {
  providers: Providers;
  credentials: Credentials;
  decisions: Decisions;
  tripwire: Tripwire;
  /** Names from the agent down, for the question. */
  who: readonly string[];
  task: string | null;
  /** The session's own, which knows the history of what is pushed. */
  repository: string;
  /** Does the user say that it lives on this machine? Then real values may go there without TLS. */
  isOwnHost: (host: string) => boolean;
}

/** Decides about requests to services: what is asked for, by what right, and what goes out in its place. */
export function createCallJudge(options: CallsOptions): CallJudge {
  const { providers, credentials, decisions, tripwire, who } = options;
  const examine = (call: HttpCall): ReturnType<Credentials['examine']> => {
    const examined = credentials.examine(call);
    const { fact } = examined;
    if (fact.kind !== 'granted' || call.scheme === 'https' || options.isOwnHost(call.host))
      return examined;
    const where = 'a connection without TLS';
    return {
      fact: { kind: 'misplaced', name: fact.name, where },
      inject: () => ({ path: call.path, headers: call.headers }),
      scrub: () => null,
    };
  };

  const judge = async (call: HttpCall, signal: AbortSignal): Promise<CallOutcome> => {
    const read = providers.classify(call);
    const push =
      read.protocol === 'git'
        ? await withForcedPushes(read.operations, options.repository)
        : { operations: read.operations, facts: [] };
    const classified = { ...read, operations: push.operations };
    const examined = examine(call);
    const request = requestOf(call, classified, examined.fact);
    tripwire.see(examined.fact, call.host);
    const shown = {
      who,
      facts: [...factsOf(request, options.task), ...push.facts],
      identity: identityOf(call),
    };
    const { allowed, verdict, by, asked } = await decisions.judgeOperations(request, shown, signal);
    const refuse = (why: Pick<Verdict, 'rule' | 'reason' | 'safer'>): CallOutcome => ({
      kind: 'refuse',
      answer: refusalAnswer(call, classified, why),
    });
    if (!allowed)
      return refuse(asked ? { ...verdict, reason: `${verdict.reason}, and ${by}` } : verdict);
    // Minutes may have passed: what has expired or was revoked meanwhile no longer counts.
    const now = asked ? examine(call) : examined;
    const head = now.fact.kind === examined.fact.kind ? injected(now) : null;
    if (!head)
      return refuse({
        rule: 'credential.changed',
        reason: 'the credential expired or was revoked while it was asked about',
      });
    const stopped = (
      fact: CredentialFact,
      why: Pick<Verdict, 'rule' | 'reason' | 'safer'>,
    ): Answer => {
      // The request has been recorded as let through.
      decisions.recordStopped(
        { ...request, credential: fact },
        { ...why, action: 'deny', source: BUILT_IN },
      );
      tripwire.see(fact, call.host);
      return refusalAnswer(call, classified, why);
    };
    const onFound = (fact: CredentialFact): Answer => stopped(fact, leakIn(fact));
    /** Servers may take trailers for headers: with them it must be the request that was judged. */
    const withTrailers = (trailers: HeaderList): HeaderList => {
      if (trailers.length === 0) return trailers;
      const joined = { ...call, headers: [...call.headers, ...trailers] };
      const { fact } = examine(joined);
      const same =
        isDeepStrictEqual(fact, examined.fact) &&
        isDeepStrictEqual(providers.classify(joined).operations, read.operations);
      if (same) return trailers;
      throw new CallStopped(stopped(fact, TRAILERS));
    };
    return {
      kind: 'forward',
      ...head,
      // What was read as a whole has been looked at as a whole.
      outgoing: call.body.state === 'whole' ? null : credentials.outgoing(onFound),
      trailers: withTrailers,
      incoming: now.scrub(),
    };
  };

  return {
    bodyNeeded: (head) => needed(head, providers.bodyNeeded(head)),
    judge,
    refuse: (head, rule, reason) =>
      refusalAnswer({ ...head, body: NO_BODY }, providers.classify({ ...head, body: NO_BODY }), {
        rule,
        reason,
      }),
  };
}

/** Null when the credential is gone. */
function injected(examined: Examined): ReturnType<Examined['inject']> | null {
  try {
    return examined.inject();
  } catch (error) {
    if (error instanceof GuardError) return null;
    throw error;
  }
}

const BUILT_IN: Source = { layer: 'default', file: 'guard', line: 0 };
const TRAILERS = {
  rule: 'network.trailers',
  reason: 'what follows its body would make it another request, or holds a credential',
};
const NO_BODY: HttpCall['body'] = { bytes: Buffer.alloc(0), state: 'none' };

function needed(head: CallHead, need: BodyNeed): BodyNeed {
  if (need.kind === 'whole' || !isSigned(head)) return need;
  return { kind: 'whole', limit: SIGNED_BODY_LIMIT };
}

/** Signed by SigV4, and its payload hash is not said. */
function isSigned({ headers }: CallHead): boolean {
  const says = (name: string): string | undefined => headers.find(([own]) => own === name)?.[1];
  const scheme = says('authorization') ?? '';
  return /^\s*AWS4-/i.test(scheme) && says('x-amz-content-sha256') === undefined;
}

function requestOf(
  { host, port, method, path }: HttpCall,
  { provider, protocol, operations }: Classified,
  credential: CredentialFact,
): CallRequest {
  const [bare = ''] = path.split('?', 1);
  return {
    kind: 'call',
    protocol,
    provider,
    host,
    port,
    method,
    path: bare,
    operations,
    credential,
  };
}

/** What a person is told besides the operations. */
function factsOf(
  { operations, credential, method, path, host }: CallRequest,
  task: string | null,
): Fact[] {
  const classes = [...new Set(operations.map((one) => one.class))].join(', ');
  const right =
    credential.kind === 'granted'
      ? `the credential ${credential.name}`
      : "no credential of guard's";
  return [
    { label: 'it would', text: classes },
    { label: 'with', text: right },
    { label: 'request', text: `${method} ${host}${path}` },
    ...(task === null ? [] : [{ label: 'task', text: task }]),
  ];
}

/**
 * Tells requests apart that look the same in a question: a yes to one is no yes to another. Of a body that was not read nobody
 * can say that it is the same.
 */
function identityOf({ method, host, path, headers, body }: HttpCall): string {
  const hash = createHash('sha256');
  for (const part of [method, host, path, ...headers.flat()]) hash.update(`${part.length}:${part}`);
  const unread = body.state === 'none' ? !BODILESS.has(method) : !READ.has(body.state);
  hash.update(unread ? randomUUID() : body.bytes);
  return hash.digest('hex');
}

/** Of a `beginning` all that decides was read (a push names its commits there). */
const READ = new Set<HttpCall['body']['state']>(['whole', 'beginning']);
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

function leakIn(fact: CredentialFact): Pick<Verdict, 'rule' | 'reason' | 'safer'> {
  const where = 'where' in fact ? fact.where : 'the body';
  const what = fact.kind === 'leak' ? "a real secret of the user's" : "a placeholder of guard's";
  return {
    rule: fact.kind === 'leak' ? 'credential.leak' : 'credential.misplaced',
    reason: `${what} is in ${where}`,
  };
}
