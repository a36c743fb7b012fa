// A hostile agent at services: to have the real value, to use it elsewhere, to get bytes there unjudged, to stop guard.
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { Http2ServerResponse } from 'node:http2';
import { join } from 'node:path';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { makeCertificates, startService, type Arrived } from '../harness/service.ts';
import { makeScene, reported, type Scene } from './scene.ts';

const HOST = 'backboard.railway.app';

interface Sent {
  name: string;
  host?: string;
  port?: number;
  tls?: boolean;
  servername?: string;
  alpn?: string[];
  parts: string[];
  ms?: number;
}
interface Got {
  got: string;
  error?: string;
}

function get(path: string, ...headers: string[]): string {
  return [`GET ${path} HTTP/1.1`, `Host: ${HOST}`, ...headers, 'Connection: close', '', ''].join(
    '\r\n',
  );
}

function post(path: string, body: string, ...headers: string[]): string {
  return [
    `POST ${path} HTTP/1.1`,
    ...[`Host: ${HOST}`, 'Content-Type: application/json', 'Content-Length: {{LENGTH}}'],
    ...[...headers, 'Connection: close', '', body],
  ].join('\r\n');
}

const BEARER = 'Authorization: Bearer {{TOKEN}}';

async function place<Started extends { port: number; ca: string }>(
  make: (scene: Scene) => Promise<Started>,
  allow = '[read]',
  more = '',
) {
  const scene = makeScene();
  const [real, other] = [randomUUID(), `sk_live_${randomUUID()}`];
  writeFileSync(
    join(scene.repository, '.env'),
    `RAILWAY_API_TOKEN=${real}\nOTHER_API_KEY=${other}\n`,
  );
  const service = await make(scene);
  scene.configure(`network:
  allow: [${HOST}, api.github.com, other.example]
  hosts: { ${HOST}: '127.0.0.1:${service.port}', api.github.com: '127.0.0.1:${service.port}', other.example: '127.0.0.1:${service.port}' }
${more}
credentials:
  railway:
    from: { dotenv: .env, name: RAILWAY_API_TOKEN }
    provider: railway
    allow: ${allow}`);
  const run = async (requests: Sent[]) => {
    const file = join(scene.repository, 'requests.json');
    writeFileSync(file, JSON.stringify(requests.map((each) => ({ host: HOST, ...each }))));
    const ended = await scene.attack(['review-egress.mjs', file], {
      env: { NODE_EXTRA_CA_CERTS: service.ca },
    });
    return { ended, got: reported<Record<string, Got>>(ended) };
  };
  const journal = () =>
    readdirSync(join(scene.state, 'guard', 'sessions'))
      .map((id) =>
        readFileSync(join(scene.state, 'guard', 'sessions', id, 'journal.jsonl'), 'utf8'),
      )
      .join('');
  return { scene, real, other, service, run, journal };
}

