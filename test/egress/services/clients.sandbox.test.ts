// Programs that people use, against a server of HTTP/1.1 and HTTP/2, through a session that opens their TLS.
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { echoService, EVENTS, pieces } from './echo-service.ts';
import { startStreaming } from './server.ts';
import { INSIDE, makeWorld, PYTHON } from './world.ts';

const HOST = 'api.service.test';

async function echoing(network = '') {
  const world = makeWorld();
  const echo = echoService();
  const service = await startStreaming(world, [HOST], echo.handle, echo.upgrade);
  const token = randomBytes(24).toString('hex');
  world.profile(
    [HOST],
    service.port,
    `credentials:
  service: { from: { env: SERVICE_REAL }, hosts: [${HOST}], allow: [change], env: [SERVICE_TOKEN] }
env: { set: { SERVICE: ${HOST} } }`,
    network,
  );
  return { world, service, token, env: { NODE_EXTRA_CA_CERTS: service.ca, SERVICE_REAL: token } };
}

const BYTES = '-H content-type:application/octet-stream';
const refusedSocket = `  rules:
    - { host: ${HOST}, operation: 'GET /socket/delete', action: deny }`;

it("serves Node's clients: fetch, https, http2, events one by one, WebSocket, 100 MB each way", async () => {
  const { world, service, token, env } = await echoing(refusedSocket);
  const run = await world.attack([process.execPath, join(INSIDE, 'clients.mjs')], { env });
  expect(run.stderr).toBe('');
  const said = JSON.parse(run.stdout) as Record<string, unknown>;
  const sum = createHash('sha256');
  for (const piece of pieces(100_000_000)) sum.update(piece);
  const placeholder = expect.stringMatching(/^Bearer [0-9a-f]{48}$/) as string;
  const echo = { path: '/echo', version: '1.1', authorization: placeholder };
  expect(said).toEqual({
    https: { ...echo, body: '' },
    fetch: { ...echo, body: 'hello' },
    'fetch, a stream': { ...echo, body: 'hello' },
    'fetch, redirected': { url: `https://${HOST}/echo`, redirected: true, status: 200 },
    'fetch, compressed': 110_000,
    'keep-alive': 20_000,
    pipelined: ['/echo?1', '/echo?2', '/echo?3'],
    head: { status: 200, length: '12345', text: '' },
    204: 204,
    304: { status: 304, etag: '"a"', text: '' },
    'expect 100': { ...echo, body: 'hello' },
    trailers: { 'x-sum': 'abc' },
    'http/2': { count: 22, version: '2.0', body: 'hello', trailers: { 'x-sum': 'abc' } },
    events: EVENTS,
    socket: ['hello', 'one', 'binary 100000', 'closed 4001 enough'],
    'socket, refused': 'status 403',
    upload: true,
    download: { size: 100_000_000, sum: sum.digest('hex') },
  });
  expect(run.stdout).not.toContain(token);
  expect(service.heads.some(({ path }) => path.includes('delete'))).toBe(false);
  const rights = service.heads.map(({ headers }) => headers.authorization);
  expect(new Set(rights)).toEqual(new Set([`Bearer ${token}`]));
}, 90_000);

