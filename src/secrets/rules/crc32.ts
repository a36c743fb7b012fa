/** The table of the IEEE polynomial, reversed (RFC 1952, 8). `zlib.crc32` came with Node 22. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** CRC-32 of text of one byte a character. */
export function crc32(text: string): number {
  let rest = 0xffffffff;
  for (let at = 0; at < text.length; at += 1)
    rest = (rest >>> 8) ^ (TABLE[(rest ^ text.charCodeAt(at)) & 255] ?? 0);
  return (rest ^ 0xffffffff) >>> 0;
}
