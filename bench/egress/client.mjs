// The client. How it gets to the server: `name` (as in a session), `direct:PORT`, or `proxy:PROXY:PORT`. With `thousand` it
// only holds a thousand connections open, and makes the file `ready` when it begins.
import { writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';

const HOST = 'bench.test';
const [, , way = 'name', only] = process.argv;
const [kind, first, second] = way.split(':');

function open() {
  if (kind === 'name') return net.connect({ host: HOST, port: 443 });
  return net.connect({ host: '127.0.0.1', port: Number(first) });
}

async function connected() {
  const socket = open();
  await once(socket, 'connect');
  if (kind === 'proxy') {
    const target = `127.0.0.1:${second}`;
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    await once(socket, 'data');
  }
  const secure = tls.connect({ socket, servername: HOST, ALPNProtocols: ['http/1.1'] });
  await once(secure, 'secureConnect');
  return secure;
}

function once(emitter, event) {
  return new Promise((resolve, reject) => {
    emitter.once(event, resolve);
    emitter.once('error', reject);
  });
}

function request(options, body) {
  return new Promise((resolve, reject) => {
    const outgoing = https.request({ host: HOST, ...options }, (response) => {
      response.on('data', () => undefined);
      response.once('end', resolve);
      response.once('error', reject);
    });
    outgoing.once('error', reject);
    if (!body) return void outgoing.end();
    let left = 4096;
    const more = () => {
      while (left > 0) {
        left -= 1;
        if (!outgoing.write(body)) return void outgoing.once('drain', more);
      }
      outgoing.end();
    };
    more();
  });
}

class Kept extends https.Agent {
  createConnection(_options, callback) {
    connected().then((socket) => callback(null, socket), callback);
  }
}

const agent = (keepAlive) => new Kept({ keepAlive, maxSockets: keepAlive ? 1 : Infinity });
const since = (start) => performance.now() - start;

async function newConnections(count) {
  const start = performance.now();
  for (let at = 0; at < count; at += 1) await request({ path: '/', agent: agent(false) });
  return since(start) / count;
}

async function latencies(count) {
  const kept = agent(true);
  const all = [];
  for (let at = 0; at < count + 100; at += 1) {
    const start = performance.now();
    await request({ path: '/', agent: kept });
    if (at >= 100) all.push(since(start));
  }
  kept.destroy();
  all.sort((a, b) => a - b);
  return { p50: all[Math.floor(count * 0.5)], p99: all[Math.floor(count * 0.99)] };
}

async function timed(work) {
  const start = performance.now();
  await work();
  return since(start);
}

const many = (path) => () =>
  Promise.all(Array.from({ length: 1000 }, () => request({ path, agent: agent(false) })));

(async () => {
  if (only === 'thousand') {
    writeFileSync('ready', '');
    return many('/slow')();
  }
  await newConnections(20);
  const body = Buffer.alloc(64 * 1024);
  const result = {
    connect: await newConnections(200),
    ...(await latencies(2000)),
    download: await timed(() => request({ path: '/big', agent: agent(false) })),
    upload: await timed(() =>
      request({ path: '/sink', method: 'POST', agent: agent(false) }, body),
    ),
    thousand: await timed(many('/')),
  };
  process.stdout.write(JSON.stringify(result));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
