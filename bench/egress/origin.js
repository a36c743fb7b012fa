// The server: `ok`, 256 MiB to be taken, as much to be given. Arguments: key, certificate. Prints its port.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [, , key, cert] = process.argv;
const CHUNK = Buffer.alloc(64 * 1024);
const CHUNKS = 4096;

const server = createServer(
  { key: readFileSync(key), cert: readFileSync(cert) },
  (request, response) => {
    if (request.method === 'POST') {
      request.resume();
      request.once('end', () => response.end('ok'));
    } else if (request.url === '/big') {
      let left = CHUNKS;
      const more = () => {
        while (left > 0) {
          left -= 1;
          if (!response.write(CHUNK)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    } else if (request.url === '/slow') {
      // Some data, now and then: a stream that stays open.
      let left = 20;
      const timer = setInterval(() => {
        response.write(CHUNK);
        left -= 1;
        if (left === 0) {
          clearInterval(timer);
          response.end();
        }
      }, 100);
      response.once('close', () => clearInterval(timer));
    } else response.end('ok');
  },
);
server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () =>
  console.log(server.address().port),
);
