import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openSession, type Session } from './session.ts';
import { listen, readBody, type Upstream } from './upstream.ts';

let plain: Upstream;
let raw: Upstream;
let dead: Upstream;
let session: Session;
/** Every request that reached the host, as its parser saw it. */
const arrived: string[] = [];
/** Connections that reached the host. */
let connections = 0;
/** Bytes that reached the host that keeps them as they are. */
let rawBytes = '';

beforeAll(async () => {
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      arrived.push(`${request.method} ${request.headers.host} ${request.url} ${body.length}`);
      if (request.url === '/early') response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] });
      response.end(`got ${request.url} ${createHash('sha256').update(body).digest('hex')}`);
    });
  });
  server.on('connection', () => connections++);
  server.on('upgrade', (request, socket: Socket) => {
    arrived.push(`upgrade ${request.headers.host}`);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhi',
    );
    socket.pipe(socket);
  });
  plain = await listen(server);
  raw = await listen(
    createTcpServer((socket) => {
      socket.on('data', (chunk) => (rawBytes += chunk.toString('latin1')));
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    }),
  );
  dead = await listen(createTcpServer());
  dead.close();
  session = await openSession({
    allow: ['a.test', 'b.test', 'raw.test', 'dead.test', 'nowhere.test'],
    hosts: {
      'a.test': plain.address,
      'b.test': plain.address,
      'raw.test': raw.address,
      'dead.test': dead.address,
    },
    limits: { firstBytes: 1500, idle: 1500 },
    lookup: () => Promise.reject(new Error('ENOTFOUND')),
  });
});

afterAll(() => {
  session.close();
  plain.close();
  raw.close();
});

afterEach(() => {
  session.forget();
  arrived.length = 0;
  connections = 0;
  rawBytes = '';
});

const curl = (...args: string[]) =>
  session.inside.run(['curl', '-sS', '--max-time', '20', '--noproxy', '', ...args]);

const synthetic = (name: string) => session.egress.names.addressOf(name) ?? '';

/** Writes bytes on a connection to an address and returns all that comes back. */
async function speak(address: string, bytes: string): Promise<string> {
  const socket = await session.inside.connect(address, 80);
  const answer = readBody(socket).catch(() => '(reset)');
  socket.write(bytes, 'latin1');
  return answer;
}

const rules = () => session.recorded.map(({ verdict }) => verdict.rule);
const RAW = '93.184.216.34';

