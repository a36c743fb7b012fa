import { spawn } from 'node:child_process';
import { connect as h2connect, type ClientHttp2Session } from 'node:http2';
import { connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function run(argv: string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('latin1')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('latin1')));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A TLS connection through a door, with the bytes of HTTP to be written by hand. */
export function openTls(port: number, host: string, ca: string, alpn = ['http/1.1']) {
  return new Promise<TLSSocket>((resolve, reject) => {
    const socket = tlsConnect(
      { port, host: '127.0.0.1', servername: host, ca, ALPNProtocols: alpn },
      () => resolve(socket),
    );
    socket.on('error', reject);
  });
}

export function openTcp(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = netConnect({ port, host: '127.0.0.1', allowHalfOpen: true }, () =>
      resolve(socket),
    );
    socket.on('error', reject);
  });
}

/** All that comes until the other side ends, or `(reset)` where it does not end well. */
export function readAll(socket: Socket): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('end', () => resolve(text));
    socket.on('error', () => resolve(`${text}(reset)`));
    socket.on('close', () => resolve(text));
  });
}

/** Reads until what came matches. */
export function readUntil(socket: Socket, pattern: RegExp): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (!pattern.test(text)) return;
      socket.off('data', onData);
      resolve(text);
    };
    socket.on('data', onData);
    socket.on('close', () => reject(new Error(`closed after: ${text}`)));
  });
}

export async function openH2(port: number, host: string, ca: string): Promise<ClientHttp2Session> {
  const socket = await openTls(port, host, ca, ['h2']);
  const session = h2connect(`https://${host}`, { createConnection: () => socket });
  session.on('error', () => undefined);
  return session;
}

export interface H2Answer {
  status: number;
  headers: Record<string, unknown>;
  trailers: Record<string, unknown>;
  body: string;
  /** Code of a reset; 0 for none. */
  reset: number;
}

export function h2request(
  session: ClientHttp2Session,
  headers: Record<string, string | string[]>,
  body: (Buffer | string)[] = [],
  trailers?: Record<string, string>,
): Promise<H2Answer> {
  const stream = session.request(headers, {
    endStream: body.length === 0,
    waitForTrailers: trailers !== undefined,
  });
  if (trailers) stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  const answer: H2Answer = { status: 0, headers: {}, trailers: {}, body: '', reset: 0 };
  stream.on('response', (given) => {
    answer.status = Number(given[':status']);
    answer.headers = given;
  });
  stream.on('trailers', (given: Record<string, unknown>) => (answer.trailers = given));
  stream.on('data', (chunk: Buffer) => (answer.body += chunk.toString('latin1')));
  stream.on('error', () => undefined);
  for (const chunk of body) stream.write(chunk);
  if (body.length) stream.end();
  return new Promise((resolve) => {
    stream.on('close', () => resolve({ ...answer, reset: stream.rstCode ?? 0 }));
  });
}
