import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectThrough } from '../../src/egress/outer-proxy.ts';
import { readProxySettings } from '../../src/egress/proxy-settings.ts';
import { clientHello } from './client-hello-bytes.ts';
import { connectProxy, type ProxyBehaviour, type TestProxy } from './connect-proxy.ts';
import { openSession, type Session } from './session.ts';
import {
  listen,
  plainUpstream,
  secureUpstream,
  selfSigned,
  type SecureUpstream,
  type Upstream,
} from './upstream.ts';

const LOGIN = 'corp-user:corp-p@ss';
let secure: SecureUpstream;
let plain: Upstream;
let proxy: TestProxy;
let session: Session;

beforeAll(async () => {
  secure = await secureUpstream(['api.faraway.com', 'exempt.faraway.com', 'listed.corp']);
  plain = await plainUpstream((request, response) => {
    const { host, 'proxy-authorization': seen } = request.headers;
    response.end(`${request.method} ${host} ${request.url} ${seen ?? 'none'}`);
  });
  proxy = await connectProxy({
    hosts: { 'api.faraway.com': secure.address, 'www.faraway.com': plain.address },
    forbidden: ['forbidden.faraway.com'],
    login: LOGIN,
  });
  const value = `http://corp-user:corp-p%40ss@${proxy.address}`;
  session = await openSession({
    allow: [
      ...['api.faraway.com', 'www.faraway.com', 'forbidden.faraway.com', 'exempt.faraway.com'],
      ...['db', 'metadata.google.internal', 'listed.corp', 'rebind.exempt.faraway.com'],
    ],
    hosts: { 'listed.corp': secure.address },
    proxies: readProxySettings({
      HTTP_PROXY: value,
      HTTPS_PROXY: value,
      NO_PROXY: 'exempt.faraway.com',
    }),
    lookup: (name) => {
      looked.push(name);
      return Promise.resolve(['169.254.169.254']);
    },
  });
});

const looked: string[] = [];

afterAll(() => {
  session.close();
  for (const upstream of [secure, plain, proxy]) upstream.close();
});

afterEach(() => {
  session.forget();
  session.notices.length = 0;
  proxy.asked.length = 0;
  looked.length = 0;
});

const curl = (...args: string[]) =>
  session.inside.run(['curl', '-sS', '--max-time', '20', '--noproxy', '*', ...args]);

const basic = `Basic ${Buffer.from(LOGIN).toString('base64')}`;

describe("behind the user's proxy", () => {
  it('TLS goes through it by name, with its credentials, end to end', async () => {
    const result = await curl('--cacert', secure.certificate, 'https://api.faraway.com/x');
    expect(result).toMatchObject({ code: 0, stdout: 'secure /x 0', stderr: '' });
    expect(proxy.asked).toEqual([{ line: 'CONNECT api.faraway.com:443', authorization: basic }]);
    // The name is the proxy's to resolve.
    expect(looked).toEqual([]);
    expect(session.judged).toMatchObject([{ host: 'api.faraway.com', port: 443 }]);
  });

  it('plain HTTP is asked of it in absolute form, and the host sees no credentials', async () => {
    const { stdout } = await curl(
      '-H',
      'Proxy-Authorization: forged',
      'http://www.faraway.com/x?y',
    );
    expect(stdout).toBe('GET www.faraway.com /x none');
    expect(proxy.asked).toEqual([{ line: 'GET http://www.faraway.com/x?y', authorization: basic }]);
  });

  it('no TRACE goes to it: it would repeat its credentials', async () => {
    for (const more of [[], ['-H', 'Max-Forwards: 0'], ['-H', 'Upgrade: websocket']]) {
      const { stdout } = await curl('-X', 'TRACE', ...more, 'http://www.faraway.com/x');
      expect(stdout).toContain('guard: refused: network.malformed');
    }
    expect(proxy.asked).toEqual([]);
  });

  it('what it refuses is unreachable, and the user is told why', async () => {
    const { stderr } = await curl('https://forbidden.faraway.com/');
    expect(stderr).toContain('alert internal error');
    expect(session.notices).toEqual([`the proxy ${proxy.address} refuses this host (403)`]);
    await curl('https://forbidden.faraway.com/');
    expect(session.notices).toHaveLength(1);
  });

  it('names of private networks are refused, as nobody can look where they lead', async () => {
    for (const name of ['db', 'metadata.google.internal']) {
      const { stderr } = await curl(`https://${name}/`);
      expect(stderr).toContain('alert access denied');
      const { stdout } = await curl(`http://${name}/`);
      expect(stdout).toContain('guard: refused: network.private-name');
    }
    expect(session.recorded.map(({ verdict }) => verdict.rule)).toEqual(
      Array(4).fill('network.private-name'),
    );
    expect(proxy.asked).toEqual([]);
  });

  it('a host of network.hosts is dialled without it', async () => {
    const { stdout } = await curl('--cacert', secure.certificate, 'https://listed.corp/');
    expect(stdout).toBe('secure / 0');
    expect(proxy.asked).toEqual([]);
  });

  it('a host of NO_PROXY is resolved here, and its address judged', async () => {
    const { stdout } = await curl('http://rebind.exempt.faraway.com/');
    expect(stdout).toContain('network.private-address');
    expect(looked).toEqual(['rebind.exempt.faraway.com']);
    expect(proxy.asked).toEqual([]);
  });
});

