import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:http2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../src/egress/inspect/types.ts';
import { h2request, openH2, readAll, openTls, run } from './clients.ts';
import { openRawH2, type RawH2 } from './raw-h2.ts';
import { type Bench, openBench, pass, refusal } from './fixture.ts';
import { echo, type Handler, type Host, openHost } from './host.ts';

let host: Host;
let old: Host;
let bench: Bench;
let port: number;
let oldPort: number;
let decide: (allow: boolean) => void = () => undefined;
let asked: () => void = () => undefined;
let gone: Promise<void>;
/** How the last upload to `/hash` ended at the host. */
let hashed: string | null;
let finishStream: () => void = () => undefined;

const handler: Handler = (request, response) => {
  switch (request.url) {
    case '/stream':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      finishStream = () => response.end('data: 2\n\n');
      return;
    case '/grpc': {
      response.setHeader('content-type', 'application/grpc');
      let body = '';
      request.on('data', (chunk: Buffer) => {
        // A conversation: each message is answered before the next.
        body += chunk.toString();
        response.write(`got ${chunk.toString()};`);
      });
      request.on('end', () => {
        response.addTrailers({
          'grpc-status': '0',
          'x-te': String(request.headers.te),
          'x-sent': String(request.trailers['x-sent']),
          body,
        });
        response.end();
      });
      return;
    }
    case '/trailers-only':
      response.writeHead(200, { 'content-type': 'application/grpc', 'grpc-status': '12' });
      return void response.end();
    case '/hash': {
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('aborted', () => (hashed = 'aborted'));
      request.on('end', () => {
        hashed ??= 'ended';
        response.end(hash.digest('hex'));
      });
      return;
    }
    case '/large':
      return void response.end(Buffer.alloc(5_000_000, 'x'));
    case '/cut':
      response.writeHead(200, request.httpVersion === '1.1' ? { 'content-length': '100' } : {});
      response.write('half');
      setTimeout(() => {
        if (request.httpVersion === '1.1') request.socket.destroy();
        else response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      }, 50);
      return;
    case '/vanish':
      response.writeHead(200);
      response.write('half');
      setTimeout(() => response.stream.session?.destroy(), 50);
      return;
    case '/early':
      response.writeHead(413);
      return void response.end('too much');
    case '/goaway':
      response.end('bye');
      response.stream.session?.goaway();
      return;
    default:
      return echo(request, response);
  }
};

beforeAll(async () => {
  host = await openHost(['a.test'], handler);
  old = await openHost(['old.test'], handler, { old: true });
  bench = openBench({
    hosts: { 'a.test': host.address, 'old.test': old.address },
    ca: Buffer.concat([host.ca, old.ca]),
    limits: { idle: 1500 },
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
      if (call.path === '/grpc-no') {
        return refusal(200, '', {
          headers: [['content-type', 'application/grpc']],
          trailers: [
            ['grpc-status', '7'],
            ['grpc-message', 'no'],
          ],
        });
      }
      return call.path.endsWith('/no') ? refusal(403, 'no') : pass(call);
    },
  });
  port = await bench.door('a.test');
  oldPort = await bench.door('old.test');
});

afterAll(() => {
  bench.close();
  host.close();
  old.close();
});

afterEach(() => {
  bench.forget();
  host.forget();
  old.forget();
});

const post = (path: string): [string, string][] => [
  [':method', 'POST'],
  [':scheme', 'https'],
  [':authority', 'a.test'],
  [':path', path],
];
const whenAsked = () => new Promise<void>((resolve) => (asked = resolve));
const open = () => openH2(port, 'a.test', bench.certificate);
const target = (path: string, more: Record<string, string> = {}) => ({
  ...{ ':method': 'GET', ':scheme': 'https', ':authority': 'a.test', ':path': path },
  ...more,
});

