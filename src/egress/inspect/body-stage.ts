import { createDecoder } from './decode.ts';
import { type Decoder, type Deliver, Undecodable } from './decoder.ts';
import type { StreamFilter } from './types.ts';

/** What a body passes on its way; each call ends when what may go on has been delivered. */
export interface BodyStage {
  push(chunk: Buffer): Promise<void>;
  end(): Promise<void>;
  /** Frees what a decoder holds; needed whether it came to its end or not. */
  close(): void;
}

export function plainStage(deliver: Deliver): BodyStage {
  return { push: deliver, end: () => Promise.resolve(), close: () => undefined };
}

export function filteredStage(filter: StreamFilter, deliver: Deliver): BodyStage {
  return {
    push: (chunk) => deliver(filter.push(chunk)),
    end: () => deliver(filter.end()),
    close: () => undefined,
  };
}

/** Undoes codings, filters, and delivers what the filter lets through. */
export function decodedStage(
  codings: readonly string[],
  filter: StreamFilter,
  deliver: Deliver,
): BodyStage {
  const decoder = createDecoder(codings, (decoded) => deliver(filter.push(decoded)));
  return {
    push: (chunk) => decoder.push(chunk),
    async end() {
      await decoder.end();
      await deliver(filter.end());
    },
    close: () => decoder.close(),
  };
}

/**
 * Delivers a body as it is, each chunk only when the filter has let through all that the chunk decodes to: a filter that
 * keeps back what could be the beginning of something keeps back the chunk as well.
 */
export function watchedStage(
  codings: readonly string[],
  filter: StreamFilter,
  deliver: Deliver,
): BodyStage {
  // Beneath another coding nobody can say which bytes an incomplete block came from.
  if (codings.slice(0, -1).includes('zstd')) throw new Undecodable();
  const waiting: { chunk: Buffer; at: number; end: number | null }[] = [];
  let taken = 0;
  let decoded = 0;
  let passed = 0;
  const decoder: Decoder = createDecoder(codings, (bytes) => {
    decoded += bytes.length;
    passed += filter.push(bytes).length;
    return Promise.resolve();
  });
  const release = async (all: boolean) => {
    for (
      let next = waiting[0];
      next && (all || (next.end !== null && next.end <= passed));
      next = waiting[0]
    ) {
      waiting.shift();
      await deliver(next.chunk);
    }
  };
  return {
    async push(chunk) {
      await decoder.push(chunk);
      taken += chunk.length;
      waiting.push({ chunk, at: taken, end: null });
      const looked = taken - decoder.undecoded();
      for (const each of waiting) if (each.at <= looked) each.end ??= decoded;
      await release(false);
    },
    async end() {
      await decoder.end();
      filter.end();
      await release(true);
    },
    close: () => decoder.close(),
  };
}