/** A TLS server that is told every byte, and answers with any. */
async function startRaw(
  scene: Scene,
  serve: (socket: Socket, text: string) => void,
): Promise<{ port: number; ca: string; seen: () => string }> {
  const { ca, key, cert } = makeCertificates(join(scene.home, '..'), [HOST, 'other.example']);
  let seen = '';
  const server = createTls(
    { key: readFileSync(key), cert: readFileSync(cert), ALPNProtocols: ['http/1.1'] },
    (socket) => {
      socket.setEncoding('latin1');
      socket.on('error', () => undefined);
      let own = '';
      socket.on('data', (chunk: string) => {
        seen += chunk;
        own += chunk;
        serve(socket, own);
      });
      scene.atEnd(() => void socket.destroy());
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scene.atEnd(() => void server.close());
  return { port: (server.address() as AddressInfo).port, ca, seen: () => seen };
}

/** Every spelling of a value in which guard promises to find it. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    value,
    value.toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('hex'),
    bytes.toString('base64url'),
  ];
}

function reflect({ path, headers, host }: Arrived, response: Http2ServerResponse): void {
  const sent = String(headers.authorization);
  const bare = sent.replace(/^\S+ /, '');
  const base64 = Buffer.from(sent).toString('base64');
  switch (path) {
    case '/v1/headers':
      response.setHeader('x-echo', sent);
      response.setHeader('set-cookie', [`t=${bare}; Path=/`, `b=${base64}`]);
      response.setHeader('location', `https://${host}/next?key=${encodeURIComponent(sent)}`);
      response.setHeader('etag', `"${bare}"`);
      response.writeHead(302).end('moved');
      return;
    case '/v1/name':
      response.setHeader(`x-${bare}`, '1');
      response.end('named');
      return;
    case '/v1/gzip':
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(`you sent ${sent} (${base64})`));
      return;
    case '/v1/pieces':
      for (const character of `you sent ${sent}`) response.write(character);
      response.end();
      return;
    case '/v1/trailers':
      response.setHeader('trailer', 'x-echo');
      response.write('body');
      response.addTrailers({ 'x-echo': sent });
      response.end();
      return;
    case '/v1/hints':
      response.stream?.additionalHeaders?.({ ':status': 103, link: sent });
      response.end('hinted');
      return;
    default:
      response.statusCode = 500;
      response.end(
        `<pre>authorization: ${sent}\nbase64: ${base64}\nhex: ${Buffer.from(bare).toString('hex')}</pre>`,
      );
  }
}

it('gets nothing back of a credential that a service repeats', async () => {
  const { run, real, service } = await place((scene) => startService(scene, [HOST], reflect));
  const paths = ['headers', 'name', 'gzip', 'pieces', 'trailers', 'error'];
  const { got } = await run(
    paths.map((path) => ({ name: path, parts: [get(`/v1/${path}`, BEARER)] })),
  );
  // It has gone there.
  expect(service.arrived.map(({ headers }) => headers.authorization)).toEqual(
    paths.map(() => `Bearer ${real}`),
  );
  const said = Object.entries(got).map(
    ([name, { got: text }]) => [name, text.toLowerCase()] as const,
  );
  expect(said.filter(([, text]) => !text.startsWith('http/1.1'))).toEqual([]);
  for (const form of spellings(real))
    expect(said.filter(([, text]) => text.includes(form.toLowerCase()))).toEqual([]);
});

it('keeps the real value out of WebSocket frames after a handshake with it', async () => {
  const { run, real, service } = await place(
    (scene) =>
      startRaw(scene, (socket, text) => {
        if (!text.endsWith('\r\n\r\n')) return;
        const [, key = ''] = /sec-websocket-key: (\S+)/i.exec(text) ?? [];
        const [, auth = ''] = /authorization: (.*)\r\n/i.exec(text) ?? [];
        const payload = `hello ${auth}`;
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`,
        );
        socket.write(Buffer.concat([Buffer.from([0x81, payload.length]), Buffer.from(payload)]));
        setTimeout(() => socket.end(), 500);
      }),
    '[read, change, unknown]',
  );
  const { got } = await run([{ name: 'ws', parts: [handshake('/v1/ws', BEARER)] }]);
  expect(service.seen()).toContain(real);
  expect(got.ws?.got).toContain('hello Bearer');
  expect(got.ws?.got).not.toContain(real);
});

it('does not become a tunnel for requests behind a handshake that was none', async () => {
  const { run, service } = await place(
    (scene) =>
      startRaw(scene, (socket, text) => {
        // As an endpoint does whose status the client chooses (`/status/101`), in front of an ordinary server.
        if (text.endsWith('\r\n\r\n') && !text.includes('DELETE'))
          socket.write(
            'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
          );
      }),
    '[read, change, unknown]',
  );
  const smuggled = `DELETE /v1/volume HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
  await run([{ name: 'ws', parts: [handshake('/v1/status/101', BEARER), smuggled] }]);
  expect(service.seen()).not.toContain('DELETE');
});

function handshake(path: string, ...headers: string[]): string {
  return [
    `GET ${path} HTTP/1.1`,
    ...[`Host: ${HOST}`, 'Connection: Upgrade', 'Upgrade: websocket'],
    ...[
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
      '',
      '',
    ],
  ].join('\r\n');
}

/** RFC 6455, section 1.3. */
function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

const READ = '{"query":"{ me { id } }"}';
const QUERY = '/graphql/v2';
const PLAIN = `Host: ${HOST}\r\nConnection: close\r\n`;

it('lets a placeholder do nothing anywhere but in its place', async () => {
  const { run, real, service } = await place((scene) =>
    startService(scene, [HOST, 'api.github.com']),
  );
  const body = (text: string) => post(QUERY, text);
  const requests: Sent[] = [
    { name: 'control', parts: [post(QUERY, READ, BEARER)] },
    {
      name: 'another provider',
      host: 'api.github.com',
      parts: [
        `GET /user HTTP/1.1\r\nHost: api.github.com\r\n${BEARER}\r\nConnection: close\r\n\r\n`,
      ],
    },
    {
      name: 'the host of one, the name of another',
      parts: [
        `GET /user HTTP/1.1\r\nHost: api.github.com\r\n${BEARER}\r\nConnection: close\r\n\r\n`,
      ],
    },
    {
      name: 'absolute',
      parts: [`GET https://api.github.com/user HTTP/1.1\r\n${PLAIN}${BEARER}\r\n\r\n`],
    },
    { name: 'body', parts: [body('{"query":"{ me { id } }","variables":{"a":"{{TOKEN}}"}}')] },
    {
      name: 'body, escaped',
      parts: [body('{"query":"{ me(a: \\"{{TOKEN:base64}}\\") { id } }"}')],
    },
    { name: 'body, hex', parts: [body('{"query":"{ me(a: \\"{{TOKEN:hex}}\\") { id } }"}')] },
    { name: 'path', parts: [get('/bot{{TOKEN}}/getMe')] },
    { name: 'query', parts: [get('/x?key={{TOKEN}}')] },
    { name: 'query, encoded', parts: [get('/x?q={{TOKEN:percent}}', BEARER)] },
    { name: 'query, base64', parts: [get('/x?q={{TOKEN:base64url}}', BEARER)] },
    { name: 'cookie', parts: [get('/x', 'Cookie: session={{TOKEN}}')] },
    { name: 'basic', parts: [get('/x', 'Authorization: Basic {{TOKEN:basic}}')] },
    { name: 'basic user', parts: [get('/x', 'Authorization: Basic {{TOKEN:user}}')] },
    { name: 'bare', parts: [get('/x', 'Authorization: {{TOKEN}}')] },
    { name: 'twice', parts: [post(QUERY, READ, BEARER, BEARER)] },
    { name: 'two places', parts: [post(QUERY, READ, BEARER, 'Project-Access-Token: {{TOKEN}}')] },
    { name: 'in place and out of it', parts: [post(QUERY, READ, BEARER, 'X-Debug: {{TOKEN}}')] },
    {
      name: 'with a second one',
      parts: [post(QUERY, READ, BEARER, 'X-Api-Key: 0b1d9a52-7b3e-4f6a-9c21-0e5d4b3a2f19')],
    },
    { name: 'underscore', parts: [get('/x', 'Project_Access_Token: {{TOKEN}}')] },
    { name: 'folded', parts: [get('/x', 'Authorization: Bearer', ' {{TOKEN}}')] },
    {
      name: 'joined',
      parts: [post(QUERY, READ, 'Authorization: Bearer {{TOKEN}}, Bearer {{TOKEN}}')],
    },
    {
      name: 'taken away by Connection',
      parts: [
        `POST ${QUERY} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\nConnection: close, x-a\r\nX-A: {{TOKEN}}\r\nContent-Length: {{LENGTH}}\r\n\r\n${READ}`,
      ],
    },
    { name: 'as a proxy', parts: [get('/x', 'Proxy-Authorization: Bearer {{TOKEN}}')] },
    { name: 'name of a header', parts: [get('/x', 'X-{{TOKEN}}: 1')] },
    {
      name: 'trailer',
      parts: [
        `POST ${QUERY} HTTP/1.1\r\n${PLAIN}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nTrailer: authorization\r\n\r\n${READ.length.toString(16)}\r\n${READ}\r\n0\r\n${BEARER}\r\n\r\n`,
      ],
    },
  ];
  const { got } = await run(requests);
  expect(got.control?.got).toMatch(/^HTTP\/1.1 200 /);
  const passed = requests.filter(({ name }) => got[name]?.got.includes('"ok":true'));
  // What `Connection` takes away and what is for a proxy is gone before anything is judged: those are requests with no right.
  expect(passed.map(({ name }) => name)).toEqual([
    'control',
    'two places',
    'taken away by Connection',
    'as a proxy',
  ]);
  // Once, and twice where it stands in both of its places.
  expect(service.seen().split(real)).toHaveLength(4);
});

const DELETE = `DELETE /v1/volume HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
const SMUGGLED = `POST ${QUERY} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\n`;

it('brings no byte to a host that it was not asked about, whatever is spoken', async () => {
  const { run, service } = await place((scene) =>
    startRaw(scene, (socket, text) => {
      if (text.includes('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    }),
  );
  const h2 = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
  await run([
    { name: 'h2 without TLS', port: 443, tls: false, parts: [h2] },
    { name: 'h2 on 80', port: 80, tls: false, parts: [h2] },
    { name: 'h2 without ALPN', parts: [h2] },
    { name: 'h2 after http/1.1', alpn: ['http/1.1'], parts: [h2] },
    { name: 'http/1.1 after h2', alpn: ['h2'], parts: [DELETE] },
    {
      name: 'h2c',
      parts: [
        `${DELETE.slice(0, -2)}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
      ],
    },
    { name: 'redis', tls: false, parts: ['*1\r\n$7\r\nDELETE!\r\n'] },
    { name: 'smtp in TLS', parts: ['EHLO DELETE\r\n'] },
    { name: 'connect', parts: [`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, DELETE] },
    {
      name: 'two lengths',
      parts: [`${SMUGGLED}Content-Length: 25\r\nContent-Length: 0\r\n\r\n${READ}${DELETE}`],
    },
    {
      name: 'length and chunked',
      parts: [
        `${SMUGGLED}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${DELETE}`,
      ],
    },
    {
      name: 'chunked twice',
      parts: [
        `${SMUGGLED}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${DELETE}`,
      ],
    },
    {
      name: 'chunked as xchunked',
      parts: [`${SMUGGLED}Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n${DELETE}`],
    },
    { name: 'line feeds', parts: [DELETE.replaceAll('\r\n', '\n')] },
    { name: 'pipelined', parts: [`GET /v1/a HTTP/1.1\r\nHost: ${HOST}\r\n\r\n${DELETE}`] },
    {
      name: 'behind a body',
      parts: [`GET /v1/b HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 0\r\n\r\n${DELETE}`],
    },
    { name: 'http/0.9', parts: ['DELETE /v1/volume\r\n\r\n'] },
    { name: 'nul', parts: [`DELETE /v1/volume HTTP/1.1\r\nHost: ${HOST}\0.example\r\n\r\n`] },
    { name: 'override', parts: [post('/v1/volume', 'a=b', 'X-HTTP-Method-Override: DELETE')] },
    {
      name: 'expect',
      parts: [
        `${SMUGGLED}Expect: 100-continue\r\nContent-Length: 60\r\n\r\n`,
        '{"query":"mutation { volumeDELETE: volumeDelete(volumeId:1) }"}',
      ],
    },
    {
      name: 'websocket with a body',
      parts: [
        handshake('/v1/ws').replace(
          '\r\n\r\n',
          `\r\nContent-Length: ${DELETE.length}\r\n\r\n${DELETE}`,
        ),
      ],
    },
  ]);
  expect(service.seen()).not.toMatch(/DELETE|PRI \* HTTP/);
});

/** Would a client take this answer for a success, and for all of it? */
function tookForWhole({ got: text, error }: { got: string; error?: string }): boolean {
  const [, length] = /content-length: (\d+)/i.exec(text) ?? [];
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  const complete =
    length !== undefined
      ? body.length >= Number(length)
      : /chunked/i.test(text)
        ? text.endsWith('0\r\n\r\n')
        : error === undefined;
  return text.startsWith('HTTP/1.1 200') && complete;
}

it('lives through what a host answers, and passes nothing broken off as a success', async () => {
  const answers: Record<string, (socket: Socket) => void> = {
    '/cut': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
    '/cut-chunk': (socket) =>
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf'),
    '/two-lengths': (socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 8\r\n\r\nwhole123'),
    '/negative': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\nhalf'),
    '/both': (socket) =>
      socket.end(
        'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n\r\n',
      ),
    '/long-head': (socket) => socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(200_000)}\r\n\r\n`),
    '/many-heads': (socket) =>
      socket.end(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(5000)}Content-Length: 0\r\n\r\n`),
    '/hints': (socket) =>
      socket.end(
        `${'HTTP/1.1 103 Early\r\nLink: x\r\n\r\n'.repeat(5000)}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
      ),
    '/status': (socket) => socket.end('HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\nok'),
    '/status999': (socket) => socket.end('HTTP/1.1 999 OK\r\nContent-Length: 2\r\n\r\nok'),
    '/switch': (socket) =>
      socket.end('HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nPRI'),
    '/gzip': (socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf'),
    '/split': (socket) =>
      socket.end('HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok'),
    '/nothing': (socket) => socket.destroy(),
    '/garbage': (socket) => socket.end('\0\x01\x02 nonsense\r\n\r\n'),
    '/trailer': (socket) =>
      socket.end(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nConnection: x\r\n:status: 500\r\nContent-Length: 9\r\n\r\n',
      ),
    '/fine': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine'),
  };
  const { run } = await place((scene) =>
    startRaw(scene, (socket, text) => {
      if (text.endsWith('\r\n\r\n')) answers[/^GET (\S+)/.exec(text)?.[1] ?? '']?.(socket);
    }),
  );
  const names = Object.keys(answers);
  const one = (path: string, version: string): Sent => ({
    name: `${path} ${version}`,
    parts: [get(path, BEARER).replace('1.1', version)],
  });
  // On a busy machine a client can read the end of a connection that was reset as an orderly one: three tries.
  const again = ['/cut', '/cut-chunk', '/gzip'].flatMap((path) =>
    [1, 2].map((n) => ({ ...one(path, '1.0'), name: `${path} 1.0 again ${n}` })),
  );
  const { got, ended } = await run([
    ...names.flatMap((path) => [one(path, '1.1'), one(path, '1.0')]),
    ...again,
  ]);
  expect(ended.code).toBe(0);
  expect(got['/fine 1.1']?.got).toContain('fine');
  expect(got['/fine 1.0']?.got).toContain('fine');
  for (const version of ['1.1', '1.0'])
    for (const path of ['/cut', '/cut-chunk', '/gzip']) {
      const tries = Object.keys(got).filter((name) => name.startsWith(`${path} ${version}`));
      const taken = tries.filter((name) => tookForWhole(got[name] ?? { got: '' }));
      const seen = tries.map((name) => got[name]);
      expect([path, version, taken.length < tries.length, seen]).toEqual([
        path,
        version,
        true,
        seen,
      ]);
    }
});

