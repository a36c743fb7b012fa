import { createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientHello } from './client-hello-bytes.ts';
import { openSession, type Session } from './session.ts';
import {
  echoUpstream,
  listen,
  plainUpstream,
  type SecureUpstream,
  secureUpstream,
  type Upstream,
} from './upstream.ts';

let secure: SecureUpstream;
let plain: Upstream;
let echo: Upstream;
let greeter: Upstream;
let session: Session;

beforeAll(async () => {
  secure = await secureUpstream(['api.test', 'other.test']);
  plain = await plainUpstream((request, response) => {
    response.end(`${request.method} ${request.headers.host} ${request.url}`);
  });
  echo = await echoUpstream();
  greeter = await listen(createServer((socket) => socket.end('220 server speaks first\r\n')));
  session = await openSession({
    allow: [
      'api.test',
      'other.test',
      'plain.test',
      'echo.test',
      'smtp.test',
      'rebind.test',
      'mixed.test',
    ],
    hosts: {
      'api.test': secure.address,
      'other.test': secure.address,
      'plain.test': plain.address,
      'echo.test': echo.address,
      'smtp.test': greeter.address,
    },
    hostPorts: [plain.port],
    ports: [80, 443, 2525, 7777],
    limits: { firstBytes: 1500, connections: 3000 },
    lookup: (name) =>
      Promise.resolve(
        name === 'rebind.test' ? ['169.254.169.254'] : ['93.184.216.34', '::ffff:127.0.0.1'],
      ),
  });
});

afterAll(() => {
  session.close();
  for (const upstream of [secure, plain, echo, greeter]) upstream.close();
});

afterEach(() => session.forget());

const curl = (...args: string[]) =>
  session.inside.run(['curl', '-sS', '--max-time', '20', '--noproxy', '', ...args]);

interface Received {
  bytes: Buffer;
  reset: boolean;
}

/** What guard sends back on a connection made inside, and whether it was reset. */
async function exchange(address: string, port: number, ...bytes: (Buffer | string)[]) {
  return received(session.inside.connect(address, port), ...bytes);
}

async function received(
  connecting: Promise<Socket>,
  ...bytes: (Buffer | string)[]
): Promise<Received> {
  let socket: Socket;
  try {
    socket = await connecting;
  } catch (error) {
    // The reset came before the connection was here.
    expect((error as Error).message).toBe('ECONNRESET');
    return { bytes: Buffer.alloc(0), reset: true };
  }
  const answer = answerOf(socket);
  for (const part of bytes) {
    socket.write(part);
    if (bytes.length > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return answer;
}

function answerOf(socket: Socket): Promise<Received> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    let reset = false;
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => socket.end());
    socket.on('error', () => (reset = true));
    socket.on('close', () => resolve({ bytes: Buffer.concat(chunks), reset }));
    socket.resume();
  });
}

const addressOf = async (name: string) => {
  const { stdout } = await session.inside.run(['getent', 'ahostsv4', name]);
  expect(stdout).toMatch(/^198\.18\./);
  return stdout.split(/\s/)[0] ?? '';
};

