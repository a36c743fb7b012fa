import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CallStopped, type StreamFilter } from '../../../src/egress/inspect/types.ts';
import { h2request, openH2, openTls, readAll, readUntil } from './clients.ts';
import { type Bench, openBench } from './fixture.ts';
import { echo, type Host, openHost } from './host.ts';
import { zstdStored } from './zstd-bytes.ts';

const SECRET = 'real-value-0123456789';
const STAND_IN = 'placeholder-xxxxxxxxx';

let host: Host;
let bench: Bench;
let port: number;
let finishStream: () => void = () => undefined;

/** Finds a text however it is cut, and keeps back what could be its beginning. */
function watching(onFound: (at: Buffer) => Buffer): StreamFilter {
  let kept: Buffer = Buffer.alloc(0);
  const take = (chunk: Buffer, last: boolean) => {
    let bytes: Buffer = Buffer.concat([kept, chunk]);
    for (let at = bytes.indexOf(SECRET); at >= 0; at = bytes.indexOf(SECRET)) {
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        onFound(bytes),
        bytes.subarray(at + SECRET.length),
      ]);
    }
    let hold = 0;
    for (let size = Math.min(SECRET.length - 1, bytes.length); size > 0 && !last; size--) {
      if (!SECRET.startsWith(bytes.subarray(bytes.length - size).toString('latin1'))) continue;
      hold = size;
      break;
    }
    kept = bytes.subarray(bytes.length - hold);
    return bytes.subarray(0, bytes.length - hold);
  };
  return { push: (chunk) => take(chunk, false), end: () => take(Buffer.alloc(0), true) };
}

