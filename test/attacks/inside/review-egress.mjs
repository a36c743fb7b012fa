// Sends what it is told to, byte for byte. REQUESTS (a file): a JSON list of {name, host, port, tls, alpn, parts, ms}; prints one JSON
// object: for each what came back (latin1), or how it failed. In parts `{{TOKEN}}` is the session's placeholder, with
// `:base64`, `:basic`, `:percent`, `:upper`, `:first`, `:last` as it says; `{{LENGTH}}` the length of what follows the head.
import { readFileSync } from 'node:fs';
import { connect as plainConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';

const token = process.env[process.argv[3] ?? 'RAILWAY_API_TOKEN'] ?? '';
const half = token.length >> 1;
const FORMS = {
  base64: Buffer.from(token).toString('base64'),
  basic: Buffer.from(`x:${token}`).toString('base64'),
  user: Buffer.from(`${token}:`).toString('base64'),
  base64url: Buffer.from(token).toString('base64url'),
  percent: [...Buffer.from(token)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  upper: token.toUpperCase(),
  first: token.slice(0, half),
  last: token.slice(half),
  hex: Buffer.from(token).toString('hex'),
};

function fill(part) {
  const text = part.replace(/\{\{TOKEN(?::(\w+))?\}\}/g, (_, form) => (form ? FORMS[form] : token));
  if (!text.includes('{{LENGTH}}')) return text;
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  return text.replace('{{LENGTH}}', String(Buffer.byteLength(body, 'latin1')));
}

function send({ host, port = 443, tls = true, servername = host, alpn, parts, ms = 3000 }) {
  return new Promise((resolve) => {
    let got = '';
    const options = { host, port };
    const socket = tls
      ? tlsConnect({ ...options, servername, ...(alpn ? { ALPNProtocols: alpn } : {}) })
      : plainConnect(options);
    const end = (error) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ got, ...(error ? { error } : {}) });
    };
    // Some answers never end.
    const timer = setTimeout(() => end('still open'), ms);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => (got += chunk));
    socket.on('error', (error) => end(error.code ?? error.message));
    socket.on('close', () => end());
    socket.once(tls ? 'secureConnect' : 'connect', async () => {
      for (const part of parts) {
        socket.write(fill(part), 'latin1');
        await new Promise((resume) => setTimeout(resume, 150));
      }
    });
  });
}

const results = {};
for (const request of JSON.parse(readFileSync(process.argv[2], 'utf8')))
  results[request.name] = await send(request);
console.log(JSON.stringify(results));
