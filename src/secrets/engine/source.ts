import { readSync } from 'node:fs';

/** What is looked through, a piece at a time. */
export interface Source {
  length: number;
  /** Bytes `start` up to, not including, `end`, or up to where the source turns out to end. Valid until the next call. */
  read(start: number, end: number): Buffer;
}

export function bufferSource(bytes: Buffer): Source {
  return { length: bytes.length, read: (start, end) => bytes.subarray(start, end) };
}

/** Read at once at least, so that most files are read once. Bytes. */
const READ_AHEAD = 256 * 1024;

/** Files one after the other, through one buffer. */
export class DescriptorReader {
  #buffer: Buffer = Buffer.alloc(0);

  source(fd: number, length: number): Source {
    let from = 0;
    let held: Buffer = this.#buffer.subarray(0, 0);
    return {
      length,
      read: (start, end) => {
        const wanted = Math.max(start, Math.min(end, length));
        if (start < from || wanted > from + held.length) {
          held = this.#fill(fd, start, Math.min(length, Math.max(wanted, start + READ_AHEAD)));
          from = start;
        }
        return held.subarray(start - from, wanted - from);
      },
    };
  }

  #fill(fd: number, start: number, end: number): Buffer {
    if (this.#buffer.length < end - start) this.#buffer = Buffer.allocUnsafeSlow(end - start);
    let read = 0;
    while (start + read < end) {
      const more = readSync(fd, this.#buffer, read, end - start - read, start + read);
      if (more === 0) break;
      read += more;
    }
    return this.#buffer.subarray(0, read);
  }
}

/** The part behind a mark at the start that is no content. */
export function behind(source: Source, skipped: number): Source {
  if (skipped === 0) return source;
  return {
    length: source.length - skipped,
    read: (start, end) => source.read(start + skipped, end + skipped),
  };
}

/** What a character of UTF-16 beyond the first 256 counts as: no byte of a word, a separator or a token's alphabet. */
const OTHER = 0x80;

/** UTF-16 as one byte a character, which is all that words and tokens need; positions are half those of the file. */
export function utf16Source(source: Source, kind: 'utf-16le' | 'utf-16be'): Source {
  const low = kind === 'utf-16le' ? 0 : 1;
  return {
    length: Math.floor(source.length / 2),
    read(start, end) {
      const units = source.read(start * 2, end * 2);
      const out = Buffer.allocUnsafe(units.length >> 1);
      for (let i = 0; i < out.length; i++)
        out[i] = units[2 * i + 1 - low] === 0 ? (units[2 * i + low] as number) : OTHER;
      return out;
    },
  };
}
