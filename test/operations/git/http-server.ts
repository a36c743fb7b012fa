import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { AddressInfo } from 'node:net';
import type { Answer } from '../../../src/egress/inspect/types.ts';
import type { HttpCall } from '../../../src/operations/types.ts';

export interface GitServer {
  url: string;
  /** Every request that came, body decoded. */
  calls: HttpCall[];
  close(): Promise<void>;
}

/** `git http-backend` on a port of loopback, with somebody who may answer in its place. */
export async function startGitServer(
  root: string,
  answer: (call: HttpCall) => Answer | null,
): Promise<GitServer> {
  const calls: HttpCall[] = [];
  const server = createServer((request, response) => {
    void serve(request, response, root, (call) => {
      calls.push(call);
      return answer(call);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, calls, close: () => close(server) };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  root: string,
  answer: (call: HttpCall) => Answer | null,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
  const made = answer(callOf(request, bytes));
  if (made) {
    response.writeHead(made.status, made.headers.flat());
    response.end(made.body);
    return;
  }
  await backend(request, bytes, root, response);
}

function callOf({ method = '', url = '', rawHeaders }: IncomingMessage, bytes: Buffer): HttpCall {
  const headers: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers.push([(rawHeaders[at] ?? '').toLowerCase(), rawHeaders[at + 1] ?? '']);
  return {
    ...{ scheme: 'http', version: '1.1', host: 'git.test', port: 80, method, path: url, headers },
    body: { bytes, state: bytes.length > 0 ? 'whole' : 'none' },
  };
}

/** As a CGI program (RFC 3875). */
async function backend(
  request: IncomingMessage,
  body: Buffer,
  root: string,
  response: ServerResponse,
): Promise<void> {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'tester',
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: request.method,
      PATH_INFO: path,
      QUERY_STRING: query,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.length),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(body);
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const output = Buffer.concat(chunks);
  const split = output.indexOf('\r\n\r\n');
  const headers = output
    .toString('latin1', 0, split)
    .split('\r\n')
    .map((line) => line.split(': ', 2) as [string, string]);
  const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
  response.writeHead(parseInt(status, 10), headers.filter(([name]) => name !== 'Status').flat());
  response.end(output.subarray(split + 4));
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
