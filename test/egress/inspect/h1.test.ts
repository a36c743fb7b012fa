import { createHash, randomBytes } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../src/egress/inspect/types.ts';
import { openTcp, openTls, readAll, readUntil, run } from './clients.ts';
import { type Bench, openBench, pass, refusal } from './fixture.ts';
import { echo, type Host, openHost } from './host.ts';

let host: Host;
let bench: Bench;
let port: number;
/** Of a call to `/ask`: what a person would do. */
let decide: (allow: boolean) => void = () => undefined;
let asked: () => void = () => undefined;
let gone: Promise<void>;
let finishStream: () => void = () => undefined;

beforeAll(async () => {
  host = await openHost(['a.test'], (request, response) => {
    switch (request.url) {
      case '/stream':
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: 1\n\n');
        finishStream = () => response.end('data: 2\n\n');
        return;
      case '/head':
        return void response.writeHead(200, { 'content-length': '12' }).end();
      case '/204':
        return void response.writeHead(204).end();
      case '/304':
        return void response.writeHead(304, { etag: '"1"' }).end();
      case '/trailers':
        response.writeHead(200, { trailer: 'x-sum' });
        response.write('body');
        response.addTrailers({ 'x-sum': '42' });
        return void response.end();
      case '/cookies':
        return void response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end('ok');
      case '/cut':
        response.writeHead(200, { 'content-length': '100' });
        response.write('half');
        setTimeout(() => request.socket.destroy(), 50);
        return;
      case '/early':
        response.writeHead(413, { connection: 'close' });
        return void response.end('too much');
      case '/close':
        response.writeHead(200, { connection: 'close' });
        return void response.end('bye');
      case '/hash': {
        const hash = createHash('sha256');
        request.on('data', (chunk: Buffer) => hash.update(chunk));
        request.on('end', () => response.end(hash.digest('hex')));
        return;
      }
      default:
        return echo(request, response);
    }
  });
  bench = openBench({
    hosts: { 'a.test': host.address, 'tunnel.test': host.address },
    opened: ['a.test'],
    ca: host.ca,
    need: ({ path }) =>
      path.startsWith('/whole') ? { kind: 'whole', limit: 1 << 20 } : { kind: 'none' },
    verdict: (call, signal) => {
      if (call.path === '/ask') {
        gone = new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
        return new Promise<CallOutcome>((resolve) => {
          decide = (allow) => resolve(allow ? pass(call) : refusal(403, 'no'));
          asked();
        });
      }
      return /\/no$/.test(call.path) ? refusal(403, 'no') : pass(call);
    },
  });
  port = await bench.door('a.test');
});

afterAll(() => {
  bench.close();
  host.close();
});

afterEach(() => {
  bench.forget();
  host.forget();
});

const curl = (...args: string[]) =>
  run([
    ...['curl', '-sS', '--http1.1', '--max-time', '20', '--cacert', bench.certificateFile],
    ...['--connect-to', `::127.0.0.1:${port}`, ...args],
  ]);

const open = () => openTls(port, 'a.test', bench.certificate);

/** Resolves when a call to `/ask` is put to the judge. */
const whenAsked = () => new Promise<void>((resolve) => (asked = resolve));