describe('HTTP/2 through guard', () => {
  it('speaks HTTP/2 with the host as well, on one connection', async () => {
    const session = await open();
    const answers = await Promise.all([1, 2, 3].map((n) => h2request(session, target(`/${n}`))));
    session.close();
    expect(answers.map(({ status, reset }) => [status, reset])).toEqual([
      [200, 0],
      [200, 0],
      [200, 0],
    ]);
    expect(host.log).toEqual(['2.0 GET a.test /1', '2.0 GET a.test /2', '2.0 GET a.test /3']);
    expect(host.connections).toBe(1);
    expect(bench.calls[0]).toMatchObject({
      version: '2',
      host: 'a.test',
      scheme: 'https',
      method: 'GET',
      path: '/1',
    });
  });

  it('passes a conversation with trailers both ways', async () => {
    const session = await open();
    const stream = session.request(target('/grpc', { ':method': 'POST', te: 'trailers' }), {
      waitForTrailers: true,
    });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sent': 'yes' }));
    let text = '';
    let trailers: Record<string, unknown> = {};
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream.on('trailers', (given: Record<string, unknown>) => (trailers = given));
    const closed = new Promise((resolve) => stream.on('close', resolve));
    stream.write('one');
    await expect.poll(() => text).toBe('got one;');
    stream.end('two');
    await closed;
    session.close();
    expect(text).toBe('got one;got two;');
    expect(trailers).toMatchObject({
      'grpc-status': '0',
      'x-te': 'trailers',
      'x-sent': 'yes',
      body: 'onetwo',
    });
  });

  it('passes an answer that is nothing but its head', async () => {
    const session = await open();
    const answer = await h2request(session, target('/trailers-only', { ':method': 'POST' }), ['x']);
    session.close();
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'grpc-status': '12' },
      body: '',
      reset: 0,
    });
  });

  it('answers a refusal in gRPC', async () => {
    const session = await open();
    const answer = await h2request(session, target('/grpc-no', { ':method': 'POST' }), ['x']);
    session.close();
    expect(answer).toMatchObject({
      status: 200,
      trailers: { 'grpc-status': '7', 'grpc-message': 'no' },
    });
    expect(host.connections).toBe(0);
  });

  it('streams large bodies both ways', async () => {
    const session = await open();
    const body = randomBytes(3_000_000);
    const up = await h2request(session, target('/hash', { ':method': 'POST' }), [body]);
    expect(up.body).toBe(createHash('sha256').update(body).digest('hex'));
    const down = await h2request(session, target('/large'));
    expect(down.body.length).toBe(5_000_000);
    session.close();
  });

  it('passes events as they come', async () => {
    const session = await open();
    const stream = session.request(target('/stream'));
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await expect.poll(() => text).toBe('data: 1\n\n');
    finishStream();
    await new Promise((resolve) => stream.on('close', resolve));
    expect(text).toBe('data: 1\n\ndata: 2\n\n');
    session.close();
  });

  it.each(['/cut', '/vanish'])('cuts an answer that was cut: %s', async (path) => {
    const session = await open();
    const answer = await h2request(session, target(path));
    session.close();
    expect(answer.body).toBe('half');
    expect(answer.reset).not.toBe(0);
  });

  it('brings an answer that comes before the end of the request', async () => {
    const session = await open();
    const stream = session.request(target('/early', { ':method': 'POST' }));
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream.on('error', () => undefined);
    stream.write('abc');
    await new Promise((resolve) => stream.on('end', resolve));
    session.destroy();
    expect(text).toBe('too much');
  });

  it('goes on with a new connection when the host says that it goes away', async () => {
    const session = await open();
    expect((await h2request(session, target('/goaway'))).body).toBe('bye');
    expect((await h2request(session, target('/next'))).status).toBe(200);
    session.close();
    expect(host.connections).toBe(2);
  });

  it('joins the cookies that HTTP/2 takes apart', async () => {
    const session = await open();
    const answer = await h2request(session, { ...target('/x'), cookie: ['a=1', 'b=2'] });
    session.close();
    expect(answer.body).toContain('"cookie":"a=1; b=2"');
    expect(bench.calls[0]?.headers).toContainEqual(['cookie', 'a=1; b=2']);
  });

  it('answers Expect: 100-continue when the body is wanted', async () => {
    const session = await open();
    const stream = session.request(
      target('/whole', { ':method': 'POST', expect: '100-continue' }),
      { endStream: false },
    );
    await new Promise<void>((resolve) => stream.once('continue', resolve));
    stream.end('abc');
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await new Promise((resolve) => stream.on('close', resolve));
    session.close();
    expect(text).toContain('"body":"abc"');
  });
});

