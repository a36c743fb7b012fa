import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { expect, it, onTestFinished } from 'vitest';
import { grpcMethod, grpcRefusal, isGrpc } from '../../src/operations/grpc.ts';

it('a client takes the refusal for a permission that is denied, with its text', async () => {
  const paths: unknown[] = [];
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream, sent: Record<string, unknown>) => {
    const headers = [['content-type', String(sent['content-type'])]] as const;
    paths.push(isGrpc({ headers }), grpcMethod(String(sent[':path'])));
    const made = grpcRefusal({ headers, version: '2' }, 'guard: refused: r: 100% é.');
    stream.respond(
      { ':status': made.status, ...Object.fromEntries(made.headers) },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers(Object.fromEntries(made.trailers ?? [])));
    stream.end(made.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    server.close();
  });

  const pass = (bytes: Buffer): Buffer => bytes;
  const error = await new Promise<ServiceError | null>((resolve) => {
    client.makeUnaryRequest('/a.b.C/Delete', pass, pass, Buffer.from('x'), resolve);
  });
  expect(error).toMatchObject({
    code: status.PERMISSION_DENIED,
    details: 'guard: refused: r: 100% é.',
  });
  expect(paths).toEqual([true, { service: 'a.b.C', method: 'Delete' }]);
});
