import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import type { HeaderList } from '../../operations/types.ts';
import { createZstdStage } from './decode-zstd.ts';
import { type Decoder, type Deliver, Undecodable } from './decoder.ts';

/** Nobody sends more than one; each further one only multiplies what a small body can unfold to. */
const CODINGS_LIMIT = 3;
const SUPPORTED = new Set(['gzip', 'deflate', 'br', 'zstd']);
const CHUNK = 16 * 1024;

/** The codings in the order they were applied (RFC 9110, section 8.4); null when guard cannot undo one of them. */
export function contentCodings(headers: HeaderList): string[] | null {
  const codings = headers
    .filter(([name]) => name === 'content-encoding')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((coding) => coding.trim().replace(/^x-gzip$/, 'gzip'))
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > CODINGS_LIMIT || codings.some((coding) => !SUPPORTED.has(coding)))
    return null;
  return codings;
}

export function createDecoder(codings: readonly string[], deliver: Deliver): Decoder {
  const stages: Decoder[] = [];
  let next = deliver;
  // The first coding was applied first, so its stage is the last to see the bytes.
  for (const coding of codings) {
    const stage = createStage(coding, next);
    stages.unshift(stage);
    next = (chunk) => stage.push(chunk);
  }
  return {
    push: next,
    async end() {
      for (const stage of stages) await stage.end();
    },
    close() {
      for (const stage of stages) stage.close();
    },
    undecoded: () => stages[0]?.undecoded() ?? 0,
  };
}

function createStage(coding: string, deliver: Deliver): Decoder {
  if (coding === 'zstd') return createZstdStage(deliver);
  if (coding === 'gzip') return new ZlibStage(() => createGunzip({ chunkSize: CHUNK }), deliver);
  if (coding === 'br') {
    return new ZlibStage(() => createBrotliDecompress({ chunkSize: CHUNK }), deliver);
  }
  return new ZlibStage((first) => {
    // RFC 9110, section 8.4.1.2 means the zlib format (RFC 1950, section 2.2); some send bare DEFLATE data.
    const [method = 0, flags = 0] = first;
    const zlib = (method & 15) === 8 && (method * 256 + flags) % 31 === 0;
    return zlib ? createInflate({ chunkSize: CHUNK }) : createInflateRaw({ chunkSize: CHUNK });
  }, deliver);
}

type Stream = Transform & { readonly bytesWritten: number };
type CreateStream = (first: Buffer) => Stream;

/** One stream of node:zlib, pulled so that at no time more than its own buffers is decoded ahead of delivery. */
class ZlibStage implements Decoder {
  readonly #create: CreateStream;
  readonly #deliver: Deliver;
  #stream: Stream | null = null;
  /** What a stream of another format is told by. */
  #beginning: Buffer = Buffer.alloc(0);
  #taken = 0;
  #error: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(create: CreateStream, deliver: Deliver) {
    this.#create = create;
    this.#deliver = deliver;
  }

  async push(chunk: Buffer): Promise<void> {
    let bytes = chunk;
    if (!this.#stream) {
      bytes = this.#beginning.length ? Buffer.concat([this.#beginning, chunk]) : chunk;
      if (bytes.length < 2) {
        this.#beginning = bytes;
        return;
      }
    }
    await this.#write(bytes);
  }

  async end(): Promise<void> {
    if (!this.#stream && this.#beginning.length) await this.#write(this.#beginning);
    const stream = this.#stream;
    // No bytes at all: an empty body, whatever it is said to be coded with.
    if (!stream) return;
    let ended = stream.readableEnded;
    stream.once('end', () => {
      ended = true;
      this.#wakeUp();
    });
    stream.end();
    await this.#drain(() => ended);
    if (stream.bytesWritten !== this.#taken) throw new Undecodable();
  }

  /** What can be decoded is, at once; only the first byte may wait for the second. */
  undecoded(): number {
    return this.#stream ? 0 : this.#beginning.length;
  }

  close(): void {
    this.#error ??= new Undecodable('the body was given up');
    this.#stream?.destroy();
    this.#wakeUp();
  }

  async #write(bytes: Buffer): Promise<void> {
    const stream = (this.#stream ??= this.#open(bytes));
    // A stream that came to its end takes no more: what follows would go unseen.
    if (stream.readableEnded || stream.writableEnded) throw new Undecodable();
    this.#taken += bytes.length;
    let consumed = false;
    stream.write(bytes, () => {
      consumed = true;
      this.#wakeUp();
    });
    await this.#drain(() => consumed);
    if (stream.bytesWritten !== this.#taken) throw new Undecodable();
  }

  async #drain(done: () => boolean): Promise<void> {
    for (;;) {
      if (this.#error) throw this.#error;
      const decoded = this.#stream?.read() as Buffer | null;
      if (decoded?.length) await this.#deliver(decoded);
      else if (done()) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #open(first: Buffer): Stream {
    const stream = this.#create(first);
    stream.on('readable', () => this.#wakeUp());
    stream.on('error', () => {
      this.#error ??= new Undecodable();
      this.#wakeUp();
    });
    return stream;
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