describe('HTTP/2 to a host that speaks HTTP/1 only', () => {
  const legacy = (path: string, more: Record<string, string> = {}) =>
    target(path, { ':authority': 'old.test', ...more });

  it('is bridged, requests beside each other', async () => {
    const session = await openH2(oldPort, 'old.test', bench.certificate);
    const stream = session.request(legacy('/stream'));
    await new Promise((resolve) => stream.once('data', resolve));
    const answer = await h2request(session, legacy('/x', { ':method': 'PUT', te: 'trailers' }), [
      'abc',
    ]);
    finishStream();
    session.destroy();
    expect(JSON.parse(answer.body)).toMatchObject({
      version: '1.1',
      method: 'PUT',
      body: 'abc',
      headers: { host: 'old.test' },
    });
    expect(old.log).toEqual(['1.1 GET old.test /stream', '1.1 PUT old.test /x']);
    expect(answer.headers).not.toHaveProperty('connection');
  });

  it('has bodies, trailers and cuts as well', async () => {
    const session = await openH2(oldPort, 'old.test', bench.certificate);
    const body = randomBytes(1_000_000);
    const up = await h2request(session, legacy('/hash', { ':method': 'POST' }), [body]);
    expect(up.body).toBe(createHash('sha256').update(body).digest('hex'));
    const grpc = await h2request(session, legacy('/grpc', { ':method': 'POST' }), ['x'], {
      'x-sent': 'yes',
    });
    expect(grpc.trailers).toMatchObject({ 'grpc-status': '0', 'x-sent': 'yes' });
    const cut = await h2request(session, legacy('/cut'));
    expect([cut.body, cut.reset === 0]).toEqual(['half', false]);
    expect((await h2request(session, legacy('/large'))).body.length).toBe(5_000_000);
    session.close();
  });
});

describe('HTTP/2 requests that are held or refused', () => {
  it('sends nothing, and opens no connection, before the verdict', async () => {
    const session = await open();
    const waiting = whenAsked();
    const answer = h2request(session, target('/ask', { ':method': 'POST' }), ['secret']);
    await waiting;
    expect([host.connections, host.log, host.received]).toEqual([0, [], 0]);
    decide(false);
    expect(await answer).toMatchObject({ status: 403, body: 'no' });
    expect([host.connections, host.log, host.received]).toEqual([0, [], 0]);
    session.close();
  });

  it('lets other requests of the connection pass meanwhile', async () => {
    const session = await open();
    const waiting = whenAsked();
    const held = h2request(session, target('/ask'));
    await waiting;
    expect((await h2request(session, target('/other'))).status).toBe(200);
    decide(true);
    expect((await held).status).toBe(200);
    session.close();
    expect(host.log).toEqual(['2.0 GET a.test /other', '2.0 GET a.test /ask']);
  });

  it.each([constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR])(
    'sends nothing of an upload that is reset (%d) while it is read for the verdict',
    async (code) => {
      const raw = await openRawH2(port, 'a.test', bench.certificate);
      raw.headers(1, [...post('/whole')], false);
      raw.data(1, 'abc');
      await raw.pong();
      raw.reset(1, code);
      raw.headers(3, [...post('/after')], true);
      await raw.ended(3);
      raw.close();
      expect(bench.calls.map(({ path }) => path)).toEqual(['/after']);
      expect(host.log).toEqual(['2.0 POST a.test /after']);
    },
  );

  it.each([constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR])(
    'breaks off at the host what the client resets (%d)',
    async (code) => {
      hashed = null;
      const raw = await openRawH2(port, 'a.test', bench.certificate);
      raw.headers(1, [...post('/hash')], false);
      raw.data(1, 'abc');
      await expect.poll(() => host.received).toBe(3);
      raw.reset(1, code);
      await expect.poll(() => hashed).toBe('aborted');
      raw.close();
    },
  );

  it('tells the judge that the client has gone', async () => {
    const session = await open();
    const waiting = whenAsked();
    const stream = session.request(target('/ask'));
    stream.on('error', () => undefined);
    await waiting;
    stream.close(constants.NGHTTP2_CANCEL);
    await gone;
    decide(true);
    await h2request(session, target('/after'));
    session.close();
    expect(host.log).toEqual(['2.0 GET a.test /after']);
  });
});

