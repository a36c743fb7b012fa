import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSession, type Session } from './session.ts';

let session: Session;
/** Names guard itself resolved. */
const resolved: string[] = [];

beforeAll(async () => {
  session = await openSession({
    allow: ['good.test'],
    lookup: (name) => {
      resolved.push(name);
      return Promise.resolve(['93.184.216.34']);
    },
  });
});

afterAll(() => session.close());

/** What Node's own resolver, which speaks DNS itself, gets from a server inside. */
async function resolve(server: string, type: string, ...names: string[]): Promise<unknown> {
  const code = `
    const { Resolver } = require('node:dns').promises;
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([process.argv[1]]);
    Promise.all(process.argv.slice(3).map((name) =>
      resolver.resolve(name, process.argv[2]).catch((error) => error.code),
    )).then((found) => console.log(JSON.stringify(found)));`;
  const { stdout } = await session.inside.run([
    process.execPath,
    '-e',
    code,
    server,
    type,
    ...names,
  ]);
  return JSON.parse(stdout);
}

it('answers an allowed name with its synthetic address, whatever server is asked', async () => {
  for (const server of ['127.0.0.1', '8.8.8.8']) {
    const found = await resolve(server, 'A', 'good.test');
    expect(found).toEqual([[session.egress.names.addressOf('good.test')]]);
  }
});

it('has no other record for it', async () => {
  for (const type of ['AAAA', 'TXT', 'MX', 'CNAME', 'NS']) {
    expect(await resolve('127.0.0.1', type, 'good.test')).toEqual(['ENODATA']);
  }
});

it('refuses every other name of any type, records each once, and nothing leaves', async () => {
  session.forget();
  const names = ['c2VjcmV0.evil.test', 'more.evil.test', 'good.test.evil.test', 'a.good.test'];
  for (const type of ['A', 'TXT', 'A']) {
    expect(await resolve('127.0.0.1', type, ...names)).toEqual(names.map(() => 'ENOTFOUND'));
  }
  expect(
    session.recorded.map(({ request }) => request.kind === 'connect' && request.host).sort(),
  ).toEqual([...names].sort().map((name) => name.toLowerCase()));
  expect(session.recorded[0]?.verdict).toMatchObject({ action: 'deny', rule: 'test.deny' });
  expect(resolved).toEqual([]);
});

it('bounds what is recorded of an enumeration', async () => {
  session.forget();
  const names = Array.from({ length: 1500 }, (_, at) => `chunk${at}.evil.test`);
  for (let at = 0; at < names.length; at += 100) {
    await resolve('127.0.0.1', 'A', ...names.slice(at, at + 100));
  }
  expect(session.recorded.length).toBeLessThan(1001);
  expect(session.notices).toHaveLength(1);
});

it('survives random datagrams', async () => {
  const code = `
    const socket = require('node:dgram').createSocket('udp4');
    const { randomBytes } = require('node:crypto');
    let left = 2000;
    for (let i = 0; i < 2000; i++) {
      socket.send(randomBytes(i % 600), 53, '127.0.0.1', () => --left || socket.close());
    }`;
  expect((await session.inside.run([process.execPath, '-e', code])).code).toBe(0);
  expect(await resolve('127.0.0.1', 'A', 'good.test')).toHaveLength(1);
});
