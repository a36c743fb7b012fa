import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readOperation, type RootField } from './graphql-request.ts';

/** A request as the server saw it. */
export interface ServedRequest {
  /** The client's own name for itself: says which way a request came, decides nothing. */
  userAgent: string;
  status: number;
  /** Whether this request removed the volume. */
  deleted: boolean;
}

export interface RailwayServer {
  port: number;
  requests: readonly ServedRequest[];
  /** Milliseconds since 1970 at which the volume was deleted; null while it is there. */
  readonly deletedAt: number | null;
  close(): Promise<void>;
}

const BODY_LIMIT = 64 * 1024;
const REQUESTS_KEPT = 1000;

/**
 * Plays Railway's GraphQL API (`POST /graphql/v2`) on loopback, with one volume that holds the production database and,
 * as on Railway, its backups. It knows one token, which is good for everything.
 */
export async function startRailwayServer(token: string, volumeId: string): Promise<RailwayServer> {
  const volumes = new Map([
    [volumeId, { name: 'postgres-production', backups: ['daily', 'weekly'] }],
  ]);
  const requests: ServedRequest[] = [];
  let deletedAt: number | null = null;

  const resolve = ({ name, args }: RootField): unknown => {
    const id = String(args.volumeId ?? args.id);
    const volume = volumes.get(id);
    if (name === '__typename') return 'Mutation';
    if (name === 'volume') return volume ?? null;
    if (name !== 'volumeDelete') throw new Error(`Cannot query field "${name}".`);
    if (!volume) throw new Error('Volume not found');
    volumes.delete(id);
    deletedAt ??= Date.now();
    return true;
  };

  const answer = async (request: IncomingMessage): Promise<[number, unknown]> => {
    const body = await readBody(request);
    if (!isGraphqlPath(request.url ?? '')) return [404, errors('Not Found')];
    if (request.method !== 'POST') return [405, errors('Method Not Allowed')];
    if (!sameText(request.headers.authorization ?? '', `Bearer ${token}`))
      return [401, errors('Not Authorized')];
    if (body === null) return [413, errors('Payload Too Large')];
    return execute(body, resolve);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const before = deletedAt;
    const [status, payload] = await answer(request);
    if (requests.length < REQUESTS_KEPT)
      requests.push({
        userAgent: (request.headers['user-agent'] ?? '').slice(0, 200),
        status,
        deleted: before !== deletedAt,
      });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(payload)}\n`);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    get deletedAt() {
      return deletedAt;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function execute(body: string, resolve: (field: RootField) => unknown): [number, unknown] {
  try {
    const { query, variables, operationName } = (JSON.parse(body) ?? {}) as Record<string, unknown>;
    if (typeof query !== 'string') throw new Error('Must provide query string.');
    const operation = readOperation(
      query,
      isRecord(variables) ? variables : {},
      typeof operationName === 'string' ? operationName : null,
    );
    const destructive = operation.fields.some(({ name }) => name === 'volumeDelete');
    if (destructive && operation.type !== 'mutation')
      throw new Error(`Cannot query field "volumeDelete" on type "${operation.type}".`);
    const data = operation.fields.map((field) => [field.key, resolve(field)] as const);
    return [200, { data: Object.fromEntries(data) }];
  } catch (error) {
    return [400, errors(error instanceof Error ? error.message : 'Bad Request')];
  }
}

/** In absolute form too (RFC 9112, section 3.2.2), which is how a client speaks to a proxy. */
function isGraphqlPath(target: string): boolean {
  return new URL(target, 'http://backboard.railway.app').pathname === '/graphql/v2';
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  return size <= BODY_LIMIT ? Buffer.concat(chunks).toString('utf8') : null;
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function errors(message: string): { errors: { message: string }[] } {
  return { errors: [{ message }] };
}
