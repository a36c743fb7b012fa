import { normaliseName } from './names.ts';

export type ClientHello =
  | { kind: 'more' }
  /** `sni` is null when the extension is absent. */
  | { kind: 'tls'; sni: string | null }
  | { kind: 'malformed'; reason: string };

/** RFC 8446, section 5.1; TLS 1.2 allows the same for plaintext. */
const RECORD_LIMIT = 1 << 14;
/** Post-quantum key shares make hellos of 2 KiB; OpenSSL takes 128 KiB, nobody sends a quarter of it. */
const HELLO_LIMIT = 1 << 15;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;

/**
 * The server name in the first bytes of a TLS connection, SSL 3.0 to TLS 1.3. Reads strictly
 * from the left: an answer other than `more` stays the same whatever bytes follow, however they were split.
 */
export function readClientHello(bytes: Buffer): ClientHello {
  const gathered = gatherHandshake(bytes);
  return 'kind' in gathered ? gathered : readHello(gathered);
}

/** Joins record payloads until they hold one whole handshake message, and returns its body. */
function gatherHandshake(bytes: Buffer): Buffer | ClientHello {
  const payloads: Buffer[] = [];
  let gathered = 0;
  let wanted = 4;
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== HANDSHAKE) return malformed('a record that is not a handshake');
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) return malformed('an unknown TLS version');
    if (at + 5 > bytes.length) break;
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > RECORD_LIMIT) return malformed('an impossible record length');
    const payload = bytes.subarray(at + 5, at + 5 + length);
    payloads.push(payload);
    gathered += payload.length;
    if (wanted === 4 && gathered >= 1) {
      const head = Buffer.concat(payloads);
      if (head[0] !== CLIENT_HELLO)
        return malformed('a handshake that does not start with a hello');
      if (gathered >= 4) wanted = 4 + head.readUIntBE(1, 3);
      if (wanted > HELLO_LIMIT) return malformed('a hello that is too long');
    }
    if (wanted > 4 && gathered >= wanted) {
      // The declared length, not what has arrived: the answer must not depend on how bytes were split.
      const declared = gathered - payload.length + length;
      if (declared > wanted) return malformed('bytes after the hello in its record');
      return Buffer.concat(payloads, wanted).subarray(4);
    }
    if (wanted === 4 && gathered >= 4) return malformed('an empty hello');
    at += 5 + length;
  }
  return { kind: 'more' };
}

/** RFC 8446, section 4.1.2. */
function readHello(hello: Buffer): ClientHello {
  const reader = new Reader(hello);
  reader.skip(2 + 32);
  reader.vector(1);
  reader.vector(2);
  reader.vector(1);
  if (reader.failed) return malformed('a truncated hello');
  if (reader.done) return { kind: 'tls', sni: null };
  const extensions = new Reader(reader.vector(2));
  if (reader.failed || !reader.done) return malformed('a hello with a wrong extension length');
  let sni: string | null = null;
  const seen = new Set<number>();
  while (!extensions.done && !extensions.failed) {
    const type = extensions.number(2);
    const body = extensions.vector(2);
    if (extensions.failed) break;
    if (seen.has(type)) return malformed('an extension that appears twice');
    seen.add(type);
    if (type !== SERVER_NAME) continue;
    sni = readServerName(body);
    if (sni === null) return malformed('a server name that is not a host name');
  }
  return extensions.failed ? malformed('a truncated extension') : { kind: 'tls', sni };
}

/** RFC 6066, section 3: a list that may hold one entry of each type, and the only type is host_name (0). */
function readServerName(body: Buffer): string | null {
  const outer = new Reader(body);
  const list = new Reader(outer.vector(2));
  const type = list.number(1);
  const name = list.vector(2);
  if (outer.failed || !outer.done || list.failed || !list.done || type !== 0) return null;
  return normaliseName(name.toString('latin1'));
}

function malformed(reason: string): ClientHello {
  return { kind: 'malformed', reason };
}

/** Bounds-checked reading; once out of bounds it stays failed and yields zeros and empty buffers. */
class Reader {
  failed = false;
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  skip(size: number): void {
    this.#take(size);
  }

  number(size: number): number {
    const taken = this.#take(size);
    return taken.length ? taken.readUIntBE(0, size) : 0;
  }

  /** A length of `size` bytes and as many bytes as it says. */
  vector(size: number): Buffer {
    return this.#take(this.number(size));
  }

  #take(size: number): Buffer {
    if (this.failed || this.#at + size > this.#bytes.length) {
      this.failed = true;
      return Buffer.alloc(0);
    }
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
}