describe('requests that are let through', () => {
  it('passes method, target, headers and body', async () => {
    const { stdout } = await curl('-X', 'PUT', '-d', 'abc', '-H', 'X-A: 1', 'https://a.test/x?y=1');
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ method: 'PUT', url: '/x?y=1', body: 'abc', version: '1.1' },
      headers: { host: 'a.test', 'x-a': '1', 'content-length': '3' },
    });
    expect(bench.calls).toMatchObject([
      { scheme: 'https', version: '1.1', host: 'a.test', port: 443, method: 'PUT', path: '/x?y=1' },
    ]);
  });

  it('keeps one connection outside for all requests of one inside', async () => {
    const { stdout } = await curl('https://a.test/1', 'https://a.test/2', 'https://a.test/3');
    expect(stdout.match(/"url":"\/\d"/g)).toHaveLength(3);
    expect(host.connections).toBe(1);
  });

  it('opens another when the host closed it', async () => {
    const { stdout } = await curl(
      'https://a.test/close',
      'https://a.test/2',
      'https://a.test/close',
    );
    expect(stdout).toMatch(/^bye.*bye$/s);
    expect(host.connections).toBe(2);
  });

  it('streams large bodies both ways', async () => {
    const body = randomBytes(5_000_000);
    const file = join(bench.folder, 'body');
    writeFileSync(file, body);
    const sum = createHash('sha256').update(body).digest('hex');
    for (const framing of [[], ['-H', 'Transfer-Encoding: chunked']]) {
      const { stdout } = await curl('-T', file, ...framing, 'https://a.test/hash');
      expect(stdout).toBe(sum);
    }
  });

  it('sends what was held for the verdict, then the rest', async () => {
    const { stdout } = await curl('-d', 'x'.repeat(9000), 'https://a.test/whole');
    expect(JSON.parse(stdout)).toMatchObject({ body: 'x'.repeat(9000) });
    expect(bench.calls[0]?.body).toMatchObject({ state: 'whole' });
    expect(bench.calls[0]?.body.bytes.length).toBe(9000);
  });

  it('passes trailers both ways', async () => {
    const socket = await open();
    socket.write(
      'POST /whole HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n',
    );
    expect(await readAll(socket)).toContain('"trailers":{"x-sum":"7"},"hex":"616263"');
    const second = await open();
    second.write('GET /trailers HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    expect(await readAll(second)).toMatch(/body\r\n0\r\nx-sum: 42\r\n\r\n$/i);
  });

  it('passes events as they come', async () => {
    const socket = await open();
    socket.write('GET /stream HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    await readUntil(socket, /data: 1/);
    const rest = readAll(socket);
    finishStream();
    expect(await rest).toContain('data: 2');
  });

  it('passes answers that have no body', async () => {
    const head = await curl('-I', 'https://a.test/head');
    expect(head.stdout).toMatch(/^HTTP\/1.1 200 OK\r\n(?:.*\r\n)*content-length: [1-9]\d*\r\n/i);
    expect((await curl('-w', '%{http_code}', 'https://a.test/204')).stdout).toBe('204');
    expect((await curl('-w', '%{http_code}', 'https://a.test/304')).stdout).toBe('304');
    expect(host.connections).toBe(3);
  });

  it('keeps repeated headers apart', async () => {
    const { stdout } = await curl('-i', 'https://a.test/cookies');
    expect(stdout.match(/set-cookie: \w=\d/gi)).toEqual(['set-cookie: a=1', 'set-cookie: b=2']);
  });

  it('cuts an answer that was cut', async () => {
    const { stdout, code } = await curl('https://a.test/cut');
    expect(stdout).toBe('half');
    expect(code).toBe(18);
  });

  it('brings an answer that comes before the end of the request', async () => {
    const socket = await open();
    socket.write('POST /early HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000000\r\n\r\nabc');
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 413 [^]*too much/);
  });

  it('serves HTTP/1.0', async () => {
    const socket = await open();
    socket.write('GET /old HTTP/1.0\r\n\r\n');
    expect(await readAll(socket)).toContain('"url":"/old"');
    expect(host.log).toEqual(['1.1 GET a.test /old']);
  });

  it('writes Host anew, and says to the judge what goes out', async () => {
    const socket = await open();
    socket.write(
      'GET https://A.test.:443/x HTTP/1.1\r\nHost: A.test.:443\r\nConnection: close, X-Drop\r\nX-Drop: 1\r\n\r\n',
    );
    await readAll(socket);
    expect(host.log).toEqual(['1.1 GET a.test /x']);
    expect(bench.calls[0]?.headers.map(([name]) => name)).toEqual(['host']);
  });
});

