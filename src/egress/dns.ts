import type { Socket } from 'node:dgram';
import {
  type Answer,
  CLASS_IN,
  encodeName,
  parseQuery,
  type Query,
  RCODE,
  type Rcode,
  TYPE,
  writeFailure,
  writeResponse,
} from './dns-message.ts';
import { normaliseName, type SyntheticNames } from './names.ts';

export interface Resolver {
  names: SyntheticNames;
  /** Whether the session may connect to this name at all; called for every lookup, so it must be quick. */
  mayReach(name: string): boolean;
  /** A name was looked up that is refused; as sent, lower case, possibly no host name at all. */
  refused(name: string): void;
  /** There is no synthetic address left. */
  full(): void;
  /** A name could not be judged. */
  failed(): void;
}

interface Reply {
  rcode: Rcode;
  answers: Answer[];
}

/** Answers every datagram on the socket from `resolver` alone: no query ever leaves. */
export function serveDns(socket: Socket, resolver: Resolver): void {
  socket.on('message', (message, peer) => {
    let response: Buffer | null = null;
    try {
      response = answerQuery(message, resolver);
    } catch {
      // No answer is a refusal; an exception here would end guard, and with it the session.
      resolver.failed();
    }
    // A client that is gone by now is no error of the session.
    if (response) socket.send(response, peer.port, peer.address, () => undefined);
  });
}

/** The response to one DNS message, or null when it is to be dropped. */
export function answerQuery(message: Buffer, resolver: Resolver): Buffer | null {
  const parsed = parseQuery(message);
  if (!parsed.ok) return parsed.drop ? null : writeFailure(parsed.id, parsed.rcode);
  const { rcode, answers } = resolve(parsed.query, resolver);
  return writeResponse(parsed.query, rcode, answers);
}

function resolve(query: Query, resolver: Resolver): Reply {
  if (query.edns !== null && query.edns !== 0) return empty(RCODE.badVersion);
  if (query.class !== CLASS_IN) return empty(RCODE.refused);
  // A dot inside a label must not read as two labels.
  const plain = query.labels.every((label) => !label.includes('.'));
  const sent = query.labels.join('.').toLowerCase();
  const name = plain && sent ? normaliseName(sent) : null;
  if (name && query.type === TYPE.PTR && name.endsWith('.arpa')) return reverse(name, resolver);
  if (name && /^(?:.+\.)?localhost$/.test(name)) return localhost(query.type);
  if (!name || !resolver.mayReach(name)) {
    if (sent) resolver.refused(sent);
    return empty(RCODE.nameError);
  }
  // Addresses are IPv4 only. Without HTTPS and SVCB records no client learns an ECH key or another port.
  if (query.type !== TYPE.A) return empty(RCODE.noError);
  const address = resolver.names.addressOf(name);
  if (address) return { rcode: RCODE.noError, answers: [{ type: TYPE.A, data: bytes(address) }] };
  resolver.full();
  return empty(RCODE.serverFailure);
}

/** RFC 6761, section 6.3: `localhost` and all under it are loopback, and no other server is asked. */
function localhost(type: number): Reply {
  const answers =
    type === TYPE.A
      ? [{ type, data: bytes('127.0.0.1') }]
      : type === TYPE.AAAA
        ? [{ type, data: Buffer.from([...new Array<number>(15).fill(0), 1]) }]
        : [];
  return { rcode: RCODE.noError, answers };
}

function reverse(name: string, resolver: Resolver): Reply {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  const address = match && [match[4], match[3], match[2], match[1]].join('.');
  const host = address && resolver.names.nameOf(address);
  return host
    ? { rcode: RCODE.noError, answers: [{ type: TYPE.PTR, data: encodeName(host) }] }
    : empty(RCODE.nameError);
}

function empty(rcode: Rcode): Reply {
  return { rcode, answers: [] };
}

function bytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}
