import type { Json } from '../../policy/types.ts';
import { readQuery } from '../body/form.ts';
import { effectiveMethods } from '../body/method.ts';
import { everyValue, readArguments } from '../body/read.ts';
import type { Arguments, Query } from '../body/types.ts';
import type { CallHead, HttpCall } from '../types.ts';
import { UNSEEN } from '../unseen.ts';
import { readPath, type PathReadings } from './paths.ts';

/** A request in all the ways it may be read. */
export interface CallView {
  call: HttpCall;
  /** Without its query, as sent. */
  path: string;
  paths: PathReadings;
  query: Query;
  /** The one that was sent first. */
  methods: readonly string[];
  body: Arguments | null;
  /** Ways to read the body; `UNSEEN` where there is one that guard cannot read. */
  bodies: readonly Json[];
  /** Why what was read of the body may not be what a server reads; a clause for people. */
  bodyDoubt: string | null;
}

const WHY: Readonly<Record<string, string>> = {
  'too-large': 'its body is larger than guard reads',
  undecodable: 'its body is packed in a way that guard cannot undo',
  beginning: 'guard saw only the beginning of its body',
};

export function viewCall(call: HttpCall): CallView {
  const head = viewHead(call);
  const whole = call.body.state === 'whole';
  const readable = whole || call.body.state === 'beginning';
  const body = readable ? readBody(call) : null;
  const values = whole && body ? everyValue(body) : [];
  const bodyDoubt = WHY[call.body.state] ?? (whole ? (body?.doubtful ?? null) : null);
  // What is no text may be in a form that the server reads and guard does not.
  const opaque = bodyDoubt !== null || body?.kind === 'binary';
  const seen = values.some((value) => value !== null) || !opaque;
  return {
    ...head,
    call,
    methods: methodsOf(call, head.query, body),
    body,
    bodies: seen ? (values.length ? values : [null]) : [UNSEEN],
    bodyDoubt,
  };
}

export type HeadView = Pick<CallView, 'path' | 'paths' | 'query' | 'methods'>;

/** What the head alone shows. */
export function viewHead(head: CallHead): HeadView {
  const mark = head.path.indexOf('?');
  const path = mark < 0 ? head.path : head.path.slice(0, mark);
  const query = readQuery(head.path);
  const paths = withRewritten(readPath(path), head);
  return { path, paths, query, methods: methodsOf(head, query, null) };
}

/** Headers by which some frameworks and proxies take another path for the one that was asked for. */
const REWRITES = /^x[-_](?:original|rewrite|forwarded)[-_](?:ur[il]|path)$/;

function withRewritten(paths: PathReadings, { headers }: CallHead): PathReadings {
  const others = headers.flatMap(([name, value]) => (REWRITES.test(name) ? [value.trim()] : []));
  if (others.length === 0) return paths;
  const read = others.slice(0, 4).map((other) => readPath(other.replace(/\?.*$/s, '')));
  return {
    readings: [...paths.readings, ...read.flatMap(({ readings }) => readings)],
    doubtful: read.reduce((doubt, one) => doubt ?? one.doubtful, paths.doubtful),
  };
}

/** A type that says picture or film hides nothing from a server that does not look at types. */
function readBody({ headers, body: { bytes } }: HttpCall): Arguments {
  const body = readArguments(headers, bytes);
  return body.kind === 'binary' &&
    body.doubtful === null &&
    /^(?:\xef\xbb\xbf)?\s*[[{]/.test(bytes.toString('latin1', 0, 64))
    ? readArguments([], bytes)
    : body;
}

/** Frameworks answer HEAD with what GET runs. */
function methodsOf(
  head: Pick<HttpCall, 'method' | 'headers'>,
  query: Query,
  body: Arguments | null,
): string[] {
  const methods = effectiveMethods(head, query, body);
  return methods.includes('HEAD') && !methods.includes('GET') ? [...methods, 'GET'] : methods;
}