describe('Expect: 100-continue', () => {
  const head = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`;

  it('is answered when the verdict needs the body', async () => {
    const socket = await open();
    socket.write(head('/whole/no'));
    await readUntil(socket, /^HTTP\/1.1 100 Continue\r\n\r\n$/);
    const rest = readAll(socket);
    socket.write('abc');
    expect(await rest).toMatch(/^HTTP\/1.1 403 [^]*\r\n\r\nno$/);
    expect(host.connections).toBe(0);
  });

  it('is answered after the verdict where it does not', async () => {
    const socket = await open();
    const waiting = whenAsked();
    socket.write(head('/ask'));
    await waiting;
    const all = readAll(socket);
    decide(true);
    socket.write('abc');
    expect(await all).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK[^]*"body":"abc"/);
  });

  it('is not answered when the request is refused', async () => {
    const socket = await open();
    socket.write(head('/no'));
    expect(await readAll(socket)).toMatch(
      /^HTTP\/1.1 403 Forbidden\r\n[^]*connection: close[^]*no$/,
    );
  });
});

describe('requests that are held or refused', () => {
  it('sends nothing, and opens no connection, before the verdict', async () => {
    const waiting = whenAsked();
    const answer = curl('-d', 'secret', 'https://a.test/ask');
    await waiting;
    expect([host.connections, host.log, host.received]).toEqual([0, [], 0]);
    decide(false);
    expect((await answer).stdout).toBe('no');
    expect([host.connections, host.log, host.received]).toEqual([0, [], 0]);
  });

  it('keeps a connection for more after a refusal, where it can', async () => {
    const { stdout, stderr } = await curl(
      '-v',
      '-d',
      'a',
      'https://a.test/whole/no',
      'https://a.test/2',
    );
    expect(stdout).toMatch(/^no\{/);
    expect(stderr).toContain('Re-using existing connection');
    expect(host.log).toEqual(['1.1 POST a.test /2']);
  });

  it('looks at what is pipelined behind a held request only after the verdict', async () => {
    const socket = await open();
    const waiting = whenAsked();
    const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n${more}\r\n`;
    socket.write(get('/ask') + get('/2', 'Connection: close\r\n'));
    await waiting;
    expect(bench.calls).toHaveLength(1);
    expect(host.connections).toBe(0);
    const all = readAll(socket);
    decide(true);
    expect(await all).toMatch(/"url":"\/ask"[^]*"url":"\/2"/);
    expect(host.log).toEqual(['1.1 GET a.test /ask', '1.1 GET a.test /2']);
  });

  it('gives up a client that pipelines without end', async () => {
    const socket = await open();
    socket.write('GET /ask HTTP/1.1\r\nHost: a.test\r\n\r\n'.repeat(500));
    expect(await readAll(socket)).toBe('');
    expect(host.connections).toBe(0);
  });

  it('tells the judge that the client has gone, and sends nothing then', async () => {
    const socket = await open();
    const waiting = whenAsked();
    socket.write('POST /ask HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100000\r\n\r\nabc');
    await waiting;
    socket.destroy();
    await gone;
    decide(true);
    await curl('https://a.test/after');
    expect(host.log).toEqual(['1.1 GET a.test /after']);
  });

  it('sends nothing of an upload that breaks off while it is read for the verdict', async () => {
    const socket = await open();
    socket.write('POST /whole HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nabc');
    socket.end();
    await readAll(socket);
    await curl('https://a.test/after');
    expect(bench.calls).toHaveLength(1);
    expect(host.log).toEqual(['1.1 GET a.test /after']);
  });

  it('breaks off at the host what the client breaks off', async () => {
    const socket = await open();
    socket.write(
      'POST /hash HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
    );
    await expect.poll(() => host.received).toBe(3);
    socket.destroy();
    const { stdout } = await curl('https://a.test/after');
    expect(stdout).toContain('/after');
    expect(host.log).toEqual(['1.1 POST a.test /hash', '1.1 GET a.test /after']);
  });
});

