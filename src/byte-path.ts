/**
 * Linux paths are bytes. Inside guard a path is a string in which a byte that is not UTF-8 stands as a lone surrogate
 * U+DC80–U+DCFF (Python's PEP 383 "surrogateescape"), so that every path survives JSON and comparison unchanged.
 */
const LONE = /[\udc80-\udcff]/;

/** Bytes as the kernel gave them → path string. */
export function decodePath(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  let out = '';
  for (let at = 0; at < buffer.length;) {
    const size = sequenceLength(buffer, at);
    if (size) out += buffer.toString('utf8', at, at + size);
    else out += String.fromCharCode(0xdc00 + (buffer[at] ?? 0));
    at += size || 1;
  }
  return out;
}

/** Path string → what `node:fs` and system calls take: the string itself, or its bytes where it is not UTF-8. */
export function encodePath(path: string): string | Buffer {
  return LONE.test(path) ? pathBytes(path) : path;
}

/** Path string → bytes, without a terminating NUL. */
export function pathBytes(path: string): Buffer {
  if (!LONE.test(path)) return Buffer.from(path, 'utf8');
  const parts: Buffer[] = [];
  for (const character of path) {
    const code = character.charCodeAt(0);
    const lone = character.length === 1 && code >= 0xdc80 && code <= 0xdcff;
    parts.push(lone ? Buffer.from([code - 0xdc00]) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** Length of the valid UTF-8 sequence at `at`, or 0 (RFC 3629, section 4). */
function sequenceLength(buffer: Buffer, at: number): number {
  const first = buffer[at] ?? 0;
  const size =
    first < 0x80
      ? 1
      : first >= 0xc2 && first < 0xe0
        ? 2
        : first >= 0xe0 && first < 0xf0
          ? 3
          : first >= 0xf0 && first < 0xf5
            ? 4
            : 0;
  if (!size || at + size > buffer.length) return 0;
  return buffer.toString('utf8', at, at + size).includes('\ufffd') && !isReplacement(buffer, at)
    ? 0
    : size;
}

function isReplacement(buffer: Buffer, at: number): boolean {
  return buffer[at] === 0xef && buffer[at + 1] === 0xbf && buffer[at + 2] === 0xbd;
}
