import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientHello } from '../client-hello-bytes.ts';
import { openTcp, openTls, readAll, run } from './clients.ts';
import { type Bench, openBench } from './fixture.ts';
import { type Host, openHost } from './host.ts';

let host: Host;
let bench: Bench;
let port: number;

beforeAll(async () => {
  host = await openHost(['a.test', 'b.test']);
  bench = openBench({
    hosts: { 'a.test': host.address, 'b.test': host.address },
    ca: host.ca,
    need: () => ({ kind: 'whole', limit: 100_000 }),
    limits: { firstBytes: 700, idle: 700 },
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

async function speak(bytes: string): Promise<string> {
  const socket = await openTls(port, 'a.test', bench.certificate);
  const answer = readAll(socket);
  socket.write(bytes, 'latin1');
  return answer;
}

const rules = () => bench.recorded.map(({ verdict }) => verdict.rule);

describe('requests that two parsers could read differently', () => {
  const body = 'GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n';
  const head = 'POST / HTTP/1.1\r\nHost: a.test\r\n';
  const cases: [what: string, bytes: string][] = [
    ['two Host headers', 'GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n'],
    ['two equal Host headers', 'GET / HTTP/1.1\r\nHost: a.test\r\nHost: a.test\r\n\r\n'],
    ['no Host header', 'GET / HTTP/1.1\r\n\r\n'],
    ['a target and a Host that differ', 'GET https://b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n'],
    ['a target of another scheme', 'GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n'],
    ['credentials in the target', 'GET https://a.test@b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n'],
    ['a fragment in the target', 'GET /x#/y HTTP/1.1\r\nHost: a.test\r\n\r\n'],
    ['a folded Host', 'GET / HTTP/1.1\r\nHost: a.test\r\n b.test\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a.test\r\nX-A: 1\r\n\t2\r\n\r\n'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : b.test\r\nHost: a.test\r\n\r\n'],
    ['a NUL in Host', 'GET / HTTP/1.1\r\nHost: a.test\0.b.test\r\n\r\n'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a.test\r\nX-A: 1\0\r\n\r\n'],
    ['a list of hosts', 'GET / HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n'],
    ['two dots at the end', 'GET / HTTP/1.1\r\nHost: a.test..\r\n\r\n'],
    ['another port in Host', 'GET / HTTP/1.1\r\nHost: a.test:8443\r\n\r\n'],
    [
      'two Authorization headers',
      'GET / HTTP/1.1\r\nHost: a.test\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n',
    ],
    [
      'two content types',
      `${head}Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 1\r\n\r\nx`,
    ],
    ['a head over 16 KiB', `GET / HTTP/1.1\r\nHost: a.test\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a target over 16 KiB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a.test\r\n\r\n`],
    [
      'two lengths, CL.TE',
      `${head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${body}`,
    ],
    [
      'two lengths, TE.CL',
      `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n2a\r\n${body}\r\n0\r\n\r\n`,
    ],
    ['two Content-Length headers', `${head}Content-Length: 0\r\nContent-Length: 42\r\n\r\n${body}`],
    ['a list of lengths', `${head}Content-Length: 0, 42\r\n\r\n${body}`],
    ['a signed length', `${head}Content-Length: +42\r\n\r\n${body}`],
    ['an obfuscated coding', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${body}`],
    [
      'a coding behind a tab',
      `${head}Transfer-Encoding:\tchunked, identity\r\n\r\n0\r\n\r\n${body}`,
    ],
    ['two codings', `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${body}`],
    [
      'two coding headers',
      `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${body}`,
    ],
    ['a lone CR', 'GET / HTTP/1.1\r\nHost: a.test\rX: y\r\n\r\n'],
    ['a wrong version', 'GET / HTTP/2.0\r\nHost: a.test\r\n\r\n'],
    ['a lower-case method', 'get / HTTP/1.1\r\nHost: a.test\r\n\r\n'],
    [
      'an upgrade with a body',
      `${head}Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 42\r\n\r\n${body}`,
    ],
  ];

  it.each(cases)('refuses %s, and nothing reaches the host', async (_, bytes) => {
    const answer = await speak(bytes);
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d [^]*guard: refused: network.malformed/);
    expect(answer.match(/HTTP\/1.1 \d/g)).toHaveLength(1);
    expect(bench.calls).toEqual([]);
    expect(host.connections).toBe(0);
    expect(rules()).toEqual(['network.malformed']);
  });

  const chunks: [what: string, bytes: string][] = [
    ['a chunk length that is none', 'zz\r\nabc\r\n0\r\n\r\n'],
    ['a chunk longer than it says', '3\r\nabcdef\r\n0\r\n\r\n'],
    ['a chunk length with a sign', '+3\r\nabc\r\n0\r\n\r\n'],
    ['a chunk length over 64 bits', `${'f'.repeat(17)}\r\nabc\r\n0\r\n\r\n`],
    ['a chunk without line breaks', '3\nabc\n0\n\n'],
  ];
  it.each(chunks)('refuses %s', async (_, bytes) => {
    const answer = await speak(`${head}Transfer-Encoding: chunked\r\n\r\n${bytes}${body}`);
    expect(answer).not.toContain('200 OK');
    expect(bench.calls).toEqual([]);
    expect(host.connections).toBe(0);
  });

  it.each(['b.test', '127.0.0.1', '[::1]', 'sub.a.test'])(
    'refuses Host: %s on a connection to a.test',
    async (name) => {
      const answer = await speak(`GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 4(?:21|03) [^]*network.name-mismatch/);
      expect(host.connections).toBe(0);
    },
  );

  it('judges the request behind another by itself', async () => {
    const answer = await speak(
      `${head}Content-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: b.test\r\n\r\n`,
    );
    expect(answer).toMatch(/200 OK[^]*network.name-mismatch/);
    expect(host.log).toEqual(['1.1 POST a.test /']);
  });

  it('writes header lines anew, so that none can hide another', async () => {
    await speak(
      'GET / HTTP/1.1\r\nhOsT:  A.Test  \r\nX-A:\t1 \r\nConnection: close, x-method\r\nX-Method: DELETE\r\n\r\n',
    );
    expect(bench.calls[0]?.headers).toEqual([
      ['host', 'A.Test'],
      ['x-a', '1'],
    ]);
    expect(host.log).toEqual(['1.1 GET a.test /']);
  });
});

describe('TLS that is no TLS', () => {
  const hello = () => Buffer.from(clientHello({ sni: 'a.test' }));
  it('is refused, and ends nothing', async () => {
    const inputs = [
      Buffer.concat([Buffer.from([22, 3, 1, 0, 100]), randomBytes(100)]),
      Buffer.concat([hello(), randomBytes(500)]),
      Buffer.concat([hello(), Buffer.from([20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 20]), randomBytes(20)]),
      hello(),
      gzipSync('x'),
    ];
    for (const bytes of inputs) {
      const socket = await openTcp(port);
      socket.write(bytes);
      await readAll(socket);
      socket.destroy();
    }
    expect(await speak('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')).toContain(
      '200 OK',
    );
    expect(bench.notices).toEqual([]);
  });

  it('survives garbage after the handshake', async () => {
    const under = await openTcp(port);
    const socket = tlsConnect({ socket: under, servername: 'a.test', ca: bench.certificate });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    // A record of application data that does not decrypt, beneath the client's own TLS.
    under.write(Buffer.concat([Buffer.from([23, 3, 3, 0, 40]), randomBytes(40)]));
    await readAll(socket);
    expect(await speak('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')).toContain(
      '200 OK',
    );
  });

  it('is refused under another name than was dialled', async () => {
    await expect(openTls(port, 'b.test', bench.certificate)).rejects.toThrow(/alert/i);
    expect(rules()).toEqual(['network.name-mismatch']);
  });

  it('is refused for protocols that are not HTTP', async () => {
    await expect(openTls(port, 'a.test', bench.certificate, ['postgresql'])).rejects.toThrow(
      /alert/i,
    );
  });

  it('notes a program that does not trust the certificate, once', async () => {
    for (let n = 0; n < 2; n++) {
      const url = ['--connect-to', `::127.0.0.1:${port}`, 'https://a.test/'];
      expect((await run(['curl', '-sS', ...url])).code).toBe(60);
    }
    await expect.poll(() => bench.notices.length).toBe(1);
    expect(bench.notices[0]).toContain('a.test');
  });
});

describe('slow senders', () => {
  it.each([
    ['a handshake', false],
    ['a head', true],
  ])('of %s are cut', async (_, opened) => {
    const socket = opened
      ? await openTls(port, 'a.test', bench.certificate)
      : connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(opened ? 'GET / HTTP/1.1\r\n' : Buffer.from(clientHello({ sni: 'a.test' })));
    const drip = setInterval(() => opened && socket.write('X'), 100);
    await readAll(socket);
    clearInterval(drip);
    expect(host.connections).toBe(0);
  });
});
