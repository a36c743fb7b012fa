import type { Json } from '../../policy/types.ts';
import { asObject, readPairs } from '../body/form.ts';
import { mediaType } from '../body/media-type.ts';
import { nestNames } from '../body/nested-names.ts';
import { readArguments } from '../body/read.ts';
import type { BodyReading } from '../body/types.ts';
import { newBudget, type Budget } from './budget.ts';
import { readDocument, unknown } from './document.ts';
import { readEnvelope, type Envelope } from './envelope.ts';
import { readUpload } from './upload.ts';
import type { GraphqlCall, GraphqlOperation, GraphqlRequest, GraphqlUnknown } from './types.ts';

const MAX_BATCH = 100;

type Part = GraphqlOperation | GraphqlUnknown;
type Members = { readonly [name: string]: Json };

/** All that a request to a GraphQL endpoint could make it do, by whichever of the usual ways it is asked. */
export function readGraphql(call: GraphqlCall): GraphqlRequest {
  const budget = newBudget();
  const { envelopes, doubts, batched } = envelopesOf(call);
  const parts: Part[] = [
    ...envelopes.flatMap((envelope) => readParts(envelope, budget)),
    ...[...new Set(doubts)].map(unknown),
  ];
  const [first, ...rest] = parts.length > 0 ? parts : [asksNothing(call)];
  return { parts: [first ?? unknown('it has no document'), ...rest], batched };
}

function readParts({ documents, names, sent, doubts }: Envelope, budget: Budget): Part[] {
  const parts = documents.flatMap((text) => readDocument(text, names, sent, budget));
  return [...parts, ...doubts.map(unknown)];
}

interface Found {
  envelopes: Envelope[];
  doubts: string[];
  batched: boolean;
}

function envelopesOf(call: GraphqlCall): Found {
  const url = fromUrl(call.path);
  const found: Found = { envelopes: [], doubts: [], batched: false };
  // What is about one request: the URL, and each way to read a body that is one request.
  const single: Members[] = [...url.sources];
  for (const reading of bodyReadings(call, found.doubts)) {
    const before = found.envelopes.length + single.length;
    take(reading, call, single, url.sources, found);
    const used = found.envelopes.length + single.length > before;
    if (reading.doubtful !== null && (used || reading.value === null))
      found.doubts.push(`the body is in doubt: ${reading.doubtful}`);
  }
  const envelope = readEnvelope(single);
  if (envelope) found.envelopes.push(envelope);
  if (url.doubtful !== null && envelope)
    found.doubts.push(`the query string is in doubt: ${url.doubtful}`);
  return found;
}

function fromUrl(path: string): { sources: Members[]; doubtful: string | null } {
  const mark = path.indexOf('?');
  const { pairs, doubtful } = readPairs(mark < 0 ? '' : path.slice(mark + 1));
  const nested = nestNames(pairs);
  return { sources: [asObject(pairs), ...(isMembers(nested) ? [nested] : [])], doubtful };
}

function bodyReadings(call: GraphqlCall, doubts: string[]): BodyReading[] {
  const { bytes, state } = call.body;
  if (state === 'too-large' || state === 'beginning') doubts.push('the body is too large to read');
  else if (state === 'undecodable') doubts.push('the body cannot be decoded');
  if (state !== 'whole') return [];
  const main = readArguments(call.headers, bytes);
  return [main, ...main.also];
}

/** `url`: what the URL adds to each request of the body. */
function take(
  reading: BodyReading,
  call: GraphqlCall,
  single: Members[],
  url: readonly Members[],
  found: Found,
): void {
  const { kind, value } = reading;
  if (kind === 'text' && typeof value === 'string') {
    // `application/graphql`, and whatever is no form of parameters at all.
    if (!/json|form/.test(mediaType(call.headers).type)) single.push({ query: value });
  } else if (kind === 'json' && isList(value)) {
    found.batched = true;
    takeBatch(value, url, found);
  } else if (isMembers(value)) {
    const upload = kind === 'json' ? null : readUpload(value, url);
    if (upload) {
      found.envelopes.push(...upload.envelopes);
      found.doubts.push(...upload.doubts);
      found.batched ||= upload.batched;
    }
    if (readEnvelope([value])) single.push(value);
    else if (kind === 'json') found.doubts.push('it has no document');
  } else if (kind !== 'empty') found.doubts.push('the body is no GraphQL request');
}

function takeBatch(items: readonly Json[], url: readonly Members[], found: Found): void {
  if (items.length === 0) found.doubts.push('it has no document');
  if (items.length > MAX_BATCH) found.doubts.push('the batch is too long');
  for (const item of items.slice(0, MAX_BATCH)) {
    const envelope = isMembers(item) ? readEnvelope([item, ...url]) : null;
    if (envelope) found.envelopes.push(envelope);
    else found.doubts.push('a part of the batch has no document');
  }
}

/** A page or a preflight; a connection that becomes a WebSocket carries what nobody sees here. */
function asksNothing(call: GraphqlCall): Part {
  const upgrades = call.headers.some(([name]) => name === 'upgrade' || name === ':protocol');
  const harmless = ['GET', 'HEAD', 'OPTIONS'].includes(call.method) && !upgrades;
  return harmless ? { kind: 'query', name: null, fields: [] } : unknown('it has no document');
}

function isMembers(value: Json): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