it('a SOCKS proxy is refused in one sentence, and not gone around', async () => {
  const lone = await openSession({
    allow: ['api.faraway.com'],
    proxies: readProxySettings({ ALL_PROXY: 'socks5://u:secret@127.0.0.1:1080' }),
    lookup: () => Promise.resolve(['93.184.216.34']),
  });
  onTestFinished(() => lone.close());
  const { stdout } = await lone.inside.run(['curl', '-sS', 'http://api.faraway.com/']);
  expect(stdout).toMatch(
    /^guard: refused: network.outer-proxy: ALL_PROXY names a SOCKS proxy, which guard does not support;/,
  );
  expect(stdout).not.toContain('secret');
});

it('what the proxy asks of guard over plain HTTP does not reach the session', async () => {
  const lone = await openSession({
    allow: ['www.faraway.com'],
    proxies: readProxySettings({ HTTP_PROXY: proxy.address }),
  });
  onTestFinished(() => lone.close());
  const { stdout } = await lone.inside.run(['curl', '-si', 'http://www.faraway.com/']);
  expect(stdout).toMatch(/^HTTP\/1.1 502 /);
  expect(stdout).toContain('asks for a name and password; put them into the proxy variable (407)');
  expect(stdout).not.toContain('Basic realm');
});

const through = async (
  behaviour: ProxyBehaviour,
  value = (address: string) => `http://${address}`,
) => {
  const made = await connectProxy(behaviour);
  onTestFinished(() => made.close());
  return throughAddress(value(made.address));
};

const throughAddress = async (value: string, limit = 20_000) => {
  const way = readProxySettings({ HTTPS_PROXY: value })('api.faraway.com', 443);
  if (way.kind !== 'proxy') throw new Error('no proxy');
  const via = { proxy: way.proxy, host: 'api.faraway.com' };
  const socket = await connectThrough(via, 443, limit, new AbortController().signal);
  onTestFinished(() => void socket.destroy());
  return socket;
};

describe('a connection through a proxy', () => {
  const hosts = { 'api.faraway.com': '127.0.0.1:9' };

  it.each([
    [{}, undefined, 'asks for a name and password; put them into the proxy variable (407)'],
    [{}, 'x:wr0ng', 'does not accept the name and password of the proxy variable (407)'],
    [
      { challenge: 'Negotiate' },
      undefined,
      'asks for a login that guard does not know; it can do Basic only (407)',
    ],
  ])('says what is wrong with the credentials %#', async (more, given, expected) => {
    const behaviour = { hosts, login: LOGIN, ...more };
    const attempt = through(behaviour, (to) => `http://${given ? `${given}@` : ''}${to}`);
    await expect(attempt).rejects.toMatchObject({
      code: 'PROXY_407',
      reason: expect.stringMatching(/^the proxy 127\.0\.0\.1:\d+ /) as string,
    });
    const error = (await attempt.catch((caught: unknown) => caught)) as Error;
    expect(error.message).toContain(expected);
    expect(error.message).not.toContain('wr0ng');
  });

  it('says when the proxy is not there, silent, or none', async () => {
    const missing = await listen(createServer());
    missing.close();
    await expect(throughAddress(`http://${missing.address}`)).rejects.toMatchObject({
      code: 'PROXY_ECONNREFUSED',
    });
    const silent = await listen(createServer());
    onTestFinished(() => silent.close());
    await expect(throughAddress(`http://${silent.address}`, 50)).rejects.toMatchObject({
      code: 'PROXY_ETIMEDOUT',
    });
    const other = await listen(createServer((socket) => socket.end('220 mail.test ready\r\n')));
    onTestFinished(() => other.close());
    await expect(throughAddress(`http://${other.address}`)).rejects.toMatchObject({
      code: expect.stringMatching(/^PROXY_HPE_/) as string,
    });
  });

  it('keeps what the host said together with the answer of the proxy', async () => {
    const eager = await listen(
      createServer((socket) => {
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n220 mail.test ready'));
      }),
    );
    onTestFinished(() => eager.close());
    let text = '';
    for await (const part of await throughAddress(`http://${eager.address}`)) text += String(part);
    expect(text).toBe('220 mail.test ready');
  });
});

it('a proxy that speaks TLS is verified, and carries TLS in TLS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'guard-proxy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const trusted = join(folder, 'company.pem');
  const { tls } = selfSigned(folder, ['localhost']);
  writeFileSync(trusted, tls.cert);
  const saved = process.env.SSL_CERT_FILE;
  process.env.SSL_CERT_FILE = trusted;
  onTestFinished(() => {
    if (saved === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = saved;
  });
  const made = await connectProxy({ hosts: { 'api.faraway.com': secure.address }, tls });
  onTestFinished(() => made.close());
  const lone = await openSession({
    allow: ['api.faraway.com'],
    proxies: readProxySettings({ HTTPS_PROXY: `https://localhost:${made.port}` }),
  });
  onTestFinished(() => lone.close());
  const args = ['curl', '-sS', '--cacert', secure.certificate, 'https://api.faraway.com/x'];
  expect(await lone.inside.run(args)).toMatchObject({ code: 0, stdout: 'secure /x 0' });
  expect(made.asked).toHaveLength(1);
  // A reset of the client is passed on as what TLS has in its place, and ends nothing else.
  const client = await lone.inside.connect(
    lone.egress.names.addressOf('api.faraway.com') ?? '',
    443,
  );
  client.write(clientHello({ sni: 'api.faraway.com' }));
  const answered = new Promise((resolve) => client.once('data', resolve));
  client.resume();
  await answered;
  client.resetAndDestroy();
  await vi.waitFor(() => expect(made.open()).toBe(0));
  expect(await lone.inside.run(args)).toMatchObject({ code: 0, stdout: 'secure /x 0' });
  // Its certificate is for a name, not for the address.
  await expect(throughAddress(`https://127.0.0.1:${made.port}`)).rejects.toMatchObject({
    code: 'PROXY_ERR_TLS_CERT_ALTNAME_INVALID',
  });
});
