import { randomBytes } from 'node:crypto';
import { errorResponse, fieldsOf, message, type Problem } from './messages.ts';
import { Malformed } from './read.ts';

/** Bytes of one message that has to be looked at whole; others stream. */
const LONGEST = 4 * 1024 * 1024;
/** Looked at: errors, notices, settings, ready, a request to log in again. */
const LOOKED_AT = new Set(['E', 'N', 'S', 'Z', 'R', 'K'].map((type) => type.charCodeAt(0)));

/**
 * What comes back from the server. Passes it on as it comes, in pieces of any size, and knows where messages begin; what
 * it holds is never more than one message that it has to look at.
 */
export class Answers {
  /** Transaction status of the last ReadyForQuery: `I`, `T` or `E`. */
  status = 'I';
  /** Messages sent that end in a ReadyForQuery which has not come yet. */
  outstanding = 0;
  readonly #secrets: readonly Buffer[];
  #carry: Buffer = Buffer.alloc(0);
  /** Bytes of the present message that only pass. */
  #passing = 0;
  readonly #stand_ins = new Map<string, Problem>();

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets
      .filter((secret) => secret.length > 0)
      .map((secret) => Buffer.from(secret));
  }

  /** Nothing of a message is on its way to the client, so that guard could put in its own. */
  get between(): boolean {
    return this.#passing === 0 && this.#carry.length === 0;
  }

  /**
   * A text that the server will not parse, sent in place of a statement that was refused: so it is the server that ends
   * the transaction and says what status that leaves. Its error is exchanged for `problem`.
   */
  standIn(problem: Problem): string {
    const name = `guard_refused_${randomBytes(8).toString('hex')}`;
    this.#stand_ins.set(name, problem);
    return name;
  }

  /** What may go on to the client. @throws Malformed */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#carry.length > 0 ? Buffer.concat([this.#carry, chunk]) : chunk;
    this.#carry = Buffer.alloc(0);
    const out: Buffer[] = [];
    let from = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.#passing > 0) {
        const step = Math.min(this.#passing, bytes.length - at);
        this.#passing -= step;
        at += step;
        continue;
      }
      const length = bytes.length - at >= 5 ? bytes.readInt32BE(at + 1) : 4;
      if (length < 4) throw new Malformed('the server sent a message without a length');
      const looked = LOOKED_AT.has(bytes[at] ?? 0);
      if (looked && length > LONGEST)
        throw new Malformed('the server sent an error longer than guard reads');
      if (bytes.length - at < 5 || (looked && bytes.length - at < length + 1)) {
        this.#carry = Buffer.from(bytes.subarray(at));
        break;
      }
      if (!looked) {
        this.#passing = length + 1;
        continue;
      }
      const whole = bytes.subarray(at, at + length + 1);
      const instead = this.#look(whole);
      if (instead !== whole) {
        if (at > from) out.push(bytes.subarray(from, at));
        if (instead.length > 0) out.push(instead);
        from = at + whole.length;
      }
      at += whole.length;
    }
    if (at > from) out.push(bytes.subarray(from, at));
    return out;
  }

  #look(whole: Buffer): Buffer {
    const content = whole.subarray(5);
    switch (String.fromCharCode(whole[0] ?? 0)) {
      case 'Z':
        this.status = content.toString('latin1');
        this.outstanding -= 1;
        return whole;
      case 'S': {
        const [name = '', value = ''] = content.toString('utf8').split('\0');
        // Judged texts were read as UTF-8; in other encodings a byte of a letter can be a quote.
        if (name === 'client_encoding' && value !== 'UTF8' && value !== 'SQL_ASCII')
          throw new Malformed('the client’s encoding was changed to one guard does not read');
        return whole;
      }
      case 'E':
        return this.#standInFor(content) ?? this.#scrubbed(whole);
      case 'N':
        return this.#scrubbed(whole);
      // BackendKeyData and Authentication belong to the login, which is over.
      default:
        throw new Malformed('the server asks for a login again');
    }
  }

  #standInFor(content: Buffer): Buffer | null {
    if (this.#stand_ins.size === 0) return null;
    const words = fieldsOf(content).get('M') ?? '';
    for (const [name, problem] of this.#stand_ins)
      if (words.includes(name)) {
        this.#stand_ins.delete(name);
        return errorResponse(problem);
      }
    return null;
  }

  /** An error may quote what it was given. */
  #scrubbed(whole: Buffer): Buffer {
    let content = whole.subarray(5);
    let found = false;
    for (const secret of this.#secrets)
      for (let at = content.indexOf(secret); at >= 0; at = content.indexOf(secret)) {
        content = Buffer.concat([
          content.subarray(0, at),
          Buffer.from('***'),
          content.subarray(at + secret.length),
        ]);
        found = true;
      }
    return found ? message(whole.toString('latin1', 0, 1), content) : whole;
  }
}
