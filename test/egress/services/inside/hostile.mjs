// Requests that a client and a server, or two servers, read differently, written by hand. Prints one JSON object: what
// came back of each, as text.
import { connect as connectH2 } from 'node:http2';
import { connect } from 'node:tls';

const HOST = 'backboard.railway.app';
const OTHER = 'api.github.com';
const PATH = '/graphql/v2';
const KILL = JSON.stringify({ query: 'mutation { volumeDelete(volumeId: "hidden") }' });
const READ = JSON.stringify({ query: '{ me { id } }' });

function raw(pieces, { servername = HOST, host = HOST, alpn } = {}) {
  return new Promise((resolve) => {
    const client = connect({ host, port: 443, servername, ALPNProtocols: alpn });
    let text = '';
    client.setEncoding('latin1').on('data', (chunk) => (text += chunk));
    client.on('error', (error) => resolve(`error ${error.code}`));
    client.on('close', () => resolve(text || 'closed'));
    client.on('secureConnect', async () => {
      for (const piece of pieces) {
        client.write(piece);
        await new Promise((next) => setImmediate(next));
      }
    });
    // Of a connection that stays open the last answer was awaited.
    client.setTimeout(1500, () => client.destroy());
  });
}

const post = (headers, body, target = PATH) =>
  `POST ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\nContent-Type: application/json\r\n\r\n${body}`;
const host = `Host: ${HOST}`;
const close = 'Connection: close';
const length = (text) => `Content-Length: ${text.length}`;
const inner = post([host, length(KILL)], KILL);
const chunked = (text) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

const FORMS = {
  'CL.TE': raw([
    post([host, 'Content-Length: 6', 'Transfer-Encoding: chunked'], `0\r\n\r\n${inner}`),
  ]),
  'TE.CL': raw([
    post([host, `Content-Length: 4`, 'Transfer-Encoding: chunked'], `${chunked(inner)}`),
  ]),
  'TE.TE': raw([
    post(
      [host, 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity', 'Content-Length: 5'],
      `0\r\n\r\n${inner}`,
    ),
  ]),
  'TE obscured': raw([post([host, 'Transfer-Encoding : chunked', length(READ)], READ + inner)]),
  'TE xchunked': raw([post([host, 'Transfer-Encoding: xchunked', 'Content-Length: 0'], inner)]),
  'two lengths': raw([post([host, 'Content-Length: 0', length(inner)], inner)]),
  'length with a sign': raw([post([host, 'Content-Length: +5'], `abcde${inner}`)]),
  'two hosts': raw([post([host, `Host: ${OTHER}`, length(KILL), close], KILL)]),
  'two hosts, turned': raw([post([`Host: ${OTHER}`, host, length(KILL), close], KILL)]),
  'no host': raw([post([length(KILL), close], KILL)]),
  'absolute target': raw([post([host, length(KILL), close], KILL, `https://${OTHER}${PATH}`)]),
  'absolute target, own': raw([
    post([`Host: ${OTHER}`, length(KILL), close], KILL, `https://${HOST}${PATH}`),
  ]),
  'host of another': raw([post([`Host: ${OTHER}`, length(READ), close], READ)]),
  'odd host': raw([post([`Host: ${HOST.toUpperCase()}.`, length(KILL), close], KILL)]),
  'host with a port': raw([post([`Host: ${HOST}:443`, length(KILL), close], KILL)]),
  folded: raw([
    `POST ${PATH} HTTP/1.1\r\n${host}\r\nX-A: b\r\n Content-Length: 0\r\n${length(KILL)}\r\n\r\n${KILL}`,
  ]),
  'bare LF': raw([
    `POST ${PATH} HTTP/1.1\n${host}\nContent-Type: application/json\n${length(KILL)}\n\n${KILL}`,
  ]),
  'chunk extension': raw([
    post(
      [host, 'Transfer-Encoding: chunked', close],
      `${KILL.length.toString(16)};a="\r\nb"\r\n${KILL}\r\n0\r\n\r\n`,
    ),
  ]),
  'NUL in a header': raw([post([host, 'X-A: a\0b', length(KILL), close], KILL)]),
  'pipelined behind a read': raw([
    post([host, length(READ)], READ) +
      post([host, length(KILL)], KILL) +
      post([host, length(READ), close], READ),
  ]),
  'pipelined behind a refused one': raw([
    post([host, length(KILL)], KILL) +
      post([host, length(KILL), close], KILL.replace('hidden', 'hidd3n')),
  ]),
  'HTTP/1.0': raw([`POST ${PATH} HTTP/1.0\r\n${host}\r\n${length(KILL)}\r\n\r\n${KILL}`]),
  'SNI of another': raw([post([host, length(KILL), close], KILL)], { servername: OTHER }),
  'address of another': raw([post([host, length(KILL), close], KILL)], { host: OTHER }),
  'upgrade to h2c': raw([
    post(
      [
        host,
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAAQAAP__',
        length(KILL),
      ],
      KILL,
    ),
  ]),
  'CONNECT inside': raw([`CONNECT ${OTHER}:443 HTTP/1.1\r\nHost: ${OTHER}:443\r\n\r\n`]),
};

function h2(headers, body = KILL) {
  return new Promise((resolve) => {
    const session = connectH2(`https://${HOST}`);
    session.on('error', (error) => resolve(`error ${error.code}`));
    let stream;
    try {
      stream = session.request({
        ':method': 'POST',
        ':path': PATH,
        'content-type': 'application/json',
        ...headers,
      });
    } catch (error) {
      session.close();
      return resolve(`error ${error.code}`);
    }
    let text = '';
    stream.on('response', (head) => (text += `${head[':status']} `));
    stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    stream.on('error', (error) => resolve(`error ${error.code}`));
    stream.on('close', () => {
      session.close();
      resolve(text || 'closed');
    });
    stream.end(body);
  });
}
const H2_FORMS = {
  'h2, other authority': h2({ ':authority': OTHER }, READ),
  'h2, two names': h2({ host: OTHER }, READ),
  'h2, length too short': h2({ 'content-length': '5' }),
  'h2, path with a space': h2({ ':path': '/graphql/v2 HTTP/1.1\r\nHost: x\r\n\r\nPOST /' }),
  'h2, path of another': h2({ ':path': `https://${OTHER}/` }, READ),
  'h2, scheme': h2({ ':scheme': 'http' }, KILL),
};

const said = {};
for (const [name, outcome] of Object.entries({ ...FORMS, ...H2_FORMS })) said[name] = await outcome;
said.control = await raw([post([host, length(READ), close], READ)]);
console.log(JSON.stringify(said));
process.exit(0);