it('goes on whatever clients do', async () => {
  const { scene, service } = await place((made) => startService(made, [HOST]));
  const ended = await scene.attack(['review-egress-flood.mjs'], {
    env: { NODE_EXTRA_CA_CERTS: service.ca },
  });
  const said = reported<Record<string, string>>(ended);
  expect(Object.entries(said).filter(([, text]) => text !== '200 {"data":{"ok":true}}')).toEqual(
    [],
  );
  expect(service.seen()).not.toContain('volumeDelete');
  expect(ended.code).toBe(0);
}, 300_000);

it('shows a session the certificate of its authority, and nothing else of it', async () => {
  const { scene, service } = await place((made) => startService(made, [HOST]));
  const ended = await scene.attack(
    [
      'sh',
      '-c',
      `for file in $(find /run/guard /etc/ssl/certs/ca-certificates.crt -type f 2>/dev/null); do
         grep -l 'PRIVATE KEY' "$file"; (echo x >> "$file") 2>/dev/null && echo "wrote $file"; done
       (echo x > /run/guard/trust/new) 2>/dev/null && echo 'made a file'
       mv /run/guard/trust /run/guard/other 2>/dev/null && echo moved
       ls "$XDG_STATE_HOME" ~/.local/state 2>/dev/null; grep -c BEGIN /run/guard/trust/ca.pem`,
    ],
    { env: { NODE_EXTRA_CA_CERTS: service.ca } },
  );
  expect(ended.stdout).toBe('1\n');
});

