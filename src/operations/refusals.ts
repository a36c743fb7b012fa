import type { Answer } from '../egress/inspect/types.ts';
import { readArguments } from './body/read.ts';
import { refuseGit } from './git/refuse.ts';
import { grpcRefusal } from './grpc.ts';
import { headerOf, jsonAnswer, textAnswer } from './refusals/answers.ts';
import { awsRefusal } from './refusals/aws.ts';
import { refusalLine, refusalLines, type Why } from './refusals/text.ts';
import type { Classified, HttpCall } from './types.ts';

const GRAPHQL_RESPONSE = 'application/graphql-response+json';

/** The refusal as the client of that protocol understands it, with the rule named. */
export function refusalAnswer(call: HttpCall, classified: Classified, why: Why): Answer {
  const made = protocolAnswer(call, classified, why);
  return call.method === 'HEAD' ? { ...made, body: Buffer.alloc(0) } : made;
}

function protocolAnswer(call: HttpCall, classified: Classified, why: Why): Answer {
  switch (classified.protocol) {
    case 'graphql':
      return graphqlRefusal(call, why);
    case 'grpc':
      return grpcRefusal(call, refusalLine(why));
    case 'git':
      return refuseGit(call, why);
    case 'aws':
      return awsRefusal(call, classified, refusalLine(why));
    case 'http':
    case 'postgres':
      return httpRefusal(call, classified, why);
  }
}

/** GraphQL over HTTP: with the older media type an answer to a document is 200, whatever came of it. */
function graphqlRefusal(call: HttpCall, why: Why): Answer {
  const error = {
    message: refusalLine(why),
    extensions: { code: 'GUARD_REFUSED', rule: why.rule },
  };
  const result = { errors: [error], data: null };
  const batched = Array.isArray(readArguments(call.headers, call.body.bytes).value);
  const accept = headerOf(call.headers, 'accept');
  const newer = accept.includes(GRAPHQL_RESPONSE) && !/application\/json|\*\/\*/.test(accept);
  const made = jsonAnswer(
    newer ? 403 : 200,
    batched ? [result] : result,
    newer ? GRAPHQL_RESPONSE : 'application/json',
  );
  return newer ? made : { ...made, afterBody: true };
}

function httpRefusal(call: HttpCall, { provider }: Classified, why: Why): Answer {
  const accept = headerOf(call.headers, 'accept');
  if (provider === 'kubernetes') return jsonAnswer(403, kubernetesStatus(why));
  if (!prefersJson(accept, headerOf(call.headers, 'content-type')))
    return textAnswer(403, refusalLines(why));
  const text = refusalLine(why);
  // Clients print one or the other.
  return jsonAnswer(403, { error: text, message: text, rule: why.rule });
}

/** Of kind Status, which kubectl prints as it is (Kubernetes API conventions, "Response Status Kind"). */
function kubernetesStatus(why: Why): unknown {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: refusalLine(why),
    reason: 'Forbidden',
    code: 403,
  };
}

/** What is accepted counts; of a client that accepts anything, what it sends. */
function prefersJson(accept: string, sent: string): boolean {
  const [first = ''] = accept.split(',', 1);
  if (/json/i.test(first)) return true;
  return (first === '' || first.includes('*/*')) && /json/i.test(sent);
}
