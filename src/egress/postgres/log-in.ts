import type { Duplex } from 'node:stream';
import { fieldsOf, int32, message, text, type Problem } from './messages.ts';
import { Malformed, readExactly, readHead, write } from './read.ts';
import { md5Password, scram, type ScramExchange } from './scram.ts';

const PROTOCOL = 3 << 16;
const LONGEST = 64 * 1024;
/** AuthenticationX messages by their number. */
const AUTH = { ok: 0, cleartext: 3, md5: 5, sasl: 10, saslContinue: 11, saslFinal: 12 };

export interface Credentials {
  user: string;
  password: string;
  database: string;
  settings: Readonly<Record<string, string>>;
}

/** The server and guard could not agree; what the client is told. */
export class LoginFailed extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super('the login failed');
    this.problem = problem;
  }

  without(secret: string): LoginFailed {
    const text = secret ? this.problem.text.replaceAll(secret, '***') : this.problem.text;
    return new LoginFailed({ ...this.problem, text });
  }
}

export interface LoggedIn {
  /** ParameterStatus and notices, as they came, to be passed on. */
  greeting: Buffer[];
  /** The content of BackendKeyData; empty where the server has none. */
  key: Buffer;
}

/** Logs in at a server, up to its first ReadyForQuery. @throws LoginFailed, Gone, Malformed */
export async function logIn(
  upstream: Duplex,
  who: Credentials,
  secure: boolean,
): Promise<LoggedIn> {
  const { user, database, settings } = who;
  const parameters = Object.entries({ ...settings, user, database, client_encoding: 'UTF8' });
  const start = Buffer.concat([int32(PROTOCOL), text(...parameters.flat()), Buffer.from([0])]);
  await write(upstream, Buffer.concat([int32(start.length + 4), start]));
  await authenticate(upstream, who, secure).catch((error: unknown) => {
    throw error instanceof LoginFailed ? error.without(who.password) : error;
  });
  const logged: LoggedIn = { greeting: [], key: Buffer.alloc(0) };
  for (;;) {
    const { type, content } = await next(upstream);
    switch (type) {
      case 'S':
      case 'N':
        logged.greeting.push(message(type, content));
        break;
      case 'K':
        logged.key = content;
        break;
      case 'Z':
        return logged;
      default:
        throw new Malformed('the server answers a login with something else');
    }
  }
}

async function authenticate(upstream: Duplex, who: Credentials, secure: boolean): Promise<void> {
  let exchange: ScramExchange | null = null;
  let proven = false;
  for (;;) {
    const { type, content } = await next(upstream);
    if (type === 'N') continue;
    if (type !== 'R' || content.length < 4)
      throw new Malformed('the server does not begin with a login');
    const rest = content.subarray(4);
    switch (content.readInt32BE(0)) {
      case AUTH.ok:
        // A server that began SCRAM has to prove that it knows the password, too.
        if (exchange && !proven) throw failed('it did not prove that it knows the password');
        return;
      case AUTH.cleartext:
        if (!secure)
          throw failed('it wants the password as it is, and the connection is not encrypted');
        await write(upstream, message('p', text(who.password)));
        break;
      case AUTH.md5:
        await write(
          upstream,
          message('p', text(md5Password(who.user, who.password, rest.subarray(0, 4)))),
        );
        break;
      case AUTH.sasl: {
        if (!rest.toString('latin1').split('\0').includes('SCRAM-SHA-256'))
          throw failed('it offers no way to log in that guard knows');
        exchange = scram(who.password);
        const first = Buffer.from(exchange.first);
        await write(
          upstream,
          message('p', Buffer.concat([text('SCRAM-SHA-256'), int32(first.length), first])),
        );
        break;
      }
      case AUTH.saslContinue: {
        const final = await exchange?.final(rest.toString()).catch(() => undefined);
        if (!final) throw failed('its side of SCRAM cannot be used');
        await write(upstream, message('p', Buffer.from(final)));
        break;
      }
      case AUTH.saslFinal:
        proven = exchange?.verify(rest.toString()) ?? false;
        if (!proven) throw failed('it did not prove that it knows the password');
        break;
      default:
        throw failed('it wants a way to log in that guard does not know');
    }
  }
}

function failed(reason: string): LoginFailed {
  return new LoginFailed({
    severity: 'FATAL',
    code: '28000',
    text: `guard: cannot log in at the server: ${reason}`,
  });
}

async function next(upstream: Duplex): Promise<{ type: string; content: Buffer }> {
  const { type, length } = await readHead(upstream);
  if (length > LONGEST) throw new Malformed('the server answers a login with too much');
  const content = await readExactly(upstream, length);
  if (type !== 'E') return { type, content };
  const fields = fieldsOf(content);
  throw new LoginFailed({
    severity: 'FATAL',
    code: /^[0-9A-Z]{5}$/.test(fields.get('C') ?? '') ? (fields.get('C') ?? '') : '08004',
    text: `guard: the server refused the login: ${fields.get('M') ?? 'without a reason'}`,
  });
}
