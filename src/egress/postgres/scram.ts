import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);
/** No channel is bound (RFC 5802, section 6). */
const GS2_HEADER = 'n,,';
/** More would only keep guard busy; PostgreSQL's default is 4096. */
const MOST_ITERATIONS = 1_000_000;

export interface ScramExchange {
  first: string;
  /** The answer to the server's first message. @throws for one that is none. */
  final(serverFirst: string): Promise<string>;
  /** Whether the server has the password's verifier, too. */
  verify(serverFinal: string): boolean;
}

/** SCRAM-SHA-256 from the client's side (RFC 5802, RFC 7677). PostgreSQL ignores the user name in it. */
export function scram(password: string, nonce = randomBytes(18).toString('base64')): ScramExchange {
  const bare = `n=,r=${nonce}`;
  let signature: Buffer = Buffer.alloc(0);
  return {
    first: GS2_HEADER + bare,
    async final(serverFirst) {
      const [, theirs = '', salt = '', count = ''] =
        /^r=([^,]+),s=([A-Za-z0-9+/=]+),i=(\d{1,9})(?:,.*)?$/.exec(serverFirst) ?? [];
      const iterations = Number(count);
      if (
        !theirs.startsWith(nonce) ||
        theirs.length === nonce.length ||
        iterations < 1 ||
        iterations > MOST_ITERATIONS
      )
        throw new Error('the server’s SCRAM message cannot be used');
      const salted = await derive(
        saslPrepared(password),
        Buffer.from(salt, 'base64'),
        iterations,
        32,
        'sha256',
      );
      const clientKey = hmac(salted, 'Client Key');
      const stored = createHash('sha256').update(clientKey).digest();
      const without = `c=${Buffer.from(GS2_HEADER).toString('base64')},r=${theirs}`;
      const authMessage = `${bare},${serverFirst},${without}`;
      const proof = hmac(stored, authMessage).map((byte, index) => byte ^ (clientKey[index] ?? 0));
      signature = hmac(hmac(salted, 'Server Key'), authMessage);
      return `${without},p=${Buffer.from(proof).toString('base64')}`;
    },
    verify(serverFinal) {
      const given = Buffer.from(/^v=([A-Za-z0-9+/=]+)/.exec(serverFinal)?.[1] ?? '', 'base64');
      return (
        signature.length > 0 &&
        given.length === signature.length &&
        timingSafeEqual(given, signature)
      );
    },
  };
}

/** AuthenticationMD5Password: of the password and user, then with the salt. */
export function md5Password(user: string, password: string, salt: Buffer): string {
  const md5 = (...parts: (string | Buffer)[]) => {
    const hash = createHash('md5');
    for (const part of parts) hash.update(part);
    return hash.digest('hex');
  };
  return `md5${md5(md5(password, user), salt)}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** SASLprep (RFC 4013, section 2) as far as passwords that people have need it. */
function saslPrepared(password: string): string {
  if (/^[\x20-\x7e]*$/.test(password)) return password;
  const mapped = password
    .replace(/[\u00ad\u034f\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/g, '')
    .replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
    .normalize('NFKC');
  // What it prohibits PostgreSQL takes as it is (pg_saslprep).
  return mapped === '' || /[\p{Cc}\p{Co}\p{Cs}\p{Cn}\ufffd]/u.test(mapped) ? password : mapped;
}
