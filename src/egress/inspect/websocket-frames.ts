import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import type { HeaderList } from '../../operations/types.ts';
import { valuesOf } from './headers.ts';
import type { ResponseFilter } from './types.ts';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** RFC 6455, section 5.2. */
const [FIN, RESERVED, CONTROL, MASKED] = [0x80, 0x70, 0x08, 0x80];
/** RFC 6455, section 5.5. */
const CONTROL_LIMIT = 125;
/** Frames that wait for what a filter keeps back of the message before them; a host that sends more is up to something. */
const WAITING_LIMIT = 1000;

/** Did the host agree to the handshake it was sent? A mere status of 101 can be had from hosts that go on reading requests. */
export function agrees(request: HeaderList, answer: HeaderList): boolean {
  const [key = '', ...more] = valuesOf(request, 'sec-websocket-key');
  const accept = valuesOf(answer, 'sec-websocket-accept');
  const expected = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  return key !== '' && more.length === 0 && accept.length === 1 && accept[0] === expected;
}

/**
 * What a host sends over a WebSocket (RFC 6455, section 5), each message filtered and complete as soon as it came: a filter keeps
 * back bytes until it has seen the next, and a client would wait for them. Frames keep their lengths.
 */
export class FilteredFrames extends Transform {
  readonly #filter: ResponseFilter;
  /** Of a frame's head, as far as it came. */
  #head = Buffer.alloc(0);
  /** Of a frame that tells something about the connection; its content is short. */
  #control: Buffer[] | null = null;
  #left = 0;
  #fin = false;
  /** Bytes of messages that came, and that went on. */
  #came = 0;
  #gone = 0;
  /** What stands between them, and behind how many. */
  #waiting: { at: number; bytes: Buffer }[] = [];

  constructor(filter: ResponseFilter) {
    super();
    this.#filter = filter;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    try {
      let rest = chunk;
      while (rest.length) rest = this.#left > 0 ? this.#payload(rest) : this.#frame(rest);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    this.#release(this.#filter.body.end());
    done();
  }

  #frame(chunk: Buffer): Buffer {
    const before = this.#head.length;
    this.#head = Buffer.concat([this.#head, chunk.subarray(0, 10 - before)]);
    const [first = 0, second = 0] = this.#head;
    const short = second & 0x7f;
    const length = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
    if (this.#head.length < 2 || this.#head.length < length) return Buffer.alloc(0);
    const head = this.#head.subarray(0, length);
    this.#head = Buffer.alloc(0);
    const size =
      short === 126
        ? head.readUInt16BE(2)
        : short === 127
          ? Number(head.readBigUInt64BE(2))
          : short;
    const control = (first & CONTROL) !== 0;
    if (first & RESERVED || second & MASKED || !Number.isSafeInteger(size))
      throw new Error('a frame that cannot be read');
    if (control && size > CONTROL_LIMIT) throw new Error('a control frame that is too long');
    this.#fin = !control && (first & FIN) !== 0;
    this.#control = control ? [] : null;
    this.#left = size;
    this.#wait(head);
    if (size === 0) this.#ended();
    return chunk.subarray(length - before);
  }

  #payload(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, this.#left);
    this.#left -= part.length;
    if (this.#control) this.#control.push(part);
    else {
      this.#came += part.length;
      this.#release(this.#filter.body.push(part));
    }
    if (this.#left === 0) this.#ended();
    return chunk.subarray(part.length);
  }

  #ended(): void {
    if (this.#control) {
      const text = Buffer.concat(this.#control).toString('latin1');
      this.#wait(Buffer.from(this.#filter.header(text), 'latin1'));
    } else if (this.#fin) this.#release(this.#filter.body.end());
    this.#control = null;
  }

  #wait(bytes: Buffer): void {
    if (this.#waiting.length >= WAITING_LIMIT) throw new Error('too many frames at once');
    this.#waiting.push({ at: this.#came, bytes });
    this.#release(Buffer.alloc(0));
  }

  /** Puts what stands between the bytes of messages back into its places. */
  #release(bytes: Buffer): void {
    let rest = bytes;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const ahead = next.at - this.#gone;
      if (ahead > rest.length) break;
      if (ahead > 0) this.push(rest.subarray(0, ahead));
      this.#gone += ahead;
      rest = rest.subarray(ahead);
      this.push(next.bytes);
      this.#waiting.shift();
    }
    if (rest.length) this.push(rest);
    this.#gone += rest.length;
  }
}
