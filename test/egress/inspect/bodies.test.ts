import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BodyNeed } from '../../../src/operations/types.ts';
import { h2request, openH2, openTls, readAll, readUntil } from './clients.ts';
import { type Bench, openBench, refusal, pass } from './fixture.ts';
import { type Host, openHost } from './host.ts';
import { zstdStored } from './zstd-bytes.ts';

const LIMIT = 100_000;
let host: Host;
let bench: Bench;
let port: number;
const needs: Record<string, BodyNeed> = {
  '/whole': { kind: 'whole', limit: LIMIT },
  '/until': { kind: 'until', limit: LIMIT, enough: (decoded) => decoded.includes('END') },
};

beforeAll(async () => {
  host = await openHost(['a.test']);
  bench = openBench({
    hosts: { 'a.test': host.address },
    ca: host.ca,
    need: ({ path }) => needs[path.replace(/\/no$/, '')] ?? { kind: 'none' },
    verdict: (call) => (call.path.endsWith('/no') ? refusal(403, 'no') : pass(call)),
    inspectLimits: { heldTime: 600 },
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

async function post(path: string, body: Buffer, headers: string[] = [], end = 'close') {
  const socket = await open();
  const lines = [`POST ${path} HTTP/1.1`, 'Host: a.test', `Connection: ${end}`, ...headers];
  socket.write(`${[...lines, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n`);
  socket.write(body);
  return readAll(socket);
}

const judged = () => {
  const [call] = bench.calls;
  return [call?.body.state, call?.body.bytes.toString()];
};

describe('bodies that are read for a verdict', () => {
  const text = '{"query":"mutation { volumeDelete }"}';
  const coders: [name: string, coded: Buffer][] = [
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdStored(Buffer.from(text))],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['identity', Buffer.from(text)],
  ];

  it.each(coders)('are decoded for the judge, and sent as they came: %s', async (name, coded) => {
    const answer = await post('/whole', coded, [`Content-Encoding: ${name}`]);
    expect(judged()).toEqual(['whole', text]);
    expect(answer).toContain(`"hex":"${coded.toString('hex')}"`);
    expect(host.received).toBe(coded.length);
  });

  it.each(coders)('are decoded when they come a byte at a time: %s', async (name, coded) => {
    const socket = await open();
    socket.setNoDelay(true);
    socket.write(
      `POST /whole/no HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nContent-Encoding: ${name}\r\n\r\n`,
    );
    for (const byte of coded) {
      socket.write(Buffer.from(`1\r\n${String.fromCharCode(byte)}\r\n`, 'latin1'));
      await new Promise(setImmediate);
    }
    socket.write('0\r\n\r\n');
    expect(await readAll(socket)).toMatch(/no$/);
    expect(judged()).toEqual(['whole', text]);
    expect(host.connections).toBe(0);
  });

  it('are judged when no coding can be undone', async () => {
    for (const [coding, body] of [
      ['gzip', Buffer.from('no gzip')],
      ['gzip', gzipSync(text).subarray(0, -9)],
      ['gzip', Buffer.concat([gzipSync(text), Buffer.from('\0\0more')])],
      ['lzma', Buffer.from(text)],
      ['gzip, gzip, gzip, gzip', Buffer.from(text)],
    ] as const) {
      bench.forget();
      await post('/whole/no', body, [`Content-Encoding: ${coding}`]);
      expect(judged()[0]).toBe('undecodable');
    }
    expect(host.connections).toBe(0);
  });

  it('are not read beyond the limit, however they unfold', async () => {
    const bomb = Buffer.alloc(30_000_000);
    for (const [coding, body] of [
      ['identity', Buffer.alloc(LIMIT + 1)],
      ['gzip', gzipSync(bomb)],
      ['br', brotliCompressSync(bomb)],
      ['gzip, gzip', gzipSync(gzipSync(bomb))],
      ['gzip', Buffer.concat(Array.from({ length: 9000 }, () => gzipSync('')))],
    ] as const) {
      bench.forget();
      const answer = await post('/whole/no', body, [`Content-Encoding: ${coding}`]);
      expect(answer).toMatch(/no$/);
      expect(judged()[0]).toBe('too-large');
      expect(bench.calls[0]?.body.bytes.length).toBeLessThan(LIMIT + 70_000);
    }
    expect(host.connections).toBe(0);
  });

  it('that are too large still go out whole after a verdict that lets them', async () => {
    const socket = await open();
    const chunk = 'x'.repeat(10_000);
    socket.write(
      'POST /whole HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n',
    );
    for (let n = 0; n < 40; n++) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    socket.write('0\r\n\r\n');
    expect(await readAll(socket)).toContain('"body":"400000 bytes"');
    expect(judged()[0]).toBe('too-large');
  });

  it('are read no further than is enough', async () => {
    const session = await openH2(port, 'a.test', bench.certificate);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/until',
      ':authority': 'a.test',
      ':scheme': 'https',
    });
    let answer = '';
    stream.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    stream.write('beginning');
    stream.write(' END');
    await expect.poll(() => host.received).toBe(13);
    stream.end(' rest');
    await new Promise((resolve) => stream.on('close', resolve));
    session.close();
    expect(answer).toContain('"body":"beginning END rest"');
    expect(bench.calls[0]?.body).toMatchObject({ state: 'beginning' });
  });

  it('that end before what is enough are whole', async () => {
    await post('/until/no', Buffer.from('short'));
    expect(judged()).toEqual(['whole', 'short']);
  });

  it('are none where there is none', async () => {
    await post('/whole/no', Buffer.alloc(0));
    expect(judged()).toEqual(['none', '']);
  });

  it('are refused when they come too slowly', async () => {
    const socket = await open();
    socket.write('POST /whole HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 100);
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 408 [^]*network.malformed/);
    clearInterval(drip);
    expect(bench.refused.map(({ rule }) => rule)).toEqual(['network.malformed']);
    expect(bench.recorded.map(({ verdict }) => verdict.rule)).toEqual(['network.malformed']);
    expect(host.connections).toBe(0);
  });

  it('keep their bytes, valid text or not', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x0d, 0x0a]);
    await post('/whole', bytes);
    expect(bench.calls[0]?.body.bytes.equals(bytes)).toBe(true);
    expect(host.received).toBe(bytes.length);
  });
});