describe('TLS', () => {
  it('tunnels an allowed host untouched: the client sees the real certificate', async () => {
    const { stdout, stderr } = await curl('--cacert', secure.certificate, 'https://api.test/x');
    expect({ stdout, stderr }).toEqual({ stdout: 'secure /x 0', stderr: '' });
    expect(session.judged).toEqual([
      {
        kind: 'connect',
        host: 'api.test',
        address: session.egress.names.addressOf('api.test'),
        port: 443,
      },
    ]);
  });

  it('takes odd case and a trailing dot for the same name', async () => {
    const { stdout } = await curl('-k', 'https://API.Test./x');
    expect(stdout).toBe('secure /x 0');
    expect(session.judged.map(({ host }) => host)).toEqual(['api.test']);
  });

  it('carries 8 MiB up unchanged in length', async () => {
    const command = `head -c 8388608 /dev/zero | curl -sk --data-binary @- https://api.test/up`;
    const { stdout } = await session.inside.run(['sh', '-c', command]);
    expect(stdout).toBe('secure /up 8388608');
  });

  it('refuses a host that is not allowed, by raw address, with an alert the client can name', async () => {
    const { code, stderr } = await curl(
      '-k',
      '--resolve',
      'evil.test:443:93.184.216.34',
      'https://evil.test/',
    );
    expect(code).toBe(35);
    expect(stderr).toContain('access denied');
    expect(session.judged.map(({ host, address }) => [host, address])).toEqual([
      ['evil.test', '93.184.216.34'],
    ]);
  });

  it('refuses a server name other than the name that was dialled, both being allowed', async () => {
    const address = await addressOf('api.test');
    const { code, stderr } = await curl(
      '-k',
      '--resolve',
      `other.test:443:${address}`,
      'https://other.test/',
    );
    expect(code).toBe(35);
    expect(stderr).toContain('unrecognized name');
    expect(session.judged).toEqual([]);
    expect(session.recorded.map(({ verdict }) => verdict.rule)).toEqual(['network.name-mismatch']);
  });

  it('leads a raw address with an allowed server name to the name', async () => {
    const { stdout } = await curl(
      '-k',
      '--resolve',
      'api.test:443:93.184.216.34',
      'https://api.test/n',
    );
    expect(stdout).toBe('secure /n 0');
  });

  it('leads a raw IPv6 address with an allowed server name to the name', async () => {
    const { stdout } = await curl(
      '-k',
      '--resolve',
      'api.test:443:[2606:4700::1]',
      'https://api.test/6',
    );
    expect(stdout).toBe('secure /6 0');
    expect(session.judged[0]?.address).toBe('2606:4700::1');
  });

  it('refuses a raw address without a server name', async () => {
    const { code } = await curl('-k', 'https://93.184.216.34/');
    expect(code).toBe(35);
    expect(session.recorded.map(({ verdict }) => verdict.rule)).toEqual(['network.unnamed']);
  });

  it('reads a hello that arrives a byte at a time', async () => {
    const hello = clientHello({ sni: 'evil.test' });
    const { bytes } = await exchange(
      '93.184.216.34',
      443,
      ...[...hello].map((byte) => Buffer.from([byte])),
    );
    expect(bytes).toEqual(Buffer.from([21, 3, 3, 0, 2, 2, 49]));
    expect(session.judged.map(({ host }) => host)).toEqual(['evil.test']);
  });

  it('refuses a NUL in the server name', async () => {
    const { bytes } = await exchange(
      '93.184.216.34',
      443,
      clientHello({ sni: 'api.test\0.evil.test' }),
    );
    expect(bytes[6]).toBe(50);
    expect(session.recorded.map(({ verdict }) => verdict.rule)).toEqual(['network.malformed']);
  });

  it('tunnels a hello without a server name to the name that was dialled', async () => {
    const address = await addressOf('echo.test');
    const socket = await session.inside.connect(address, 443);
    const hello = clientHello({});
    const answer = answerOf(socket);
    socket.end(hello);
    expect((await answer).bytes).toEqual(hello);
  });
});