describe('WebSocket', () => {
  it('is judged by its handshake, then passes bytes both ways', async () => {
    const socket = await open();
    socket.write(
      'GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    expect(await readUntil(socket, /hi$/)).toMatch(/^HTTP\/1.1 101 [^]*x-a: 1[^]*\r\n\r\nhi$/i);
    socket.write('there');
    await readUntil(socket, /there$/);
    socket.destroy();
    expect(bench.calls[0]?.headers).toContainEqual(['upgrade', 'websocket']);
    expect(host.log).toEqual(['upgrade /ws']);
  });

  it('is refused like any request', async () => {
    const socket = await open();
    socket.write(
      'GET /no HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 403 [^]*no$/);
    expect(host.connections).toBe(0);
  });

  it('needs the host to answer its key, not only a status of 101', async () => {
    const socket = await open();
    socket.write(
      'GET /status/101 HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 502 /);
  });

  it('does not let a connection become anything else', async () => {
    const { stdout } = await curl(
      '-H',
      'Connection: Upgrade',
      '-H',
      'Upgrade: h2c',
      'https://a.test/x',
    );
    expect(JSON.parse(stdout)).toMatchObject({ url: '/x' });
    expect(stdout).not.toContain('h2c');
  });
});

describe('what is not opened, and what cannot be', () => {
  it('leaves other hosts in an untouched tunnel', async () => {
    const door = await bench.door('tunnel.test');
    const socket = await openTls(door, 'a.test', host.ca.toString()).catch((error: Error) => error);
    // The name in the hello is not the one that was dialled.
    expect(socket).toBeInstanceOf(Error);
    const { stdout } = await run([
      ...['curl', '-sk', '--connect-to', `::127.0.0.1:${door}`, '-w', '%{ssl_verify_result}'],
      ...['--http1.1', 'https://tunnel.test/x'],
    ]);
    expect(stdout).toContain('"url":"/x"');
    expect(bench.calls).toEqual([]);
  });

  it('judges plain HTTP to an opened host', async () => {
    const plain = await bench.door('a.test', 80);
    const socket = await openTcp(plain);
    socket.write('GET /no HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 403 [^]*no$/);
    expect(bench.calls[0]).toMatchObject({ scheme: 'http', port: 80, path: '/no' });
    expect(host.connections).toBe(0);
  });

  it('opens TLS on another port', async () => {
    const odd = await bench.door('a.test', 8443);
    const socket = await openTls(odd, 'a.test', bench.certificate);
    socket.write('GET /x HTTP/1.1\r\nHost: a.test:8443\r\nConnection: close\r\n\r\n');
    expect(await readAll(socket)).toContain('"url":"/x"');
    expect(host.log).toEqual(['1.1 GET a.test:8443 /x']);
  });

  it('opens by the name in the hello when a bare address was dialled', async () => {
    const door = await bench.addressDoor('93.184.216.34');
    const socket = await openTls(door, 'a.test', bench.certificate);
    socket.write('GET /no HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    expect(await readAll(socket)).toMatch(/no$/);
  });

  it.each([80, 443, 8443])('refuses what is neither TLS nor HTTP/1 on port %d', async (on) => {
    for (const bytes of ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\x00\x01\x02\x03 rest\r\n\r\n']) {
      bench.forget();
      const socket = await openTcp(await bench.door('a.test', on));
      socket.write(bytes);
      expect(await readAll(socket)).toBe('(reset)');
      expect(bench.recorded.map(({ verdict }) => verdict.rule)).toEqual(['network.malformed']);
    }
    expect(host.connections).toBe(0);
  });

  it('refuses CONNECT', async () => {
    const socket = await open();
    socket.write('CONNECT b.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n');
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 403 [^]*network.proxy/);
  });
});

describe('hosts that cannot be reached', () => {
  it('says that a certificate is not valid, and why', async () => {
    const strict = openBench({ hosts: { 'wrong.test': host.address }, ca: host.ca });
    const { stdout } = await run([
      ...['curl', '-sS', '--cacert', strict.certificateFile, '-w', '%{http_code}'],
      ...['--connect-to', `::127.0.0.1:${await strict.door('wrong.test')}`, 'https://wrong.test/'],
    ]);
    strict.close();
    expect(stdout).toMatch(/^guard: unreachable: .*certificate is for other names.*\n502$/);
    expect(host.log).toEqual([]);
  });
});

it('serves the client of node:https', async () => {
  const text = await new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port,
        servername: 'a.test',
        ca: bench.certificate,
        path: '/node',
        headers: { host: 'a.test' },
      },
      (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => resolve(body));
      },
    );
    request.on('error', reject);
    request.end();
  });
  expect(text).toContain('"url":"/node"');
});
