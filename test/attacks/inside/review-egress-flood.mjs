// Everything a client can do to a gate that reads it: many connections, slow ones, large heads, resets, bombs. Prints what a last honest
// request got.
import { connect as h2connect, constants } from 'node:http2';
import { request } from 'node:https';
import { connect as plainConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const HOST = 'backboard.railway.app';
const token = process.env.RAILWAY_API_TOKEN;
const quiet = (emitter) => emitter.on('error', () => undefined);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const secure = () => quiet(tlsConnect({ host: HOST, port: 443, servername: HOST }));

const ask = () =>
  new Promise((resolve) => {
    const asking = request(
      {
        host: HOST,
        path: '/graphql/v2',
        method: 'POST',
        agent: false,
        timeout: 20_000,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve(`${response.statusCode} ${text}`));
      },
    );
    asking.on('error', (error) => resolve(error.code ?? error.message));
    asking.on('timeout', () => asking.destroy(new Error('timeout')));
    asking.end('{"query":"{ me { id } }"}');
  });

const said = {};
const attack = async (name, work) => {
  await Promise.race([work(), wait(15_000)]).catch(() => undefined);
  said[name] = await ask();
};

await attack('one half of a pair', async () => {
  const words = `${'Q'.repeat(19)}q`.repeat(5);
  const pair = Buffer.from(`${words}00000:${token}`).toString('base64');
  const socket = secure();
  socket.write(
    `GET /x HTTP/1.1\r\nHost: ${HOST}\r\nAuthorization: Basic ${pair}\r\nConnection: close\r\n\r\n`,
  );
  await new Promise((resolve) => socket.resume().once('close', resolve));
});
await attack('two thousand connections that say nothing', async () => {
  const sockets = Array.from({ length: 2000 }, (_, at) =>
    quiet(plainConnect({ host: HOST, port: at % 2 ? 443 : 80 })),
  );
  await wait(2000);
  for (const socket of sockets) socket.destroy();
});
await attack('slow heads', async () => {
  const sockets = Array.from({ length: 100 }, secure);
  for (let at = 0; at < 10; at++) {
    for (const socket of sockets) socket.write('X');
    await wait(50);
  }
  for (const socket of sockets) socket.destroy();
});
await attack('a head without end', async () => {
  const socket = secure();
  socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n`);
  for (let at = 0; at < 500 && !socket.destroyed; at++)
    socket.write(`X${at}: ${'x'.repeat(1000)}\r\n`);
  await wait(500);
  socket.destroy();
});
await attack('streams that are reset', async () => {
  const session = quiet(h2connect(`https://${HOST}`));
  for (let at = 0; at < 3000 && !session.destroyed; at++) {
    const stream = quiet(
      session.request({
        ':method': 'POST',
        ':path': '/graphql/v2',
        'content-type': 'application/json',
      }),
    );
    if (at % 3 === 0) stream.write('{"query":"{ me');
    stream.close(constants.NGHTTP2_CANCEL);
    if (at % 50 === 0) await wait(1);
  }
  await wait(500);
  session.destroy();
});
await attack('answers nobody reads', async () => {
  const sessions = Array.from({ length: 10 }, () => quiet(h2connect(`https://${HOST}`)));
  for (const session of sessions)
    for (let at = 0; at < 90; at++) {
      const stream = quiet(
        session.request({
          ':method': 'POST',
          ':path': '/graphql/v2',
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        }),
      );
      stream.end('{"query":"{ me { id } }"}');
      if (at % 4 === 0) stream.once('response', () => stream.close(constants.NGHTTP2_CANCEL));
      if (at % 4 === 1) setTimeout(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR), at % 40);
    }
  await wait(1500);
  for (const session of sessions) session.destroy();
});
await attack('uploads that break off', async () => {
  const session = quiet(h2connect(`https://${HOST}`));
  for (let at = 0; at < 60; at++) {
    const stream = quiet(
      session.request(
        { ':method': 'POST', ':path': '/graphql/v2', 'content-type': 'application/json' },
        { waitForTrailers: true },
      ),
    );
    stream.once('wantTrailers', () => stream.sendTrailers({ 'x-a': 'b'.repeat(at * 100) }));
    stream.write('{"query":"{ me { id } }"}');
    if (at % 2) stream.end();
    setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), at);
  }
  await wait(800);
  session.destroy();
});
for (const [coding, bomb] of [
  ['gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024))],
  ['br', brotliCompressSync(Buffer.alloc(64 * 1024 * 1024), { params: { 1: 1 } })],
  ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * 1024 * 1024)))],
])
  await attack(`a bomb in ${coding}`, async () => {
    const sockets = Array.from({ length: 8 }, secure);
    for (const socket of sockets) {
      socket.write(
        `POST /graphql/v2 HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\nContent-Encoding: ${coding}\r\nContent-Length: ${bomb.length}\r\nConnection: close\r\n\r\n`,
      );
      socket.write(bomb);
    }
    await Promise.all(
      sockets.map((socket) => new Promise((done) => socket.resume().once('close', done))),
    );
  });
await attack('three hundred questions', () =>
  Promise.all(
    Array.from(
      { length: 300 },
      (_, at) =>
        new Promise((done) => {
          const socket = secure();
          const body = `{"query":"mutation { volumeDelete(volumeId: \\"v-${at}\\") }"}`;
          socket.write(
            `POST /graphql/v2 HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
          );
          socket.resume().once('close', done);
        }),
    ),
  ),
);
console.log(JSON.stringify(said));
