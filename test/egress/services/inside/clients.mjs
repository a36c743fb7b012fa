// Asks a service in every way that Node has. HOST and TOKEN; prints one JSON object.
import { createHash } from 'node:crypto';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';

const HOST = process.env.SERVICE;
const URL_OF = (path) => `https://${HOST}${path}`;
const auth = { authorization: `Bearer ${process.env.SERVICE_TOKEN}` };

function ask(path, { method = 'GET', headers = {}, body, agent } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: HOST, path, method, headers: { ...auth, ...headers }, agent },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            trailers: response.trailers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    if (headers.expect) outgoing.on('continue', () => outgoing.end(body));
    else outgoing.end(body);
  });
}

/** Bytes that a sum tells apart from any others of the length. */
function* pattern(size) {
  const piece = Buffer.alloc(64 * 1024);
  for (let at = 0; at < size; at += piece.length) {
    piece.writeUInt32BE(at / piece.length, 0);
    yield Buffer.from(piece.subarray(0, Math.min(piece.length, size - at)));
  }
}

function upload(path, size) {
  return new Promise((resolve, reject) => {
    const sum = createHash('sha256');
    const outgoing = request(
      {
        host: HOST,
        path,
        method: 'POST',
        // Of a body that could hold text guard reads all, and asks where that is too much.
        headers: { ...auth, 'content-length': size, 'content-type': 'application/octet-stream' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve(text === sum.digest('hex')));
      },
    );
    outgoing.on('error', reject);
    const pieces = pattern(size);
    const more = () => {
      for (;;) {
        const { value, done } = pieces.next();
        if (done) return outgoing.end();
        sum.update(value);
        if (!outgoing.write(value)) return outgoing.once('drain', more);
      }
    };
    more();
  });
}

function download(path) {
  return new Promise((resolve, reject) => {
    request({ host: HOST, path, headers: auth }, (response) => {
      const sum = createHash('sha256');
      let size = 0;
      response.on('data', (chunk) => {
        size += chunk.length;
        sum.update(chunk);
      });
      response.on('error', reject);
      response.on('end', () => resolve({ size, sum: sum.digest('hex') }));
    })
      .on('error', reject)
      .end();
  });
}

function overH2(session, headers, body) {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ...auth, ...headers });
    const got = { text: '' };
    stream.on('response', (head) => Object.assign(got, { status: head[':status'] }));
    stream.on('trailers', (trailers) => Object.assign(got, { trailers: { ...trailers } }));
    stream.setEncoding('utf8').on('data', (chunk) => (got.text += chunk));
    stream.on('error', reject);
    stream.on('end', () => resolve(got));
    stream.end(body);
  });
}

/** Each event is acknowledged before the server sends the next. */
async function events(path, acknowledge) {
  const response = await fetch(URL_OF(path), { headers: auth });
  const seen = [];
  let text = '';
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString();
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      seen.push(text.slice('data: '.length, end));
      await fetch(URL_OF(acknowledge), { method: 'POST', headers: auth, body: seen.at(-1) });
    }
  }
  return seen;
}

function socket(path, headers) {
  return new Promise((resolve) => {
    const got = [];
    const ws = new WebSocket(`wss://${HOST}${path}`, { headers });
    ws.on('message', (data, isBinary) => {
      got.push(isBinary ? `binary ${data.length}` : String(data));
      if (got.length === 1) ws.send('one');
      if (got.length === 2) ws.send(Buffer.alloc(100_000, 7));
      if (got.length === 3) ws.close(4001, 'enough');
    });
    ws.on('unexpected-response', (_, response) => resolve(`status ${response.statusCode}`));
    ws.on('close', (code, reason) => resolve([...got, `closed ${code} ${reason}`]));
    ws.on('error', (error) => resolve(error.message));
  });
}

/** Two requests at once on one connection. */
function pipelined() {
  return new Promise((resolve, reject) => {
    const client = connectTls({ host: HOST, port: 443, servername: HOST }, () => {
      const one = (path, more = '') =>
        `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nAuthorization: ${auth.authorization}\r\n${more}\r\n`;
      client.write(one('/echo?1') + one('/echo?2') + one('/echo?3', 'Connection: close\r\n'));
    });
    let text = '';
    client.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    client.on('error', reject);
    client.on('end', () => resolve(text.match(/\/echo\?\d/g)));
  });
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const said = {};
const TASKS = {
  https: async () => JSON.parse((await ask('/echo')).text),
  fetch: async () =>
    (await fetch(URL_OF('/echo'), { method: 'POST', headers: auth, body: 'hello' })).json(),
  'fetch, a stream': async () => {
    const body = new ReadableStream({
      start(controller) {
        for (const part of ['he', 'l', 'lo']) controller.enqueue(Buffer.from(part));
        controller.close();
      },
    });
    const sent = { method: 'POST', headers: auth, body, duplex: 'half' };
    return (await fetch(URL_OF('/echo'), sent)).json();
  },
  'fetch, redirected': async () => {
    const response = await fetch(URL_OF('/redirect'), { headers: auth });
    return { url: response.url, redirected: response.redirected, status: response.status };
  },
  'fetch, compressed': async () => {
    const response = await fetch(URL_OF('/compressed'), { headers: auth });
    return (await response.text()).length;
  },
  'keep-alive': async () => {
    let sum = 0;
    for (let at = 0; at < 100; at++) sum += (await ask(`/echo?${at}`, { agent })).status;
    return sum;
  },
  pipelined,
  head: async () => {
    const { status, headers, text } = await ask('/head', { method: 'HEAD' });
    return { status, length: headers['content-length'] ?? null, text };
  },
  204: async () => (await ask('/204')).status,
  304: async () => {
    const { status, headers, text } = await ask('/304', { headers: { 'if-none-match': '"a"' } });
    return { status, etag: headers.etag, text };
  },
  'expect 100': async () =>
    JSON.parse(
      (await ask('/echo', { method: 'PUT', headers: { expect: '100-continue' }, body: 'hello' }))
        .text,
    ),
  trailers: async () => (await ask('/trailers')).trailers,
  'http/2': async () => {
    const session = connect(`https://${HOST}`);
    const all = await Promise.all([
      ...Array.from({ length: 20 }, (_, at) => overH2(session, { ':path': `/echo?${at}` })),
      overH2(session, { ':path': '/echo', ':method': 'POST' }, 'hello'),
      overH2(session, { ':path': '/trailers' }),
    ]);
    session.close();
    const { version, body } = JSON.parse(all[20].text);
    return {
      count: all.filter(({ status }) => status === 200).length,
      version,
      body,
      trailers: all[21].trailers,
    };
  },
  events: () => events('/events', '/acknowledge'),
  socket: () => socket('/socket', auth),
  'socket, refused': () => socket('/socket/delete', {}),
  upload: () => upload('/sum', 100_000_000),
  download: () => download('/download?100000000'),
};
for (const [name, task] of Object.entries(TASKS))
  said[name] = await task().catch((error) => `failed: ${error.cause?.code ?? error.message}`);
console.log(JSON.stringify(said));
process.exit(0);