it('has a certificate for the host that was asked for alone', async () => {
  const { run } = await place((made) => startService(made, [HOST]));
  const names = [
    'evil.example',
    'localhost',
    `x.${HOST}`,
    '*.railway.app',
    'railway.app',
    `${HOST}.`,
    HOST.toUpperCase(),
  ];
  const { got } = await run(
    names.map((servername) => ({ name: servername, servername, parts: [get('/')] })),
  );
  // The client that looks checks for the name it asked for; what it is shown must not be for another host.
  expect(names.slice(0, 5).filter((name) => got[name]?.got.includes('HTTP/1.1 200'))).toEqual([]);
  const texts = names.slice(0, 5).map((name) => got[name]?.error ?? '');
  expect(texts.every((text) => text !== '' && text !== 'still open')).toBe(true);
});

it('lets no secret out at the end of an upload, however it is cut or packed', async () => {
  const { run, other, service, journal } = await place(
    (made) => startService(made, [HOST]),
    '[read, change]',
  );
  const filler = 'harmless line of an upload\n'.repeat(60_000);
  const put = (...headers: string[]) =>
    `PUT /v1/upload HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/octet-stream\r\n${headers.map((each) => `${each}\r\n`).join('')}Connection: close\r\n`;
  const sized = (body: string, ...headers: string[]) =>
    `${put(...headers)}Content-Length: ${body.length}\r\n\r\n`;
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  const base64 = Buffer.from(other).toString('base64');
  const packed = gzipSync(filler + other).toString('latin1');
  const after = '\nand so on\n'.repeat(10_000);
  const half = other.length >> 1;
  const requests: Sent[] = [
    { name: 'control', parts: [sized(filler, BEARER), filler] },
    { name: 'plain', parts: [sized(filler + other + after, BEARER), filler, other, after] },
    {
      name: 'across packets',
      parts: [sized(filler + other, BEARER), filler + other.slice(0, half), other.slice(half)],
    },
    {
      name: 'byte by byte',
      parts: [
        `${put(BEARER)}Transfer-Encoding: chunked\r\n\r\n`,
        chunk(filler) + [...other].map(chunk).join(''),
        '0\r\n\r\n',
      ],
    },
    { name: 'base64', parts: [sized(filler + base64, BEARER), filler + base64] },
    { name: 'gzip', parts: [sized(packed, BEARER, 'Content-Encoding: gzip'), packed] },
    {
      name: 'said to be gzip',
      parts: [sized(filler + other, BEARER, 'Content-Encoding: gzip'), filler + other],
    },
    {
      name: 'of an unknown coding',
      parts: [sized(filler + other, BEARER, 'Content-Encoding: aws-chunked'), filler + other],
    },
    { name: 'no right at all', parts: [sized(filler + other), filler + other] },
  ];
  const { got } = await run(requests.map((each) => ({ ...each, ms: 8000 })));
  expect(
    requests.filter(({ name }) => got[name]?.got.includes('"ok":true')).map(({ name }) => name),
  ).toEqual(['control']);
  expect(service.arrived.map(({ body }) => body.length)).toEqual([filler.length]);
  const seen = service.seen();
  for (const form of [other, base64]) expect(seen).not.toContain(form);
  // Each of them, although the tripwire asks once.
  expect(journal().split('"rule":"credential.leak"').length - 1).toBeGreaterThanOrEqual(6);
  expect(journal()).not.toContain(other);
});
