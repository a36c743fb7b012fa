import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { listen } from '../upstream.ts';
import { run } from './clients.ts';
import { type Bench, openBench, pass, refusal } from './fixture.ts';
import { type Host, openHost } from './host.ts';

let host: Host;
let bench: Bench;
/** The door's own port is the one that is dialled: what a client puts into Host is right then. */
let port: number;

beforeAll(async () => {
  host = await openHost(['a.test']);
  port = await freePort();
  bench = openBench({
    hosts: { 'a.test': host.address },
    ca: host.ca,
    ports: [port],
    need: () => ({ kind: 'whole', limit: 1 << 20 }),
    verdict: (call) =>
      /delete/.test(call.body.bytes.toString()) ? refusal(403, 'no') : pass(call),
  });
  await bench.door('a.test', port);
});

afterAll(() => {
  bench.close();
  host.close();
});

afterEach(() => {
  bench.forget();
  host.forget();
});

async function freePort(): Promise<number> {
  const taken = await listen(createServer());
  taken.close();
  return taken.port;
}

/** A program that finds every name at 127.0.0.1. */
const node = (script: string) =>
  run(
    [
      process.execPath,
      '-e',
      `const dns = require('node:dns');
       dns.lookup = (name, options, done) => (done ?? options)(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
       ${script}`,
    ],
    { NODE_EXTRA_CA_CERTS: bench.certificateFile },
  );
const python = (script: string) =>
  run(
    [
      'python3',
      '-c',
      `import socket, ssl, urllib.request, urllib.error, http.client
real = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **named: real('127.0.0.1', *rest, **named)
${script}`,
    ],
    { SSL_CERT_FILE: bench.certificateFile, HOME: process.env.HOME },
  );

it('serves fetch', async () => {
  const { stdout, stderr } = await node(
    `fetch('https://a.test:${port}/f', { method: 'POST', body: 'delete' })
       .then(async (r) => console.log(r.status, await r.text()))
       .then(() => fetch('https://a.test:${port}/g', { method: 'POST', body: 'read' }))
       .then(async (r) => console.log(r.status, (await r.json()).body))`,
  );
  expect([stdout, stderr]).toEqual(['403 no\n200 read\n', '']);
  expect(host.log).toEqual([`1.1 POST a.test:${port} /g`]);
});

it('serves the client of node:http2', async () => {
  const { stdout } = await node(
    `const session = require('node:http2').connect('https://a.test:${port}');
     const ask = (body, then) => {
       const stream = session.request({ ':method': 'POST', ':path': '/h' });
       let text = '';
       stream.on('response', (h) => (text += h[':status'] + ' '));
       stream.on('data', (c) => (text += c));
       stream.on('end', () => { console.log(text.slice(0, 20)); then(); });
       stream.end(body);
     };
     ask('delete', () => ask('read', () => session.close()));`,
  );
  expect(stdout).toBe('403 no\n200 {"version":"2.0"\n');
  expect(host.log).toEqual([`2.0 POST a.test:${port} /h`]);
});

it('serves Python', async () => {
  const { stdout, stderr } = await python(
    `try:
    urllib.request.urlopen('https://a.test:${port}/', data=b'delete')
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
print(urllib.request.urlopen('https://a.test:${port}/', data=b'read').status)
connection = http.client.HTTPSConnection('a.test', ${port})
connection.request('POST', '/chunked', body=iter([b'del', b'ete']), encode_chunked=True, headers={'Transfer-Encoding': 'chunked'})
print(connection.getresponse().status)`,
  );
  expect([stdout, stderr]).toEqual(['403 no\n200\n403\n', '']);
});

it('serves curl with a body that waits to be asked for', async () => {
  const { stdout } = await run([
    ...[
      'curl',
      '-sS',
      '--http1.1',
      '--cacert',
      bench.certificateFile,
      '-H',
      'Expect: 100-continue',
    ],
    ...['--resolve', `a.test:${port}:127.0.0.1`, '-d', 'delete', `https://a.test:${port}/`],
  ]);
  expect(stdout).toBe('no');
  expect(host.connections).toBe(0);
});

it('serves WebSocket clients', async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => socket.send(`got ${data.toString()}`));
  });
  const upstream = await listen(server);
  const plainPort = await freePort();
  const plain = openBench({
    hosts: { 'a.test': upstream.address },
    ca: host.ca,
    ports: [plainPort],
  });
  await plain.door('a.test', plainPort);
  const socket = new WebSocket(`ws://a.test:${plainPort}/chat`, {
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  const message = await new Promise((resolve, reject) => {
    socket.on('open', () => socket.send('x'.repeat(100_000)));
    socket.on('message', (data: Buffer) => resolve(data.toString()));
    socket.on('error', reject);
  });
  socket.terminate();
  plain.close();
  upstream.close();
  expect(message).toBe(`got ${'x'.repeat(100_000)}`);
  expect(plain.calls[0]).toMatchObject({ method: 'GET', path: '/chat', scheme: 'http' });
});
