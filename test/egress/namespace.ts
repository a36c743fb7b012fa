import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket as Datagram } from 'node:dgram';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface RunResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Namespace {
  /** A process inside, for nsenter. */
  pid: number;
  servers: { port: number; server: Server }[];
  dns: Datagram;
  /** Runs a client inside, with no proxy variable. */
  run(argv: string[]): Promise<RunResult>;
  /** A connection made inside, its client end here. */
  connect(host: string, port: number): Promise<Socket>;
  close(): void;
}

interface Message {
  id?: number;
  pid?: number;
  server?: number;
  dns?: boolean;
  error?: string;
}

/** A real network namespace in which every address is local, as in a session. */
export async function openNamespace(ports: number[]): Promise<Namespace> {
  const folder = mkdtempSync(join(tmpdir(), 'guard-egress-'));
  const resolv = join(folder, 'resolv.conf');
  writeFileSync(resolv, 'nameserver 127.0.0.1\noptions timeout:2 attempts:1\n');
  const stage = fileURLToPath(new URL('stage.mjs', import.meta.url));
  const bwrap =
    '--unshare-user --uid 0 --gid 0 --unshare-net --cap-add ALL --dev-bind / / --die-with-parent';
  const child = spawn(
    'bwrap',
    [
      ...bwrap.split(' '),
      ...['--ro-bind', resolv, realpathSync('/etc/resolv.conf')],
      ...['--', process.execPath, stage, ...ports.map(String)],
    ],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const { pid, servers, dns } = await opened(child, ports.length);
  const waiting = new Map<number, (message: Message, socket: unknown) => void>();
  child.on('message', (message: Message, socket) =>
    waiting.get(message.id ?? -1)?.(message, socket),
  );
  let lastId = 0;
  const ask = <T>(question: object, read: (message: Message, socket: unknown) => T) =>
    new Promise<T>((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, (message, socket) => {
        if (message.error) reject(new Error(message.error));
        else resolve(read(message, socket));
      });
      child.send({ id, ...question });
    });
  return {
    pid,
    servers,
    dns,
    run: (argv) => {
      const env = { PATH: process.env.PATH, HOME: folder };
      return ask({ run: argv, env }, (message) => message as unknown as RunResult);
    },
    connect: (host, port) =>
      ask({ connect: { host, port } }, (_, socket) =>
        (socket as Socket).on('error', () => undefined),
      ),
    close() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}

function opened(child: ChildProcess, count: number) {
  const servers: Namespace['servers'] = [];
  let dns: Datagram | undefined;
  let pid = 0;
  return new Promise<{ pid: number; servers: Namespace['servers']; dns: Datagram }>(
    (resolve, reject) => {
      const onExit = () => reject(new Error('the namespace could not be made'));
      const onMessage = (message: Message, handle: unknown) => {
        if (message.pid) pid = message.pid;
        if (message.server) servers.push({ port: message.server, server: handle as Server });
        if (message.dns) dns = handle as Datagram;
        if (!dns || servers.length < count) return;
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve({ pid, servers, dns });
      };
      child.on('message', onMessage);
      child.once('exit', onExit);
    },
  );
}