describe('memory for held bodies', () => {
  it('is shared, and who finds none left waits', async () => {
    const waiting: (() => void)[] = [];
    const small = openBench({
      hosts: { 'a.test': host.address },
      ca: host.ca,
      need: () => ({ kind: 'whole', limit: 50_000 }),
      verdict: (call) => new Promise((resolve) => waiting.push(() => resolve(pass(call)))),
      inspectLimits: { heldBytes: 250_000 },
    });
    const door = await small.door('a.test');
    const body = 'x'.repeat(50_000);
    const answers = Array.from({ length: 12 }, async () => {
      const socket = await openTls(door, 'a.test', small.certificate);
      socket.write(
        `POST /b HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      return readAll(socket);
    });
    // Three times 50,000 bytes and what one more may need to be read.
    await expect.poll(() => waiting.length).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(waiting.length).toBe(3);
    expect(host.connections).toBe(0);
    for (let done = 0; done < 12; done++) {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      waiting.shift()?.();
    }
    for (const answer of await Promise.all(answers)) expect(answer).toContain('50000 bytes');
    small.close();
  });

  it('is given back by clients that go', async () => {
    const small = openBench({
      hosts: { 'a.test': host.address },
      ca: host.ca,
      need: () => ({ kind: 'whole', limit: 50_000 }),
      verdict: () => refusal(403, 'no'),
      inspectLimits: { heldBytes: 120_000 },
    });
    const door = await small.door('a.test');
    for (let n = 0; n < 10; n++) {
      const socket = await openTls(door, 'a.test', small.certificate);
      socket.write(
        'POST /b HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 9000\r\n\r\n',
      );
      await readUntil(socket, /100 Continue/);
      socket.destroy();
    }
    const session = await openH2(door, 'a.test', small.certificate);
    const answer = await h2request(
      session,
      { ':method': 'POST', ':path': '/', ':authority': 'a.test' },
      ['x'],
    );
    session.close();
    small.close();
    expect(answer.body).toBe('no');
  });
});