it('serves curl, wget and Python', async () => {
  const { world, service, token, env } = await echoing();
  const curl = (...words: string[]): string =>
    `curl -sS --max-time 20 -H "Authorization: Bearer $SERVICE_TOKEN" ${words.join(' ')}`;
  const url = (path: string): string => `https://${HOST}${path}`;
  const python = (code: string): string =>
    `${PYTHON} -c 'import os, sys
t = {"Authorization": "Bearer " + os.environ["SERVICE_TOKEN"]}
u = "https://${HOST}"
${code}'`;
  const has = (module: string, code: string): string =>
    `if ${PYTHON} -c 'import ${module}' 2>/dev/null; then ${python(code)}; else echo none; fi`;
  const { said } = await world.steps(
    {
      h1: curl('--http1.1', '-d hello', url('/echo')),
      h2: curl('--http2', '-d hello', url('/echo')),
      'h1, many': curl('--http1.1', '-w " %{num_connects}\\n"', url('/echo?[1-50]')),
      'h2, many': curl('-Z', url('/echo?[1-50]')),
      'expect, chunked': `head -c 300000 /dev/zero | ${curl('--http1.1', '-H "Expect: 100-continue"', '-T - -o /dev/null -w "%{http_code}"', url('/sum'))}`,
      'upload, h2': `head -c 5000000 /dev/zero | ${curl('--http2 -T - -o /dev/null -w "%{http_code}"', BYTES, url('/sum'))}`,
      'too large to read': `head -c 5000000 /dev/zero | ${curl('--http2 -T -', url('/much'))}`,
      'refused upload, h1': `head -c 5000000 /dev/zero | curl -sS --http1.1 --max-time 20 -X DELETE -T - ${url('/all')}`,
      'refused upload, h2': `head -c 5000000 /dev/zero | curl -sS --http2 --max-time 20 -X DELETE -T - ${url('/all')}`,
      redirect: curl('-L', '-w "%{num_redirects}"', '-o /dev/null', url('/redirect')),
      compressed: curl('--compressed', url('/compressed'), '| wc -c'),
      head: curl('-I', url('/head')),
      trailers: curl('--http1.1 -i', url('/trailers')),
      wget: `wget -qO- --header "Authorization: Bearer $SERVICE_TOKEN" ${url('/echo')}`,
      'wget, redirected': `wget -qO- --header "Authorization: Bearer $SERVICE_TOKEN" ${url('/redirect')}`,
      urllib: python(`import urllib.request as r
print(r.urlopen(r.Request(u + "/echo", data=b"hello", headers=t)).read().decode())`),
      requests: has(
        'requests',
        `import requests
s = requests.Session()
for n in range(20): s.get(u + "/echo", headers=t).raise_for_status()
print(s.post(u + "/echo", data=(c for c in [b"he", b"llo"]), headers=t).text)`,
      ),
      httpx: has(
        'httpx, h2',
        `import httpx
c = httpx.Client(http2=True)
r = c.post(u + "/echo", content=b"hello", headers=t)
print(r.http_version, r.text)`,
      ),
    },
    { env },
  );
  const failed = Object.entries(said).filter(([, { code }]) => code !== 0);
  expect(failed).toEqual([]);
  const out = (name: string): string => said[name]?.out ?? '';
  for (const name of ['h1', 'h2', 'urllib']) expect(out(name), name).toContain('"body":"hello"');
  for (const name of ['requests', 'httpx'])
    expect(out(name), name).toMatch(/"body":"hello"|^none$/m);
  expect(out('h1')).toContain('"version":"1.1"');
  expect(out('h2')).toContain('"version":"2.0"');
  // One connection: made for the first, used by the others.
  expect(out('h1, many').match(/ \d$/gm)?.map(Number)).toEqual([1, ...Array<number>(49).fill(0)]);
  expect(out('h2, many').match(/"path"/g)).toHaveLength(50);
  expect([out('expect, chunked'), out('upload, h2')]).toEqual(['200', '200']);
  for (const name of ['refused upload, h1', 'refused upload, h2'])
    expect(out(name), name).toContain('guard: refused: operation.destroy');
  expect(out('redirect')).toBe('1');
  expect(out('compressed').trim()).toBe('110000');
  expect(out('head')).toMatch(/^HTTP\/[\d.]+ 200/);
  expect(out('trailers')).toMatch(/body/);
  for (const name of ['wget', 'wget, redirected']) expect(out(name)).toContain('"path":"/echo"');
  expect(JSON.stringify(said)).not.toContain(token);
  expect(out('too large to read')).toContain('guard: refused: operation.unknown');
  expect(service.seen()).not.toMatch(/\/all|\/much/);
});