describe('HTTP/2 requests that could be read in two ways', () => {
  const cases: [what: string, headers: Record<string, string | string[]>, status: number][] = [
    ['another authority', { ':authority': 'b.test' }, 421],
    ['another host', { host: 'b.test' }, 421],
    ['an address', { ':authority': '127.0.0.1' }, 421],
    ['another port', { ':authority': 'a.test:8443' }, 400],
    ['credentials in the authority', { ':authority': 'a.test@b.test' }, 400],
    ['another scheme', { ':scheme': 'http' }, 400],
    ['a fragment', { ':path': '/x#y' }, 400],
    ['a method in small letters', { ':method': 'delete' }, 400],
  ];

  it.each(cases)('refuses %s, and nothing reaches the host', async (_, headers, status) => {
    const session = await open();
    const answer = await h2request(session, { ...target('/x'), ...headers });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(/^guard: refused: network\./);
    expect(host.connections).toBe(0);
    expect(bench.calls).toEqual([]);
    expect(bench.recorded).toHaveLength(1);
    // The connection is still good.
    expect((await h2request(session, target('/y'))).status).toBe(200);
    session.close();
  });

  it('refuses CONNECT, plain and extended', async () => {
    const session = await open();
    const plain = session.request({ ':method': 'CONNECT', ':authority': 'a.test:443' });
    const status = await new Promise((resolve) => {
      plain.on('response', (headers) => resolve(headers[':status']));
    });
    expect(status).toBe(403);
    session.destroy();
    expect(host.connections).toBe(0);
  });

  it.each(['A.TEST', 'a.test.', 'a.test:443', 'A.test.:443'])(
    'takes %s for a.test',
    async (authority) => {
      const session = await open();
      const answer = await h2request(session, target('/x', { ':authority': authority }));
      session.close();
      expect(answer.status).toBe(200);
      expect(host.log).toEqual(['2.0 GET a.test /x']);
    },
  );
});

