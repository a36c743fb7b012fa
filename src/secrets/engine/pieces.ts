import type { Source } from './source.ts';

/** How much is looked through at a time. Bytes. */
export const PIECE = 4 * 1024 * 1024;

/** A part of a source. Positions are within `bytes`. */
export interface Piece {
  bytes: Buffer;
  /** Where in the source `bytes` begins, and whether it ends where that does. */
  base: number;
  last: boolean;
  /** What begins from `core` to `coreEnd` is this piece's to find; what is outside is context. */
  core: number;
  coreEnd: number;
}

/** One after the other, each with so much context; valid until the next is asked for. */
export function* piecesOf(
  source: Source,
  { before, after, size = PIECE }: { before: number; after: number; size?: number },
): Generator<Piece, void, void> {
  for (let start = 0; start < source.length; start += size) {
    const base = Math.max(0, start - before);
    const bytes = source.read(base, start + size + after);
    const end = base + bytes.length;
    yield {
      bytes,
      base,
      // Shorter than asked for: the source has lost its end meanwhile.
      last: end >= source.length || end < start + size + after,
      core: start - base,
      coreEnd: Math.min(bytes.length, start + size - base),
    };
    if (end <= start) return;
  }
}
