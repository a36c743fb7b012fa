import { isPrintable } from './content.ts';
import type { Piece } from './pieces.ts';

/** A part of a text that is another text, in hex or base64. */
export interface EncodedRun {
  start: number;
  end: number;
  encoding: 'base64' | 'hex';
  decoded: Buffer;
}

/** Characters without padding: 22 of base64 are 16 bytes, as 32 of hex are. Shorter ones hold no token and no named password. */
const SHORTEST = 22;
const SHORTEST_HEX = 32;
/** Longer runs are decoded in parts that share as much as a secret may be long. Multiples of four. */
const LONGEST = 64 * 1024;
const SHARED = 8 * 1024;
/** How far behind its start a run has to be seen: itself, and the line that is one too many. */
export const CONTEXT = 2 * LONGEST + 16;
/** Bytes at the start of which all but one have to be text, for the rest to be decoded; then how much of the whole. */
const SAMPLE = 16;
const TEXT = 0.9;
/** Encoders break lines at 64 characters (RFC 7468) or 76 (RFC 2045), all but the last of one length. */
const SHORTEST_LINE = 60;

/** RFC 4648, sections 4, 5 and 8: what a character of base64, of either alphabet, and of hex stands for. */
const NOTHING = 64;
const BASE64 = valuesOf(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
);
const HEX = valuesOf('0123456789abcdef', '0123456789ABCDEF');

function valuesOf(...alphabets: string[]): Uint8Array {
  const values = new Uint8Array(256).fill(NOTHING);
  for (const alphabet of alphabets)
    for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}

/** Finds them in the pieces of one source, which it has to be given in order. */
export class EncodedRuns {
  /** Where in the source to go on, and whether that is inside a run that is none. */
  #next = 0;
  #inside = false;

