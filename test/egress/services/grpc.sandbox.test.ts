// gRPC's own client and server, as a service of Google's, through a session.
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import grpc from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import type { Place } from '../../harness/guard.ts';
import { makeCertificates } from '../../harness/service.ts';
import { INSIDE, makeWorld } from './world.ts';

const HOST = 'pubsub.googleapis.com';
const asIs = (value: Buffer): Buffer => value;

function method(path: string, responseStream = false): grpc.MethodDefinition<Buffer, Buffer> {
  return {
    path,
    requestStream: false,
    responseStream,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
}

interface Called {
  path: string;
  right: string;
  body: string;
}

async function serve(place: Place): Promise<{ port: number; ca: string; called: Called[] }> {
  const { ca, key, cert } = makeCertificates(join(place.home, '..'), [HOST]);
  const called: Called[] = [];
  const note = (path: string, request: Buffer, metadata: grpc.Metadata): void =>
    void called.push({
      path,
      right: String(metadata.get('authorization')[0]),
      body: String(request),
    });
  const unary =
    (path: string): grpc.handleUnaryCall<Buffer, Buffer> =>
    ({ request, metadata }, callback) => {
      note(path, request, metadata);
      const trailer = new grpc.Metadata();
      trailer.set('x-trailer', 'there');
      callback(null, Buffer.from(`answer to ${String(request)}`), trailer);
    };
  const stream =
    (path: string): grpc.handleServerStreamingCall<Buffer, Buffer> =>
    (call) => {
      note(path, call.request, call.metadata);
      for (const text of ['a', 'b', 'c'.repeat(200_000)]) call.write(Buffer.from(text));
      call.end();
    };
  const server = new grpc.Server();
  const prefix = '/google.pubsub.v1.';
  server.addService(
    {
      get: method(`${prefix}Subscriber/GetSubscription`),
      remove: method(`${prefix}Publisher/DeleteTopic`),
      list: method(`${prefix}Publisher/ListTopics`, true),
      removeMany: method(`${prefix}Publisher/DeleteTopics`, true),
    },
    {
      get: unary('get'),
      remove: unary('remove'),
      list: stream('list'),
      removeMany: stream('removeMany'),
    },
  );
  const pair = { private_key: readFileSync(key), cert_chain: readFileSync(cert) };
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createSsl(null, [pair]), (error, at) =>
      error ? reject(error) : resolve(at),
    ),
  );
  place.atEnd(() => server.forceShutdown());
  return { port, ca, called };
}

it('calls and streams what reads, and gets PERMISSION_DENIED for what destroys', async () => {
  const world = makeWorld();
  const { port, ca, called } = await serve(world);
  const token = `ya29.${randomBytes(48).toString('base64url')}`;
  world.profile(
    [HOST],
    port,
    `credentials:
  google: { from: { env: GOOGLE_REAL }, provider: gcp }
env: { set: { SERVICE: ${HOST} } }`,
  );
  const env = { NODE_EXTRA_CA_CERTS: ca, GOOGLE_REAL: token };
  const run = await world.attack([process.execPath, join(INSIDE, 'grpc.mjs')], { env });
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toEqual({
    get: { answer: 'answer to projects/p/subscriptions/s', trailer: ['there'] },
    list: { got: ['a', 'b', 'c'.repeat(200_000)], code: grpc.status.OK, details: 'OK' },
    remove: {
      code: grpc.status.PERMISSION_DENIED,
      details: expect.stringContaining('guard: refused: operation.destroy') as unknown,
      trailer: [],
    },
    removeMany: {
      got: [],
      code: grpc.status.PERMISSION_DENIED,
      details: expect.stringContaining('guard') as unknown,
    },
  });
  expect(called).toEqual([
    { path: 'get', right: `Bearer ${token}`, body: 'projects/p/subscriptions/s' },
    { path: 'list', right: `Bearer ${token}`, body: 'projects/p' },
  ]);
  expect(world.journals()).toContain('"/google.pubsub.v1.Publisher/DeleteTopic"');
});