beforeAll(async () => {
  host = await openHost(['a.test'], (request, response) => {
    const text = `{"you sent":"${SECRET}", "more":"${'x'.repeat(5000)}"}`;
    switch (request.url) {
      case '/echo-gzip':
        response.writeHead(200, {
          'content-encoding': 'gzip',
          'x-token': SECRET,
          'content-length': gzipSync(text).length,
        });
        return void response.end(gzipSync(text));
      case '/echo-plain':
        response.writeHead(200, {
          'content-length': Buffer.byteLength(text),
          'set-cookie': [`t=${SECRET}`, 'b=2'],
        });
        return void response.end(text);
      case '/echo-split':
        response.writeHead(200);
        response.write(`a ${SECRET.slice(0, 7)}`);
        finishStream = () => response.end(`${SECRET.slice(7)} z`);
        return;
      case '/broken-gzip':
        response.writeHead(200, { 'content-encoding': 'gzip' });
        return void response.end('no gzip at all');
      default:
        return echo(request, response);
    }
  });
  bench = openBench({
    hosts: { 'a.test': host.address },
    ca: host.ca,
    need: ({ path }) => (path === '/held' ? { kind: 'whole', limit: 1 << 20 } : { kind: 'none' }),
    verdict: ({ path, headers }) => ({
      kind: 'forward',
      path,
      headers: [...headers, ['authorization', `Bearer ${SECRET}`]],
      outgoing: watching(() => {
        const body = Buffer.from('stopped\n');
        throw new CallStopped({ status: 403, headers: [['content-type', 'text/plain']], body });
      }),
      incoming: {
        header: (value) => value.replaceAll(SECRET, STAND_IN),
        body: watching(() => Buffer.from(STAND_IN)),
      },
    }),
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

const open = () => openTls(port, 'a.test', bench.certificate);

async function post(path: string, body: Buffer, coding = 'identity', pieces = 1) {
  const socket = await open();
  // From the beginning: the answer may come, and the connection end, before all is written.
  const answer = readAll(socket);
  const chunked = pieces > 1;
  const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Encoding: ${coding}\r\n${framing}\r\n\r\n`,
  );
  if (!chunked) socket.write(body);
  for (let at = 0; chunked && at < body.length; at += pieces) {
    const piece = body.subarray(at, at + pieces);
    socket.write(
      Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
    );
    await new Promise(setImmediate);
  }
  if (chunked) socket.write('0\r\n\r\n');
  return answer;
}

const CODERS: [name: string, coder: (bytes: Buffer) => Buffer][] = [
  ['identity', (bytes) => bytes],
  ['gzip', (bytes) => gzipSync(bytes)],
  ['br', (bytes) => brotliCompressSync(bytes)],
  ['zstd', zstdStored],
  ['gzip, gzip', (bytes) => gzipSync(gzipSync(bytes))],
];

describe('what goes out', () => {
  it.each(CODERS)('is stopped where the filter finds something: %s', async (name, coder) => {
    const body = coder(Buffer.from(`${'a'.repeat(3000)} ${SECRET} and more`));
    for (const path of ['/x', '/held']) {
      expect(await post(path, body, name)).toMatch(/^HTTP\/1.1 403 [^]*stopped\n$/);
    }
    // The last byte of the value never went out, so nor did the value.
    expect(host.received).toBeLessThan(2 * body.length);
  });

  it.each(CODERS)('is stopped however it is cut: %s', async (name, coder) => {
    const body = coder(Buffer.from(`ab${SECRET}`));
    expect(await post('/x', body, name, 3)).toMatch(/^HTTP\/1.1 403 [^]*stopped\n$/);
    expect(host.received).toBeLessThan(body.length);
  });

  it.each(CODERS)('passes as it came where there is nothing to find: %s', async (name, coder) => {
    const body = coder(
      Buffer.from(`nothing here, ${SECRET.slice(0, 9)} but a beginning ${SECRET.slice(0, 12)}`),
    );
    for (const answer of [
      await post('/x', body, name),
      await post('/held', body, name),
      await post('/x', body, name, 3),
    ]) {
      expect(answer).toContain(`"hex":"${body.toString('hex')}"`);
    }
    expect(host.received).toBe(3 * body.length);
  });

  it('is stopped where a coding that was announced is none', async () => {
    expect(await post('/x', Buffer.from(`no gzip ${SECRET}`), 'gzip')).toMatch(
      /^HTTP\/1.1 403 [^]*network.malformed/,
    );
    expect(host.received).toBe(0);
  });

  it('is looked at as it is where the coding is not known', async () => {
    expect(await post('/x', Buffer.from(`9;chunk\r\n${SECRET}`), 'aws-chunked')).toMatch(/stopped/);
    expect(await post('/x', Buffer.from('9;chunk\r\nfine'), 'aws-chunked')).toContain('200 OK');
  });

  it('is stopped over HTTP/2, answered or cut', async () => {
    const session = await openH2(port, 'a.test', bench.certificate);
    const answer = await h2request(
      session,
      { ':method': 'POST', ':path': '/x', ':authority': 'a.test' },
      ['before ', SECRET],
    );
    expect(answer).toMatchObject({ status: 403, body: 'stopped\n' });
    session.close();
  });
});

/** Where chunks end is nobody's to say. */
const dechunked = (text: string) =>
  text.replace(/\r\n(?:[0-9a-f]+\r\n)(?=[^])/g, (found, at: number) =>
    at > text.indexOf('\r\n\r\n') + 2 ? '' : found,
  );

describe('what comes back', () => {
  it.each(['/echo-plain', '/echo-gzip'])('is filtered, head and body: %s', async (path) => {
    const socket = await open();
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: a.test\r\nAccept-Encoding: gzip, br\r\nConnection: close\r\n\r\n`,
    );
    const answer = dechunked(await readAll(socket));
    expect(answer).not.toContain(SECRET);
    expect(answer).toContain(`"you sent":"${STAND_IN}"`);
    // What is decoded has another length.
    expect(/content-length/i.test(answer)).toBe(path === '/echo-plain');
    expect(answer).not.toMatch(/content-encoding/i);
    expect(answer).toMatch(/x{5000}/);
  });

  it('is filtered however it is cut, and not held back otherwise', async () => {
    const socket = await open();
    socket.write('GET /echo-split HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    expect(await readUntil(socket, /a /)).not.toContain('real');
    const rest = readAll(socket);
    finishStream();
    const answer = dechunked(await rest);
    expect(answer).toContain(STAND_IN);
    expect(answer).not.toContain(SECRET);
  });

  it('asks for no coding, and has the credential', async () => {
    const socket = await open();
    socket.write(
      'GET /x HTTP/1.1\r\nHost: a.test\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n',
    );
    const answer = await readAll(socket);
    expect(answer).toContain('"accept-encoding":"identity"');
    expect(answer).toContain(`"authorization":"Bearer ${STAND_IN}"`);
  });

  it('is cut when it is not what its coding says', async () => {
    const socket = await open();
    socket.write('GET /broken-gzip HTTP/1.1\r\nHost: a.test\r\n\r\n');
    expect(await readAll(socket)).not.toMatch(/0\r\n\r\n$/);
  });

  it('is filtered over HTTP/2', async () => {
    const session = await openH2(port, 'a.test', bench.certificate);
    const answer = await h2request(session, {
      ':method': 'GET',
      ':path': '/echo-gzip',
      ':authority': 'a.test',
    });
    session.close();
    expect(answer.body).toContain(STAND_IN);
    expect(answer.body).not.toContain(SECRET);
    expect(answer.headers['x-token']).toBe(STAND_IN);
  });
});
