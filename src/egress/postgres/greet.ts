import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket, type SecureContext } from 'node:tls';
import { int32, message, text } from './messages.ts';
import { readAsked, type Asked } from './parameters.ts';
import { Malformed, readExactly, readHead, write } from './read.ts';
import { LONGEST_STARTUP, readStartup } from './startup.ts';

const LONGEST_PASSWORD = 64 * 1024;
/** The first byte of a TLS record: since PostgreSQL 17 a client may begin with it (`sslnegotiation=direct`). */
const TLS_RECORD = 0x16;
const AUTH_CLEARTEXT = 3;

export type Greeting =
  | { kind: 'start'; client: Duplex; asked: Asked; minor: number }
  | { kind: 'cancel'; client: Duplex; key: Buffer };

/** What a client begins with, up to its start-up or its request to cancel. @throws Gone, Malformed */
export async function greet(socket: Socket, tls: SecureContext | null): Promise<Greeting> {
  let client: Duplex = socket;
  const asked = new Set<string>();
  for (;;) {
    const first = await readExactly(client, 4);
    if (first[0] === TLS_RECORD && tls && client === socket && asked.size === 0) {
      socket.unshift(first);
      client = secured(socket, tls);
      continue;
    }
    const length = first.readInt32BE(0) - 4;
    if (length < 4 || length > LONGEST_STARTUP)
      throw new Malformed('the start-up packet has no sensible length');
    const startup = readStartup(await readExactly(client, length));
    switch (startup.kind) {
      case 'cancel':
        return { kind: 'cancel', client, key: startup.key };
      case 'version':
        throw new Malformed(`protocol ${startup.major} is not supported`);
      case 'start':
        return {
          kind: 'start',
          client,
          asked: readAsked(startup.parameters),
          minor: startup.minor,
        };
      case 'ssl':
      case 'gss': {
        if (asked.has(startup.kind) || client !== socket)
          throw new Malformed('encryption is asked for twice');
        asked.add(startup.kind);
        const secure = startup.kind === 'ssl' && tls !== null;
        await write(client, Buffer.from(secure ? 'S' : 'N'));
        if (secure) client = secured(socket, tls);
      }
    }
  }
}

/** Asks for the password, and takes what stands for it. @throws Gone, Malformed */
export async function askPassword(client: Duplex): Promise<string | null> {
  await write(client, message('R', int32(AUTH_CLEARTEXT)));
  const { type, length } = await readHead(client);
  if (type !== 'p' || length < 1 || length > LONGEST_PASSWORD)
    throw new Malformed('there is no password where one has to be');
  const content = await readExactly(client, length);
  if (content.indexOf(0) !== length - 1) throw new Malformed('the password does not end');
  return length === 1 ? null : content.toString('utf8', 0, length - 1);
}

/** Tells a newer client which version it gets, and that its extensions are not known. */
export function negotiated(extensions: readonly string[]): Buffer {
  return message('v', Buffer.concat([int32(3 << 16, extensions.length), text(...extensions)]));
}

function secured(socket: Socket, secureContext: SecureContext): Duplex {
  const client = new TLSSocket(socket, {
    isServer: true,
    secureContext,
    ALPNProtocols: ['postgresql'],
  });
  client.on('error', () => undefined);
  return client;
}
