import type { CallRequest, Operation } from '../../policy/types.ts';
import { readAws, readS3Like, type CompiledAws } from '../aws/read-aws.ts';
import { readGraphql } from '../graphql/read.ts';
import { readBatch } from '../rest/read-batch.ts';
import { readElsewhere, readRest, speaksFor } from '../rest/read-rest.ts';
import { readSqlPlace } from '../rest/read-sql.ts';
import { matchesTemplate, matchRoute } from '../rest/routes.ts';
import { matchTemplate } from '../rest/template.ts';
import { viewCall, viewHead, type CallView, type HeadView } from '../rest/view.ts';
import type { Classified, HttpCall } from '../types.ts';
import type { Provider } from './compile.ts';
import { judgeGraphql, type CompiledGraphql } from './graphql-rules.ts';
import { readGitCall } from './read-git.ts';
import { readGrpc, speaksGrpc } from './read-grpc.ts';
import { readJsonRpc } from './read-jsonrpc.ts';
import { sniffGraphql } from './sniff-graphql.ts';
import { isWebSocket, websocketOperation } from './websocket.ts';
import { bounded, unknownOperation } from './weigh.ts';

const MAX_BATCH_DEPTH = 2;
/** GraphQL over HTTP, section 5.2; OPTIONS for a browser's preflight, HEAD runs what GET does. */
const GRAPHQL_METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS'];

/** What a request asks for. Never throws: what guard fails to read is `unknown`. */
export function classify(provider: Provider, call: HttpCall): Classified {
  try {
    return classifyAt(provider, call, 0);
  } catch {
    const because = 'guard failed to read it';
    const name = `${call.method} ${call.path.split('?')[0] ?? ''}`;
    return {
      provider: provider.id,
      protocol: 'http',
      operations: bounded([unknownOperation(name, because)]),
    };
  }
}

function classifyAt(provider: Provider, call: HttpCall, depth: number): Classified {
  const head = viewHead(call);
  const { graphql } = provider;
  if (!graphql?.paths.some((path) => matchesTemplate(path, head)) || onlyAsks(head)) {
    const { protocol, operations } = read(provider, viewCall(call), depth);
    return { provider: provider.id, protocol, operations: bounded(operations) };
  }
  const { protocol, operations } = readGraphqlCall(provider, graphql, call, head);
  if (!isGraphqlAlone(graphql, head))
    operations.push(...read(provider, viewCall(call), depth).operations);
  return { provider: provider.id, protocol, operations: bounded(operations) };
}

/** Whichever way the path is read it is the one for GraphQL, and the method one that GraphQL is asked with. */
function isGraphqlAlone(graphql: CompiledGraphql, { methods, paths }: HeadView): boolean {
  return (
    methods.every((method) => GRAPHQL_METHODS.includes(method)) &&
    paths.readings.every((path) =>
      graphql.paths.some((template) => matchTemplate(template, path) !== null),
    )
  );
}

interface Read {
  protocol: CallRequest['protocol'];
  operations: Operation[];
}

function read(provider: Provider, view: CallView, depth: number): Read {
  const { call } = view;
  if (provider.aws) return readAwsCall(provider.aws, provider, view);
  const s3 = provider.s3.find((pattern) => speaksFor([pattern], call.host));
  if (s3 !== undefined) return { protocol: 'aws', operations: readS3Like(s3, view) };
  const git = readGitCall(provider, view);
  if (git?.alone) return { protocol: 'git', operations: git.operations };
  const handshake = isWebSocket(call) ? [websocketOperation(provider, view.path)] : [];
  const grpc = readGrpc(provider.grpc, view);
  const inner = provider.batch.flatMap(
    (batch) => readBatch(batch, view, (each) => classifyInner(provider, each, depth + 1)) ?? [],
  );
  const sql = provider.sql.flatMap((place) => readSqlPlace(place, view) ?? []);
  // Not the handshake: a server that does not know WebSocket takes it for the request that it is otherwise.
  const routes = [...provider.batch, ...provider.sql.filter(({ data }) => !data.ifClear)].map(
    ({ route }) => route,
  );
  const rest = readRest(
    provider.rest,
    view,
    (method, path) =>
      routes.some((route) => matchRoute(route, method, path) !== null) ||
      (method === 'POST' && speaksGrpc(call, path)),
  );
  return {
    protocol: git ? 'git' : grpc.length > 0 ? 'grpc' : 'http',
    operations: [
      ...(git?.operations ?? []),
      ...(rest ? [rest.operation, ...readElsewhere(provider.rest, view)] : []),
      ...handshake,
      ...grpc,
      ...inner,
      ...sql,
      ...readJsonRpc(provider.jsonrpc, view),
      ...(provider.graphql ? sniffGraphql(provider.graphql, view) : []),
    ],
  };
}

function readGraphqlCall(
  provider: Provider,
  graphql: CompiledGraphql,
  call: HttpCall,
  { path, paths }: HeadView,
): Read {
  const request = readGraphql(call);
  const operations = judgeGraphql(graphql, request);
  if (isWebSocket(call)) {
    // A handshake has no document of its own, and a server that takes it for a request may find one.
    if (request.parts.every(({ kind }) => kind === 'unknown')) operations.length = 0;
    operations.push(websocketOperation(provider, path));
  }
  if (paths.doubtful !== null) operations.push(unknownOperation('graphql', paths.doubtful));
  return { protocol: 'graphql', operations };
}

function readAwsCall(aws: CompiledAws, provider: Provider, view: CallView): Read {
  const git = readGitCall(provider, view);
  if (git?.alone) return { protocol: 'git', operations: git.operations };
  const handshake = isWebSocket(view.call) ? [websocketOperation(provider, view.path)] : [];
  const operations = [...(git?.operations ?? []), ...readAws(aws, view), ...handshake];
  return { protocol: git ? 'git' : 'aws', operations };
}

function classifyInner(provider: Provider, call: HttpCall, depth: number): readonly Operation[] {
  if (depth > MAX_BATCH_DEPTH)
    return [unknownOperation('batch', 'it holds requests in requests in requests')];
  return classifyAt(provider, call, depth).operations;
}

/** A browser's preflight, which runs nothing. */
function onlyAsks({ methods }: HeadView): boolean {
  return methods.every((method) => method === 'OPTIONS');
}