  /** Positions are the source's. */
  *find({ bytes, base, coreEnd, last }: Piece): Generator<EncodedRun, void, void> {
    let at = this.#next - base;
    if (this.#inside) at = endOfRun(bytes, at, bytes.length);
    for (;;) {
      const start = nextRun(bytes, at, coreEnd);
      if (start >= coreEnd) break;
      const run = runAt(bytes, start);
      at = run.next;
      const { end, encoding, decoded } = run;
      if (decoded) yield { start: base + start, end: base + end, encoding, decoded };
    }
    this.#next = base + Math.max(at, coreEnd);
    this.#inside = !last && at >= bytes.length;
  }
}

/** Where a run of {@link SHORTEST} characters begins, at `from` or behind it; `end` or more if none does before. */
function nextRun(bytes: Uint8Array, from: number, end: number): number {
  // Of a run that long one character stands in each stride, so the others need no look.
  for (let at = from + SHORTEST - 1; from < end && at < bytes.length;) {
    if (BASE64[bytes[at] as number] === NOTHING) {
      from = at + 1;
      at += SHORTEST;
      continue;
    }
    let start = at;
    while (start > from && BASE64[bytes[start - 1] as number] !== NOTHING) start--;
    if (start === from) return start;
    from = start;
    const wanted = start + SHORTEST - 1;
    at = endOfRun(bytes, at, Math.min(bytes.length, wanted + 1));
    if (at > wanted) return start < end ? start : end;
    if (at < bytes.length) from = at + 1;
    at = from + SHORTEST - 1;
  }
  return end;
}

function endOfRun(bytes: Uint8Array, from: number, end: number): number {
  while (from < end && BASE64[bytes[from] as number] !== NOTHING) from++;
  return from;
}

interface Part {
  end: number;
  /** Where to go on: behind it, or before its end where the run is longer. */
  next: number;
  encoding: 'base64' | 'hex';
  /** Null where it is no text. */
  decoded: Buffer | null;
}

function runAt(bytes: Buffer, start: number): Part {
  const end = endOfRun(bytes, start, Math.min(bytes.length, start + LONGEST));
  return hexAt(bytes, start, end) ?? base64At(bytes, start, end) ?? nothing(bytes, end);
}

const nothing = (bytes: Buffer, end: number): Part => {
  const behind = endOfRun(bytes, end, bytes.length);
  return { end: behind, next: behind, encoding: 'base64', decoded: null };
};

function hexAt(bytes: Buffer, run: number, end: number): Part | null {
  // A `0x` in front of it is as even as the digits are.
  const start = bytes[run] === 0x30 && ((bytes[run + 1] as number) | 0x20) === 0x78 ? run + 2 : run;
  if (end - start < SHORTEST_HEX) return null;
  const byteAt = (index: number): number =>
    ((HEX[bytes[start + 2 * index] as number] as number) << 4) |
    (HEX[bytes[start + 2 * index + 1] as number] as number);
  if (!looksLikeText(byteAt, SAMPLE)) return null;
  for (let at = start; at < end; at++) if (HEX[bytes[at] as number] === NOTHING) return null;
  const decoded = Buffer.from(bytes.toString('latin1', start, end), 'hex');
  return { end, next: nextPart(run, end), encoding: 'hex', decoded: textOnly(decoded) };
}

function base64At(bytes: Buffer, start: number, end: number): Part | null {
  const byteAt = (index: number): number => {
    const at = start + Math.floor(index / 3) * 4 + (index % 3);
    const bits =
      ((BASE64[bytes[at] as number] as number) << 6) | (BASE64[bytes[at + 1] as number] as number);
    return (bits >> (4 - 2 * (index % 3))) & 0xff;
  };
  if (!looksLikeText(byteAt, Math.min(SAMPLE, Math.floor(((end - start) * 3) / 4)))) return null;
  const lines = linesOf(bytes, start, end);
  const decoded = Buffer.from(bytes.toString('latin1', start, lines.end), 'base64');
  return { ...lines, encoding: 'base64', decoded: textOnly(decoded) };
}

/** All but one byte of the first. */
function looksLikeText(byteAt: (index: number) => number, count: number): boolean {
  let other = 0;
  for (let i = 0, last = 0; i < count; i++) {
    const byte = byteAt(i);
    if (!isText(byte, last, i + 1 < count ? byteAt(i + 1) : 0) && ++other > 1) return false;
    last = byte;
  }
  return true;
}

function textOnly(decoded: Buffer): Buffer | null {
  let text = 0;
  for (let i = 0, last = 0; i < decoded.length; i++) {
    const byte = decoded[i] as number;
    if (isText(byte, last, decoded[i + 1] ?? 0)) text++;
    last = byte;
  }
  return text >= decoded.length * TEXT ? decoded : null;
}

/** Between these two: ASCII, also as UTF-16 (`powershell -EncodedCommand`), and UTF-8 (RFC 3629, section 4), roughly. */
function isText(byte: number, last: number, next: number): boolean {
  if (byte < 0x80) return isPrintable(byte) || (byte === 0 && isPrintable(last));
  return byte < 0xc0 ? last >= 0x80 : byte < 0xf5 && (next & 0xc0) === 0x80;
}

/** Where a run ends with its padding, and with the lines that follow if it is the first of several. */
function linesOf(bytes: Buffer, start: number, firstEnd: number): { end: number; next: number } {
  const length = firstEnd - start;
  let end = padded(bytes, start, firstEnd);
  if (length >= LONGEST) return { end, next: nextPart(start, firstEnd) };
  if (length < SHORTEST_LINE || length % 4 !== 0 || end > firstEnd) return { end, next: end };
  let shared = end;
  for (;;) {
    const line = lineAfter(bytes, end);
    const runEnd = endOfRun(bytes, line, Math.min(bytes.length, line + length + 1));
    const lineEnd = padded(bytes, line, runEnd);
    if (line === end || runEnd === line || lineEnd - line > length || (lineEnd - line) % 4 !== 0)
      return { end, next: end };
    if (lineEnd - start > LONGEST) return { end, next: shared };
    if (lineEnd - start < LONGEST - SHARED) shared = lineEnd;
    end = lineEnd;
    if (lineEnd - line < length || lineEnd > runEnd) return { end, next: end };
  }
}

/** Where the next line's content begins; `at` itself where no line ends there. */
function lineAfter(bytes: Buffer, at: number): number {
  let line = at;
  if (bytes[line] === 0x0d) line++;
  if (bytes[line] !== 0x0a) return at;
  line++;
  while (bytes[line] === 0x20 || bytes[line] === 0x09) line++;
  return line;
}

/** Behind the `=` that fill up the last four characters. */
function padded(bytes: Buffer, start: number, end: number): number {
  const most = start + Math.ceil((end - start) / 4) * 4;
  if (most - end > 2) return end;
  while (end < most && bytes[end] === 0x3d) end++;
  return end;
}

const nextPart = (start: number, end: number): number =>
  end - start >= LONGEST ? end - SHARED : end;
