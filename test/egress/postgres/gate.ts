import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { CancelKeys } from '../../../src/egress/postgres/cancel-keys.ts';
import { servePostgres } from '../../../src/egress/postgres/serve.ts';
import type { PgCall, PgVerdict, PostgresOptions } from '../../../src/egress/postgres/types.ts';
import { PASSWORDS, type TestServer } from './server.ts';

export const PLACEHOLDER = 'guard-placeholder-0123456789';

export interface Gate {
  port: number;
  /** Names of the operations of every call that was judged. */
  calls: string[][];
  notices: string[];
  /** Bytes that went to the server. */
  sent(): string;
  /** How many bytes were taken from the server. */
  received(): number;
  /** Verdicts of what is neither reading nor changing; refused unless given. */
  decide: (call: PgCall, signal: AbortSignal) => Promise<PgVerdict>;
  close(): void;
}

/** A gate as egress would set it up: placeholder in, real password out, only reading and changing pass. */
export async function startGate(
  server: Pick<TestServer, 'port'>,
  options: Partial<PostgresOptions> = {},
): Promise<Gate> {
  const cancels = new CancelKeys();
  const sent: Buffer[] = [];
  const open = new Set<Socket>();
  const upstreams: Socket[] = [];
  const gate: Omit<Gate, 'port'> = {
    calls: [],
    notices: [],
    sent: () => Buffer.concat(sent).toString('latin1'),
    received: () => upstreams.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    decide: ({ operations }) =>
      Promise.resolve(
        operations.every((operation) => operation.class === 'read' || operation.class === 'change')
          ? { allowed: true }
          : {
              allowed: false,
              rule: 'postgres.destroy',
              reason: `it would ${operations.map(({ name }) => name).join(', ')}`,
            },
      ),
    close() {
      listener.close();
      for (const socket of open) socket.destroy();
    },
  };
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    void servePostgres(socket, {
      openUpstream: () =>
        new Promise((resolve, reject) => {
          const upstream = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
          upstreams.push(upstream);
          const write = upstream.write.bind(upstream) as (...args: unknown[]) => boolean;
          upstream.write = (...args: unknown[]) => {
            if (Buffer.isBuffer(args[0])) sent.push(args[0]);
            return write(...args);
          };
          upstream.once('error', reject).once('connect', () => resolve(upstream));
        }),
      host: 'db.test',
      upstreamTls: 'disable',
      tls: null,
      login: (user, _, placeholder) =>
        Promise.resolve(
          placeholder === PLACEHOLDER
            ? { ok: true, user, password: PASSWORDS[user as keyof typeof PASSWORDS] ?? '' }
            : { ok: false, reason: 'that is no placeholder of this session' },
        ),
      judge: (call, signal) => {
        gate.calls.push(call.operations.map(({ name }) => name));
        return gate.decide(call, signal);
      },
      onNotice: (text) => gate.notices.push(text),
      cancels,
      ...options,
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return Object.assign(gate, { port: (listener.address() as AddressInfo).port });
}