describe('frames written by hand', () => {
  const cases: [what: string, headers: [string, string][]][] = [
    ['two :authority', [...post('/x'), [':authority', 'b.test']]],
    ['two :path', [...post('/x'), [':path', '/y']]],
    ['two host', [...post('/x'), ['host', 'a.test'], ['host', 'b.test']]],
    ['a pseudo-header after others', [...post('/x').slice(1), ['x-a', '1'], [':method', 'POST']]],
    ['an unknown pseudo-header', [...post('/x'), [':protocol', 'websocket']]],
    ['a name in capitals', [...post('/x'), ['X-A', '1']]],
    ['a connection header', [...post('/x'), ['connection', 'x-a']]],
    ['a transfer coding', [...post('/x'), ['transfer-encoding', 'chunked']]],
    [
      'a NUL in the authority',
      [...post('/x').slice(0, 2), [':authority', 'a.test\0'], [':path', '/']],
    ],
    ['a line break in the path', [...post('/x\r\ny')]],
    ['an absolute path', [...post('https://b.test/')]],
    ['an asterisk', [...post('*')]],
    ['no path', post('/').slice(0, 3)],
    ['an empty authority', [...post('/x').slice(0, 2), [':authority', ''], [':path', '/']]],
    ['two content-length', [...post('/x'), ['content-length', '3'], ['content-length', '4']]],
    ['two content types', [...post('/x'), ['content-type', 'a/b'], ['content-type', 'c/d']]],
    ['a te that is more than trailers', [...post('/x'), ['te', 'gzip']]],
  ];

  it.each(cases)('refuses %s', async (_, headers) => {
    const raw = await openRawH2(port, 'a.test', bench.certificate);
    raw.headers(1, headers, true);
    const status = await raw.ended(1);
    raw.close();
    expect(status === null || status >= 400).toBe(true);
    expect(bench.calls).toEqual([]);
    expect(host.connections).toBe(0);
  });

  it.each(['ab', 'abcd'])('refuses a body that is not as long as it says: %s', async (body) => {
    for (const path of ['/whole', '/x']) {
      const raw = await openRawH2(port, 'a.test', bench.certificate);
      raw.headers(1, [...post(path), ['content-length', '3']], false);
      raw.data(1, body, true);
      expect(await raw.ended(1)).toBe(null);
      raw.close();
    }
    expect(bench.calls.map(({ path }) => path)).not.toContain('/whole');
    expect(host.log.filter((line) => line.includes('/whole'))).toEqual([]);
  });

  it.each(['1\r\nhost: b.test', '1\0', '1\n'])('leaves out a header that has %j', async (value) => {
    const raw = await openRawH2(port, 'a.test', bench.certificate);
    raw.headers(1, [...post('/x'), ['x-a', value]], true);
    await raw.ended(1);
    raw.close();
    expect(bench.calls[0]?.headers).toEqual([]);
  });

  it('refuses a head over the limit', async () => {
    const raw = await openRawH2(port, 'a.test', bench.certificate);
    raw.headers(
      1,
      [
        ...post('/x'),
        ...Array.from({ length: 5 }, (_, n): [string, string] => [`x-${n}`, 'x'.repeat(9000)]),
      ],
      true,
    );
    const status = await raw.ended(1);
    raw.close();
    expect(status === null || status === 431).toBe(true);
    expect(bench.calls).toEqual([]);
  });

  it.each([
    [
      'resets',
      (raw: RawH2) => {
        for (let id = 1; id < 6000; id += 2) {
          raw.headers(id, post('/ask'), false);
          raw.reset(id, 8);
        }
      },
    ],
    [
      'settings',
      (raw: RawH2) => {
        for (let n = 0; n < 5000; n++) raw.frame(4, 0, 0, Buffer.alloc(0));
      },
    ],
    [
      'pings',
      (raw: RawH2) => {
        for (let n = 0; n < 20_000; n++) raw.frame(6, 0, 0, Buffer.alloc(8));
      },
    ],
    [
      'continuations',
      (raw: RawH2) => {
        raw.frame(1, 0, 1, Buffer.alloc(0));
        for (let n = 0; n < 20_000; n++) raw.frame(9, 0, 1, Buffer.from([0, 1, 97, 1, 98]));
      },
    ],
  ] as const)('outlives a flood of %s', async (_, flood) => {
    const raw = await openRawH2(port, 'a.test', bench.certificate);
    flood(raw);
    await Promise.race([raw.closed, raw.pong()]);
    raw.close();
    expect(host.connections).toBe(0);
    const session = await open();
    expect((await h2request(session, target('/after'))).status).toBe(200);
    session.close();
  });

  it('outlives nonsense', async () => {
    const socket = await openTls(port, 'a.test', bench.certificate, ['h2']);
    socket.write(randomBytes(4096));
    await readAll(socket);
    expect(bench.calls).toEqual([]);
  });
});

it('goes away when it is idle, whatever is sent on it', async () => {
  const quick = openBench({
    hosts: { 'a.test': host.address },
    ca: host.ca,
    limits: { idle: 300 },
  });
  const socket = await openTls(await quick.door('a.test'), 'a.test', quick.certificate, ['h2']);
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
  const pings = setInterval(() => socket.write('\0\0\x08\x06\0\0\0\0\x0012345678', 'latin1'), 50);
  await readAll(socket);
  clearInterval(pings);
  quick.close();
});

it('serves curl over HTTP/2', async () => {
  const { stdout } = await run([
    ...['curl', '-sS', '--http2', '--cacert', bench.certificateFile, '-d', 'abc'],
    ...['--connect-to', `::127.0.0.1:${port}`, 'https://a.test/1', 'https://a.test/2'],
  ]);
  expect(stdout.match(/"version":"2.0"/g)).toHaveLength(2);
  expect(host.connections).toBe(1);
});
