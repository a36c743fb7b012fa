import { createServer, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { int32, message, text } from '../../../src/egress/postgres/messages.ts';
import type { PostgresOptions } from '../../../src/egress/postgres/types.ts';
import { PLACEHOLDER, startGate } from './gate.ts';
import { PASSWORDS } from './server.ts';

/** A server that is none: answers the n-th thing it gets with the n-th of these. */
async function impostor(
  ...answers: (Buffer | ((got: Buffer) => Buffer))[]
): Promise<{ port: number; got: () => string }> {
  const got: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const left = [...answers];
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      got.push(chunk);
      const answer = left.shift();
      if (answer) socket.write(typeof answer === 'function' ? answer(chunk) : answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (server.address() as AddressInfo).port,
    got: () => Buffer.concat(got).toString('latin1'),
  };
}

async function login(
  server: { port: number },
  options: Partial<PostgresOptions> = {},
): Promise<unknown> {
  const gate = await startGate(server, options);
  onTestFinished(() => gate.close());
  const client = new pg.Client({
    host: '127.0.0.1',
    port: gate.port,
    user: 'scram',
    password: PLACEHOLDER,
    database: 'a',
  });
  client.on('error', () => undefined);
  return client.connect().then(
    () => client.end().then(() => 'connected'),
    (error: unknown) => error,
  );
}

const SASL = message('R', Buffer.concat([int32(10), text('SCRAM-SHA-256', '')]));
const OK = Buffer.concat([message('R', int32(0)), message('Z', Buffer.from('I'))]);
const continued = (got: Buffer) => {
  const nonce = /r=([^,]+)$/.exec(got.toString('latin1'))?.[1] ?? '';
  return message(
    'R',
    Buffer.concat([int32(11), Buffer.from(`r=${nonce}more,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)]),
  );
};

it('is not believed without its proof of the password', async () => {
  expect(await login(await impostor(SASL, continued, OK))).toMatchObject({ code: '28000' });
  expect(await login(await impostor(SASL, OK))).toMatchObject({ code: '28000' });
  const wrong = message(
    'R',
    Buffer.concat([int32(12), Buffer.from('v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=')]),
  );
  expect(await login(await impostor(SASL, continued, Buffer.concat([wrong, OK])))).toMatchObject({
    code: '28000',
  });
});

it.each(['require', 'verify-full'] as const)(
  'that has no TLS gets nothing where the profile says %s',
  async (upstreamTls) => {
    const server = await impostor(Buffer.from('N'));
    expect(await login(server, { upstreamTls })).toMatchObject({ code: '08001' });
    expect(server.got()).toHaveLength(8);
  },
);

it('that wants the password as it is does not get it in the clear', async () => {
  const server = await impostor(message('R', int32(3)));
  expect(await login(server)).toMatchObject({ code: '28000' });
  expect(server.got()).not.toContain(PASSWORDS.scram);
});

it('that puts what it was told into its error does not show it', async () => {
  const fields = text('SFATAL', 'C28P01', `Mno ${PASSWORDS.scram} here`, '');
  const error = await login(await impostor(message('E', fields)));
  expect(error).toMatchObject({ code: '28P01' });
  expect((error as Error).message).toContain('no *** here');
});

it('that answers with something else is left', async () => {
  expect(
    await login(await impostor(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))),
  ).toMatchObject({ code: '08P01' });
  expect(
    await login(await impostor(Buffer.concat([OK.subarray(0, 9), message('D', Buffer.alloc(2))]))),
  ).toMatchObject({ code: '08P01' });
});

it('that does not answer is not waited for', async () => {
  expect(await login(await impostor(), { limits: { login: 300 } })).toMatchObject({
    code: '08001',
  });
});