describe('plain HTTP', () => {
  it('passes method, path, headers and body', async () => {
    const body = 'x'.repeat(3_000_000);
    const command = `head -c 3000000 /dev/zero | tr '\\0' x | curl -sS -i -T - http://a.test/put?q=1`;
    const { stdout } = await session.inside.run(['sh', '-c', command]);
    expect(stdout).toContain(createHash('sha256').update(body).digest('hex'));
    expect(arrived).toEqual(['PUT a.test /put?q=1 3000000']);
  });

  it('passes repeated response headers', async () => {
    const { stdout } = await curl('-i', 'http://a.test/early');
    expect(stdout.match(/set-cookie: [ab]=[12]/gi)).toHaveLength(2);
  });

  it('keeps one connection outside for the requests of one inside, judged once', async () => {
    const { stdout } = await curl('http://a.test/1', 'http://a.test/2', 'http://a.test/3');
    expect(stdout.match(/got \/[123]/g)).toEqual(['got /1', 'got /2', 'got /3']);
    expect(connections).toBe(1);
    expect(session.judged).toHaveLength(1);
  });

  it('answers pipelined requests in order', async () => {
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`;
    const last = `GET /3 HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`;
    const answer = await speak(synthetic('a.test'), get('/1') + get('/2') + last);
    expect(answer.match(/got \/[123]/g)).toEqual(['got /1', 'got /2', 'got /3']);
  });

  it('serves HTTP/1.0 without Host by the name that was dialled', async () => {
    expect(await speak(synthetic('a.test'), 'GET /old HTTP/1.0\r\n\r\n')).toContain('got /old');
    expect(arrived).toEqual(['GET a.test /old 0']);
  });

  it('refuses with a whole response that says why', async () => {
    const { stdout } = await curl('-i', '--resolve', `evil.test:80:${RAW}`, 'http://evil.test/');
    expect(stdout).toMatch(/^HTTP\/1.1 403 Forbidden\r\nconnection: close\r\n/);
    expect(stdout).toContain('guard: refused: test.deny: evil.test is not allowed.\n');
  });

  it('says when a host cannot be reached or does not resolve', async () => {
    const gone = await curl('-w', '%{http_code}', 'http://dead.test/');
    expect(gone.stdout).toMatch(/^guard: unreachable: .*ECONNREFUSED.*\n502$/);
    const unknown = await curl('-w', '%{http_code}', 'http://nowhere.test/');
    expect(unknown.stdout).toBe('guard: unreachable: nowhere.test does not resolve.\n502');
  });

  it('opens a WebSocket, and passes bytes both ways', async () => {
    const socket = await session.inside.connect(synthetic('a.test'), 80);
    const answer = readBody(socket);
    socket.write(
      'GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    setTimeout(() => socket.end('there'), 200);
    expect(await answer).toMatch(/^HTTP\/1.1 101 [^]*\r\n\r\nhithere$/);
  });

  it('does not let a connection become HTTP/2, whose requests would be unseen', async () => {
    const { stdout } = await curl('--http2', 'http://a.test/h2');
    expect(stdout).toContain('got /h2');
    expect(arrived).toEqual(['GET a.test /h2 0']);
  });

  it('continues an upload that waits for it', async () => {
    const { stdout } = await curl('-H', 'Expect: 100-continue', '-d', 'abc', 'http://a.test/e');
    expect(stdout).toContain('got /e');
  });
});

describe('hosts of plain HTTP', () => {
  it('leads a raw address with an allowed Host to the host', async () => {
    const { stdout } = await curl('-H', 'Host: a.test', `http://${RAW}/x`);
    expect(stdout).toContain('got /x');
    expect(session.judged).toEqual([{ kind: 'connect', host: 'a.test', address: RAW, port: 80 }]);
  });

  it('refuses a raw address that is its own Host', async () => {
    const { stdout } = await curl(`http://${RAW}/`);
    expect(stdout).toContain('guard: refused: network.unnamed');
    expect(session.judged).toEqual([]);
  });

  it('refuses another Host than the name that was dialled, allowed or not', async () => {
    for (const host of ['b.test', 'evil.test', RAW]) {
      const { stdout } = await curl('-H', `Host: ${host}`, 'http://a.test/');
      expect(stdout).toContain('guard: refused: network.name-mismatch');
    }
    expect(arrived).toEqual([]);
  });

  it('refuses a later request on the same connection for another host', async () => {
    const answer = await speak(
      synthetic('a.test'),
      'GET /1 HTTP/1.1\r\nHost: a.test\r\n\r\nGET /2 HTTP/1.1\r\nHost: b.test\r\n\r\n',
    );
    expect(answer).toContain('got /1');
    expect(answer).toContain('guard: refused: network.name-mismatch');
    expect(arrived).toEqual(['GET a.test /1 0']);
  });

  it('judges each host of a connection to a raw address', async () => {
    const get = (host: string) => `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const answer = await speak(RAW, get('a.test') + get('b.test') + get('evil.test'));
    expect(answer).toContain('guard: refused: test.deny');
    expect(arrived.sort()).toEqual(['GET a.test / 0', 'GET b.test / 0']);
    expect(session.judged.map(({ host }) => host)).toEqual(['a.test', 'b.test', 'evil.test']);
  });

  it('refuses an upgrade for another host', async () => {
    const answer = await speak(
      synthetic('a.test'),
      'GET / HTTP/1.1\r\nHost: b.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    expect(answer).toContain('guard: refused: network.name-mismatch');
    expect(arrived).toEqual([]);
  });

  it('refuses CONNECT: guard is no proxy', async () => {
    const answer = await speak(
      synthetic('a.test'),
      'CONNECT b.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n',
    );
    expect(answer).toContain('guard: refused: network.proxy');
  });
});

describe('requests that two parsers could read differently', () => {
  const body = 'GET /smuggled HTTP/1.1\r\nHost: evil.test\r\n\r\n';
  const cases: [what: string, bytes: string][] = [
    ['two Host headers', 'GET / HTTP/1.1\r\nHost: a.test\r\nHost: evil.test\r\n\r\n'],
    ['no Host header', 'GET / HTTP/1.1\r\n\r\n'],
    ['a target and a Host that differ', 'GET http://evil.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n'],
    ['credentials in the target', 'GET http://a.test@evil.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n'],
    ['a folded Host', 'GET / HTTP/1.1\r\nHost: a.test\r\n evil.test\r\n\r\n'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : evil.test\r\nHost: a.test\r\n\r\n'],
    ['a NUL in Host', 'GET / HTTP/1.1\r\nHost: a.test\0.evil.test\r\n\r\n'],
    ['a list of hosts', 'GET / HTTP/1.1\r\nHost: a.test, evil.test\r\n\r\n'],
    ['another port in Host', 'GET / HTTP/1.1\r\nHost: a.test:8080\r\n\r\n'],
    ['a head over 16 KiB', `GET / HTTP/1.1\r\nHost: a.test\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a target over 16 KiB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a.test\r\n\r\n`],
    [
      'two lengths, CL.TE',
      `POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${body}`,
    ],
    [
      'two lengths, TE.CL',
      `POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n2e\r\n${body}\r\n0\r\n\r\n`,
    ],
    [
      'two Content-Length headers',
      `POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\nContent-Length: 46\r\n\r\n${body}`,
    ],
    [
      'an obfuscated coding',
      `POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${body}`,
    ],
    [
      'a coding under another',
      `POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${body}`,
    ],
    ['a lone CR', 'GET / HTTP/1.1\r\nHost: a.test\rX: y\r\n\r\n'],
    ['a wrong version', 'GET / HTTP/2.0\r\nHost: a.test\r\n\r\n'],
    ['a lower-case method', 'get / HTTP/1.1\r\nHost: evil.test\r\n\r\n'],
  ];

  it.each(cases)('refuses %s, and nothing reaches the host', async (_, bytes) => {
    const answer = await speak(synthetic('a.test'), bytes);
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d [^]*guard: refused: network.malformed/);
    expect(answer.match(/HTTP\/1.1 \d/g)).toHaveLength(1);
    expect(arrived).toEqual([]);
    expect(rules()).toEqual(['network.malformed']);
  });

  it('reads a host behind empty lines', async () => {
    const answer = await speak(
      synthetic('a.test'),
      '\r\n\r\nGET / HTTP/1.1\r\nHost: evil.test\r\n\r\n',
    );
    expect(answer).toContain('guard: refused: network.name-mismatch');
  });

  it('writes what goes out anew: hop-by-hop headers and odd framing do not travel', async () => {
    await speak(
      synthetic('raw.test'),
      'POST /x HTTP/1.1\r\nhost:raw.test\r\nConnection: close, X-Drop, Host, Content-Length\r\nX-Drop: 1\r\n' +
        'TE: trailers\r\nContent-Length: 3\r\n\r\nabc',
    );
    expect(rawBytes).toBe(
      'POST /x HTTP/1.1\r\nhost: raw.test\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabc',
    );
  });

  it('ends a head that comes a byte at a time', async () => {
    const socket = await session.inside.connect(synthetic('a.test'), 80);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('GET / HTTP/1.1\r\nHost: a.test\r\n');
    const drip = setInterval(() => socket.write('X'), 100);
    socket.resume();
    await closed;
    clearInterval(drip);
    expect(arrived).toEqual([]);
  });
});
