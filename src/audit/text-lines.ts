import { isUtf8 } from 'node:buffer';
import type { SecretSpan } from '../secrets/engine/detector.ts';
import type { ByteSource } from './byte-source.ts';

/** How the bytes of a line are characters. `bytes` where it is not UTF-8: then every byte counts as one. */
export type LineEncoding = 'utf-8' | 'bytes' | 'utf-16le' | 'utf-16be';

/** A place in a text as editors count it: 1-based, in characters (code points). */
export interface Spot {
  line: number;
  column: number;
  /** The line as git counts, by line feed bytes alone; another one in UTF-16 only. */
  gitLine: number;
  /** Bytes at which the line begins. */
  lineStart: number;
  encoding: LineEncoding;
}

const LINE_FEED = 10;
const PIECE = 1024 * 1024;
/** Of a longer line, this much decides whether it is UTF-8. */
const JUDGED = 16 * 1024 * 1024;

/** The lines of a text of any length. Cheap where places are asked for in order. */
export class TextLines {
  readonly #source: ByteSource;
  readonly #wide: 'utf-16le' | 'utf-16be' | null;
  readonly #mark: number;
  #line = 1;
  #gitLine = 1;
  #start = 0;
  /** How far line feeds have been counted. */
  #counted = 0;
  #encoding: LineEncoding | null = null;
  #column = { at: 0, characters: 0 };

  constructor(source: ByteSource, spans: readonly SecretSpan[]) {
    this.#source = source;
    const [first, second, third] = source.read(0, 3);
    this.#wide = wideOf(first, second, spans);
    // Editors do not show a byte order mark (Unicode, section 23.8).
    if (this.#wide) this.#mark = first === 0xff || first === 0xfe ? 2 : 0;
    else this.#mark = first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
    this.#rewind();
  }

  /** The place of byte `offset`. */
  at(offset: number): Spot {
    if (offset < this.#start) this.#rewind();
    this.#countTo(offset);
    const encoding = (this.#encoding ??= this.#encodingAt(this.#start));
    if (this.#column.at > offset) this.#column = { at: this.#start, characters: 0 };
    for (let { at } = this.#column; at < offset; at = this.#column.at) {
      const piece = this.#source.read(at, Math.min(offset, at + PIECE));
      if (piece.length === 0) break;
      this.#column = {
        at: at + piece.length,
        characters: this.#column.characters + countCharacters(piece, encoding),
      };
    }
    return {
      line: this.#line,
      column: this.#column.characters + 1,
      gitLine: this.#gitLine,
      lineStart: this.#start,
      encoding,
    };
  }

  /** Where the line that `offset` stands in ends, its line break left out; at most `most` bytes on. */
  lineEnd(offset: number, most: number): number {
    const last = Math.min(this.#source.size, offset + most);
    for (let at = offset; at < last; at += PIECE) {
      const piece = this.#source.read(at, Math.min(last, at + PIECE));
      for (let i = piece.indexOf(LINE_FEED); i >= 0; i = piece.indexOf(LINE_FEED, i + 1)) {
        const next = this.#behindLineFeed(at + i);
        if (next !== null) return this.#withoutReturn(offset, next - (this.#wide ? 2 : 1));
      }
    }
    return last;
  }

  #rewind(): void {
    this.#line = 1;
    this.#gitLine = 1;
    this.#begin(this.#mark);
    this.#counted = 0;
  }

  #begin(start: number): void {
    this.#start = start;
    this.#encoding = null;
    this.#column = { at: start, characters: 0 };
  }

  #countTo(offset: number): void {
    while (this.#counted < offset) {
      const from = this.#counted;
      const piece = this.#source.read(from, Math.min(offset, from + PIECE));
      if (piece.length === 0) return;
      for (let i = piece.indexOf(LINE_FEED); i >= 0; i = piece.indexOf(LINE_FEED, i + 1)) {
        this.#gitLine += 1;
        const next = this.#behindLineFeed(from + i);
        if (next === null || next > offset) continue;
        this.#line += 1;
        this.#begin(next);
      }
      this.#counted = from + piece.length;
    }
  }

  /** Where the next line begins if the byte 0x0a at `at` is a line feed; null where it is half of another character. */
  #behindLineFeed(at: number): number | null {
    if (this.#wide === null) return at + 1;
    const low = this.#wide === 'utf-16le' ? at : at - 1;
    if (low % 2 !== 0) return null;
    const unit = this.#source.read(low, low + 2);
    const other = this.#wide === 'utf-16le' ? unit[1] : unit[0];
    return other === 0 ? low + 2 : null;
  }

  #withoutReturn(from: number, end: number): number {
    const size = this.#wide ? 2 : 1;
    if (end - size < from) return end;
    const [first, second] = this.#source.read(end - size, end);
    const unit =
      this.#wide === null
        ? first
        : this.#wide === 'utf-16le'
          ? (first ?? 0) + (second ?? 0) * 256
          : (second ?? 0) + (first ?? 0) * 256;
    return unit === 13 ? end - size : end;
  }

  #encodingAt(start: number): LineEncoding {
    if (this.#wide) return this.#wide;
    const end = this.lineEnd(start, JUDGED);
    const line = this.#source.read(start, end);
    if (isUtf8(line)) return 'utf-8';
    // A cut may have halved the last character.
    const cut = end - start === JUDGED ? line.subarray(0, wholeCharacters(line)) : line;
    return isUtf8(cut) ? 'utf-8' : 'bytes';
  }
}

/** Characters (code points) that begin in `bytes`. */
export function countCharacters(bytes: Buffer, encoding: LineEncoding): number {
  if (encoding === 'bytes') return bytes.length;
  let count = 0;
  if (encoding === 'utf-8') {
    for (const byte of bytes) if ((byte & 0xc0) !== 0x80) count += 1;
    return count;
  }
  // The high byte of a unit tells the second half of a pair (Unicode, section 3.9, D91).
  for (let i = encoding === 'utf-16le' ? 1 : 0; i < bytes.length; i += 2)
    if (((bytes[i] ?? 0) & 0xfc) !== 0xdc) count += 1;
  return count;
}

/** Bytes as text; a halved character at either end is left out. */
export function decodeLine(bytes: Buffer, encoding: LineEncoding): string {
  switch (encoding) {
    case 'bytes':
      return bytes.toString('latin1');
    case 'utf-16le':
      return bytes.toString('utf16le');
    case 'utf-16be':
      return Buffer.from(bytes.subarray(0, bytes.length & ~1))
        .swap16()
        .toString('utf16le');
    case 'utf-8': {
      let start = 0;
      while (start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
      return bytes.toString('utf8', start, wholeCharacters(bytes));
    }
  }
}

/** How much of the bytes are whole UTF-8 characters (RFC 3629, section 3). */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function wideOf(
  first: number | undefined,
  second: number | undefined,
  spans: readonly SecretSpan[],
): 'utf-16le' | 'utf-16be' | null {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // Without a mark the scanner has seen it by the content.
  for (const { encoding } of spans)
    if (encoding === 'utf-16le' || encoding === 'utf-16be') return encoding;
  return null;
}
