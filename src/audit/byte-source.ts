import { readSync } from 'node:fs';

/** Bytes that are looked at in pieces: a buffer, or a file too large for one. */
export interface ByteSource {
  size: number;
  /** Bytes `start` up to, not including, `end`; fewer where the file has become shorter. */
  read(start: number, end: number): Buffer;
}

export function bufferSource(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end) };
}

export function descriptorSource(fd: number, size: number): ByteSource {
  return {
    size,
    read(start, end) {
      const piece = Buffer.allocUnsafe(Math.max(0, Math.min(end, size) - start));
      let length = 0;
      while (length < piece.length) {
        const count = readSync(fd, piece, length, piece.length - length, start + length);
        if (count === 0) break;
        length += count;
      }
      return piece.subarray(0, length);
    },
  };
}
