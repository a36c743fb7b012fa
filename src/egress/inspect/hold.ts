import type { BodyNeed, CallBody } from '../../operations/types.ts';
import type { BodyReader } from './body-reader.ts';
import type { Budget, Reservation } from './budget.ts';
import type { ClientCall } from './call.ts';
import { contentCodings, createDecoder } from './decode.ts';
import { type Decoder, Undecodable } from './decoder.ts';

/** What was read of a body before its verdict. */
export interface Held {
  body: CallBody;
  /** As it came; the beginning of what is sent on. */
  raw: readonly Buffer[];
  /** Whether `raw` is all of it. */
  complete: boolean;
  /** Gives its memory back; `raw` is empty then. */
  release(): void;
}

/** The client did not send what is needed in time. */
export class TooSlow extends Error {
  constructor() {
    super('the body did not come in time');
  }
}

/** Coded bytes may be this much more than what they decode to: headers, checksums, empty blocks. */
const OVERHEAD = 64 * 1024;
const NOTHING: CallBody = { bytes: Buffer.alloc(0), state: 'none' };

/**
 * Reads as much of a body as its judgement needs, never more than `need.limit` decoded bytes and never more than the
 * budget has left for it. @throws TooSlow, BodyCut, AbortError
 */
export async function holdBody(
  call: ClientCall,
  reader: BodyReader | null,
  need: BodyNeed,
  budget: Budget,
  milliseconds: number,
): Promise<Held> {
  if (!reader || need.kind === 'none') return nothing(NOTHING, !reader);
  const codings = contentCodings(call.head.headers);
  if (!codings) return nothing({ ...NOTHING, state: 'undecodable' }, false);
  // Decoded and coded bytes are in memory at once.
  const copies = codings.length ? 2 : 1;
  const limit = Math.min(need.limit, Math.floor(budget.size / 4));
  const expected = codings.length ? limit : Math.min(limit, call.length ?? limit);
  if (need.kind === 'whole' && !codings.length && (call.length ?? 0) > limit) {
    return nothing({ ...NOTHING, state: 'too-large' }, false);
  }
  const reservation = await budget.reserve(copies * (expected + OVERHEAD), call.gone);
  const holding = new Holding(need, limit, codings, reservation);
  let timer: NodeJS.Timeout | undefined;
  try {
    call.wantBody();
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TooSlow()), milliseconds);
    });
    await Promise.race([holding.read(reader), late]);
    return holding.held();
  } catch (error) {
    holding.release();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function nothing(body: CallBody, complete: boolean): Held {
  return { body, raw: [], complete, release: () => undefined };
}

class Holding {
  readonly #need: Exclude<BodyNeed, { kind: 'none' }>;
  readonly #limit: number;
  readonly #reservation: Reservation;
  readonly #decoder: Decoder | null;
  readonly #decoded: Grown;
  readonly #raw = new Grown();
  #state: CallBody['state'] | null = null;
  #complete = false;

  constructor(
    need: Exclude<BodyNeed, { kind: 'none' }>,
    limit: number,
    codings: readonly string[],
    reservation: Reservation,
  ) {
    this.#need = need;
    this.#limit = limit;
    this.#reservation = reservation;
    this.#decoded = new Grown();
    this.#decoder = codings.length
      ? createDecoder(codings, (chunk) => {
          this.#take(chunk);
          if (this.#state === 'too-large') throw new Full();
          return Promise.resolve();
        })
      : null;
  }

  async read(reader: BodyReader): Promise<void> {
    while (!this.#state) {
      const chunk = await reader.next();
      try {
        if (!chunk) {
          this.#complete = true;
          await this.#decoder?.end();
          this.#state ??= 'whole';
        } else {
          await this.#add(chunk);
        }
      } catch (error) {
        if (error instanceof Undecodable) this.#state = 'undecodable';
        else if (!(error instanceof Full)) throw error;
      }
    }
  }

  held(): Held {
    const decoded = this.#decoded.bytes;
    // Without a coding the two are the same bytes, kept once.
    const raw = this.#decoder ? this.#raw.bytes : decoded;
    this.#decoder?.close();
    const size = decoded.length + this.#raw.length;
    this.#reservation.shrink(Math.max(size, 1));
    const held: Held = {
      body: { bytes: decoded, state: this.#state ?? 'whole' },
      raw: raw.length ? [raw] : [],
      complete: this.#complete,
      release: () => {
        held.raw = [];
        this.#reservation.shrink(0);
      },
    };
    return held;
  }

  release(): void {
    this.#decoder?.close();
    this.#reservation.shrink(0);
  }

  async #add(chunk: Buffer): Promise<void> {
    if (this.#decoder) {
      this.#raw.add(chunk);
      await this.#decoder.push(chunk);
      if (this.#raw.length > this.#limit + OVERHEAD) this.#state ??= 'too-large';
    } else {
      this.#take(chunk);
    }
    if (this.#state || this.#need.kind !== 'until') return;
    if (this.#need.enough(this.#decoded.bytes)) this.#state = 'beginning';
  }

  #take(chunk: Buffer): void {
    this.#decoded.add(chunk);
    if (this.#decoded.length > this.#limit) this.#state = 'too-large';
  }
}

class Full extends Error {}

/** Bytes that grow at the end, doubling what they stand in: a byte at a time must not cost a copy of all each time. */
class Grown {
  #store: Buffer = Buffer.alloc(0);
  length = 0;

  get bytes(): Buffer {
    return this.#store.subarray(0, this.length);
  }

  add(chunk: Buffer): void {
    if (this.length === 0) {
      this.#store = chunk;
      this.length = chunk.length;
      return;
    }
    if (this.length + chunk.length > this.#store.length) {
      const store = Buffer.allocUnsafe(Math.max(2 * this.length, this.length + chunk.length, 4096));
      this.bytes.copy(store);
      this.#store = store;
    }
    chunk.copy(this.#store, this.length);
    this.length += chunk.length;
  }
}
