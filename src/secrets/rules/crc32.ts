let table: Uint32Array | undefined;

/** The table of the IEEE polynomial, reversed (RFC 1952, 8). `zlib.crc32` came with Node 22. */
function makeTable(): Uint32Array {
  const made = new Uint32Array(256);
  for (let byte = 0; byte < made.length; byte += 1) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    made[byte] = rest;
  }
  return made;
}

/** CRC-32 of text of one byte a character. */
export function crc32(text: string): number {
  const bytes = (table ??= makeTable());
  let rest = 0xffffffff;
  for (let at = 0; at < text.length; at += 1)
    rest = (rest >>> 8) ^ (bytes[(rest ^ text.charCodeAt(at)) & 255] ?? 0);
  return (rest ^ 0xffffffff) >>> 0;
}
