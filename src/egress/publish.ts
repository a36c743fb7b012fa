import type { ChildProcess } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { GuardError } from '../guard-error.ts';
import { tunnel } from './tunnel.ts';

export interface PublishOptions {
  ports: readonly number[];
  /** Runs `publish-connector` inside the session's network namespace, with an IPC channel. */
  connector: ChildProcess;
  onNotice: (text: string) => void;
}

export interface Publish {
  /** Stops listening and cuts every connection; the connector is the caller's to end. */
  close(): void;
}

/** A connector that does not answer in this many milliseconds never will: connecting to loopback takes none. */
const ANSWER_LIMIT = 10_000;

interface Answer {
  id: number;
  ok: boolean;
}

/**
 * Makes servers of the session reachable on the user's 127.0.0.1, same port. Resolves when all ports listen.
 * @throws GuardError naming the port that cannot be listened on.
 */
export async function startPublish(options: PublishOptions): Promise<Publish> {
  const { ports, connector, onNotice } = options;
  const open = new Set<Socket>();
  const waiting = new Map<number, (inside: Socket | null) => void>();
  const servers: Server[] = [];
  let lastId = 0;

  const connectInside = (port: number) =>
    new Promise<Socket | null>((resolve) => {
      const id = ++lastId;
      const timer = setTimeout(() => settle(null), ANSWER_LIMIT);
      const settle = (inside: Socket | null) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(inside);
      };
      waiting.set(id, settle);
      if (!connector.connected) return settle(null);
      connector.send({ id, connect: port }, (error) => error && settle(null));
    });

  const onAnswer = (message: unknown, inside: unknown) => {
    const { id, ok } = message as Answer;
    const socket = inside as Socket | undefined;
    const settle = waiting.get(id);
    if (settle) settle(ok && socket ? socket : null);
    else socket?.destroy();
  };
  const onDisconnect = () => {
    onNotice('published ports no longer lead into the session: its connector has ended');
    for (const settle of waiting.values()) settle(null);
  };

  const accept = async (client: Socket, port: number) => {
    client.on('error', () => undefined);
    open.add(client);
    client.once('close', () => open.delete(client));
    const inside = await connectInside(port);
    if (!inside) return void client.resetAndDestroy();
    inside.on('error', () => undefined);
    inside.setNoDelay(true);
    if (client.destroyed) return void inside.destroy();
    tunnel(client, inside);
  };

  const close = () => {
    connector.off('message', onAnswer);
    connector.off('disconnect', onDisconnect);
    for (const server of servers) server.close();
    for (const client of open) client.destroy();
    for (const settle of waiting.values()) settle(null);
  };

  connector.on('message', onAnswer);
  connector.on('disconnect', onDisconnect);
  try {
    for (const port of ports) {
      servers.push(await listen(port, (client) => void accept(client, port)));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

function listen(port: number, onClient: (client: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, onClient);
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(port, error)));
    // Only loopback: a published port is for the user's own browser, not for the network.
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function listenError(port: number, error: NodeJS.ErrnoException): GuardError {
  const taken = error.code === 'EADDRINUSE';
  return new GuardError({
    what: `cannot publish port ${port}`,
    why: taken ? 'another program listens on it' : (error.code ?? error.message),
    fix: taken ? 'End that program, or publish another port' : 'Publish another port',
    cause: error,
  });
}