describe('addresses', () => {
  it('refuses an allowed name that resolves to a metadata address', async () => {
    const { stdout } = await curl('http://rebind.test/latest/meta-data');
    expect(stdout).toContain('guard: refused: network.private-address');
    expect(session.recorded.map(({ verdict }) => verdict.rule)).toEqual([
      'network.private-address',
    ]);
  });

  it('refuses an allowed name with one loopback address among public ones, over TLS too', async () => {
    const { stderr } = await curl('-k', 'https://mixed.test/');
    expect(stderr).toContain('access denied');
  });

  it("reaches the user's loopback on a host port only", async () => {
    const { stdout } = await curl(`http://127.0.0.1:${plain.port}/mine`);
    expect(stdout).toBe(`GET 127.0.0.1:${plain.port} /mine`);
    expect(session.recorded).toMatchObject([
      { verdict: { action: 'allow', rule: 'network.host-ports', source: { file: 'test.yaml' } } },
    ]);
    const local = await curl(`http://localhost:${plain.port}/mine`);
    expect(local.stdout).toBe(`GET localhost:${plain.port} /mine`);
  });

  it('refuses loopback on other ports that guard listens on, IPv6 and mapped included', async () => {
    for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) {
      expect(await exchange(address, 80)).toEqual({ bytes: Buffer.alloc(0), reset: true });
    }
    expect(new Set(session.recorded.map(({ verdict }) => verdict.rule))).toEqual(
      new Set(['network.loopback']),
    );
  });

  it('does not lead a public address on a host port to the user', async () => {
    const { reset } = await exchange('93.184.216.34', plain.port);
    expect(reset).toBe(true);
    expect(session.recorded.map(({ verdict }) => verdict.rule)).toEqual(['network.unnamed']);
  });

  it('refuses a port without a listener at once', async () => {
    await expect(session.inside.connect('93.184.216.34', 8080)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('other protocols', () => {
  it('lets a server speak first on a port that is not sniffed', async () => {
    const { bytes } = await exchange(await addressOf('smtp.test'), 2525);
    expect(bytes.toString()).toBe('220 server speaks first\r\n');
  });

  it('passes half-closes on', async () => {
    const socket = await session.inside.connect(await addressOf('echo.test'), 7777);
    const answer = answerOf(socket);
    socket.end('all of it');
    expect((await answer).bytes.toString()).toBe('all of it');
  });

  it('refuses a raw address on such a port whatever is sent', async () => {
    expect((await exchange('93.184.216.34', 7777, 'hello')).reset).toBe(true);
    expect(session.recorded.map(({ verdict }) => verdict.rule)).toEqual(['network.unnamed']);
  });

  it('refuses HTTP/2 without TLS by raw address', async () => {
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
    expect((await exchange('93.184.216.34', 80, preface)).reset).toBe(true);
    expect(session.recorded.map(({ verdict }) => verdict.rule)).toEqual(['network.unnamed']);
  });
});

describe('load and faults', () => {
  it('ends a client that does not show what it speaks', async () => {
    const socket = await session.inside.connect('93.184.216.34', 443);
    const answer = answerOf(socket);
    const drip = setInterval(() => socket.write('\n'), 100);
    socket.once('close', () => clearInterval(drip));
    expect((await answer).bytes).toHaveLength(0);
    expect(session.judged).toEqual([]);
    expect(session.recorded.map(({ verdict }) => verdict.rule)).toEqual(['network.unnamed']);
  });

  it('serves 2,000 connections at once', async () => {
    const client = `
      const { connect } = require('node:net');
      let open = 0, echoed = 0;
      for (let i = 0; i < 2000; i++) {
        const socket = connect(7777, process.argv[1], () => {
          if (++open === 2000) for (const each of all) each.write('x');
        });
        all.push(socket);
        socket.on('data', () => { if (++echoed === 2000) { console.log('all'); process.exit(); } });
        socket.on('error', (error) => { console.log(error.code); process.exit(1); });
      }`;
    const address = await addressOf('echo.test');
    const code = `const all = [];${client}`;
    const { stdout } = await session.inside.run([process.execPath, '-e', code, address]);
    expect(stdout).toBe('all\n');
  });

  it('survives peers that reset at every stage', async () => {
    const address = await addressOf('echo.test');
    const hello = clientHello({ sni: 'echo.test' });
    for (const [port, bytes] of [
      [443, ''],
      [443, hello.subarray(0, 20)],
      [443, hello],
      [80, 'GET / HTTP/1.1\r\nHost: ec'],
      [80, 'POST / HTTP/1.1\r\nHost: echo.test\r\nContent-Length: 99\r\n\r\nabc'],
      [7777, 'abc'],
    ] as const) {
      const socket = await session.inside.connect(address, port);
      socket.on('error', () => undefined);
      await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
      socket.resetAndDestroy();
    }
    const { stdout } = await curl('-k', 'https://api.test/after');
    expect(stdout).toBe('secure /after 0');
  });

  it('refuses what the judge fails to judge', async () => {
    const own = await openSession({ allow: ['api.test'], broken: true });
    const unresolved = await own.inside.run(['getent', 'ahostsv4', 'api.test']);
    expect(unresolved.code).toBe(2);
    expect(own.notices).toHaveLength(1);
    const fixed = ['--resolve', 'api.test:80:93.184.216.34', 'http://api.test/'];
    const { stdout } = await own.inside.run(['curl', '-sS', ...fixed]);
    expect(stdout).toContain('guard: refused: network.unjudged');
    own.close();
  });

  it('passes a reset of the host on', async () => {
    const rude = await listen(
      createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    const own = await openSession({
      allow: ['rude.test'],
      hosts: { 'rude.test': rude.address },
      ports: [7777],
    });
    const { stdout } = await own.inside.run(['getent', 'ahostsv4', 'rude.test']);
    const socket = await own.inside.connect(stdout.split(/\s/)[0] ?? '', 7777);
    expect(await received(Promise.resolve(socket), 'x')).toMatchObject({ reset: true });
    own.close();
    rude.close();
  });

  it('refuses what comes above the limit and says so once', async () => {
    const own = await openSession({
      allow: ['echo.test'],
      hosts: { 'echo.test': echo.address },
      ports: [7777],
      limits: { connections: 2 },
    });
    const { stdout } = await own.inside.run(['getent', 'ahostsv4', 'echo.test']);
    const address = stdout.split(/\s/)[0] ?? '';
    const held = [await own.inside.connect(address, 7777), await own.inside.connect(address, 7777)];
    for (let extra = 0; extra < 2; extra++) {
      expect(await received(own.inside.connect(address, 7777))).toMatchObject({ reset: true });
    }
    expect(own.notices).toHaveLength(1);
    own.close();
    for (const socket of held) socket.destroy();
  });
});
