import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import type { Opened } from '../sandbox/first-stage.ts';

/** Node's objects for sockets that were opened in the session's network namespace. */
export interface Listeners {
  servers: { port: number; server: Server }[];
  dns: Socket;
}

export async function adoptListeners(opened: Opened): Promise<Listeners> {
  const servers = await Promise.all(
    opened.tcp.map(async ([port, fd]) => {
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: false });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ fd }, resolve);
      });
      return { port, server };
    }),
  );
  const dns = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    dns.once('error', reject);
    dns.bind({ fd: opened.dns } as Parameters<Socket['bind']>[0] & object, resolve);
  });
  return { servers, dns };
}
