import type { Piece } from './pieces.ts';

/**
 * Escaped ASCII that matters to whoever looks for a secret: separators in percent-encoding (RFC 3986, section 2.1), and
 * anything in the escapes of JSON and JavaScript. Words of the automaton; what follows them is checked when decoding.
 */
export const ESCAPES: readonly string[] = [
  ...['%20', '%22', '%26', '%27', '%2b', '%2f', '%3a', '%3d', '%40', '%5f', '%7b'],
  ...['2', '3', '4', '5', '6', '7'].flatMap((digit) => [`\\u00${digit}`, `\\x${digit}`]),
];

/** How far an escaped text is followed from its first escape on, either way. Bytes. */
export const ESCAPED_BEFORE = 512;
export const ESCAPED_AFTER = 4096;

/** A stretch of text that has escapes in it. Positions are the source's. */
export interface EscapedText {
  decoded: Buffer;
  /** Where each decoded byte begins, and where the last ends. */
  at: Uint32Array;
  base: number;
  end: number;
  encoding: 'percent' | 'unicode-escape';
}

const PERCENT = 0x25;
const BACKSLASH = 0x5c;
/** Stands for a character that is not ASCII. */
const OTHER = 0x80;

/** The text around the escape at `escape`. */
export function escapedText({ bytes, base }: Piece, escape: number): EscapedText {
  const percent = bytes[escape] === PERCENT;
  const ends = percent ? isBesidePercent : isBesideBackslash;
  let start = escape;
  while (start > 0 && escape - start < ESCAPED_BEFORE && !ends(bytes[start - 1] as number)) start--;
  const limit = Math.min(bytes.length, escape + ESCAPED_AFTER);
  let stop = escape;
  while (stop < limit && !ends(bytes[stop] as number)) stop++;
  const decoded = Buffer.allocUnsafe(stop - start);
  const at = new Uint32Array(stop - start + 1);
  let length = 0;
  let end = start;
  while (end < stop) {
    at[length] = end;
    const size = escapeSize(bytes, end);
    decoded[length++] = size === 1 ? (bytes[end] as number) : valueAt(bytes, end, size);
    end += size;
  }
  at[length] = end;
  return {
    decoded: decoded.subarray(0, length),
    at,
    base,
    end: base + end,
    encoding: percent ? 'percent' : 'unicode-escape',
  };
}

/** `%XX`, `\xXX`, `\uXXXX`; 1 where none begins. */
function escapeSize(bytes: Buffer, at: number): number {
  const first = bytes[at];
  const second = bytes[at + 1];
  const [skipped, digits] =
    first === PERCENT
      ? [1, 2]
      : first === BACKSLASH && second === 0x78
        ? [2, 2]
        : first === BACKSLASH && second === 0x75
          ? [2, 4]
          : [0, 0];
  if (digits === 0) return 1;
  for (let i = 0; i < digits; i++) if (!isHexDigit(bytes[at + skipped + i] as number)) return 1;
  return skipped + digits;
}

function valueAt(bytes: Buffer, at: number, size: number): number {
  const digits = bytes.toString('latin1', at + (size === 3 ? 1 : 2), at + size);
  const value = parseInt(digits, 16);
  return value < OTHER ? value : OTHER;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

/** Blanks, quotes, `<` and `>`. */
const isBesidePercent = (byte: number): boolean => byte === 0x20 || isBesideBackslash(byte);
function isBesideBackslash(byte: number): boolean {
  return (
    byte < 0x20 || byte === 0x22 || byte === 0x27 || byte === 0x60 || byte === 0x3c || byte === 0x3e
  );
}
