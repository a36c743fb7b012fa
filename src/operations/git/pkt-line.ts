/** A packet of git's protocols, or a mark between them (gitprotocol-common(5), gitprotocol-v2(5)). */
export type Packet =
  | { kind: 'data'; bytes: Buffer; end: number }
  | { kind: 'flush' | 'delimiter' | 'end'; end: number }
  /** `short`: the bytes end in the middle of one. */
  | { kind: 'short' | 'malformed' };

const MARKS = ['flush', 'delimiter', 'end'] as const;
/** Four bytes of length are part of it; pkt-line.h: LARGE_PACKET_MAX. */
export const MAX_PACKET = 65_520;

/** The packet that begins at `start`; `end` is where the next does. */
export function packetAt(bytes: Buffer, start: number): Packet {
  const digits = bytes.toString('latin1', start, start + 4);
  if (digits.length < 4) return { kind: /^[0-9a-f]*$/i.test(digits) ? 'short' : 'malformed' };
  if (!/^[0-9a-f]{4}$/i.test(digits)) return { kind: 'malformed' };
  const length = parseInt(digits, 16);
  const mark = MARKS[length];
  if (mark !== undefined) return { kind: mark, end: start + 4 };
  if (length < 4 || length > MAX_PACKET) return { kind: 'malformed' };
  const end = start + length;
  if (end > bytes.length) return { kind: 'short' };
  return { kind: 'data', bytes: bytes.subarray(start + 4, end), end };
}

export const FLUSH = Buffer.from('0000');

/** @param content at most `MAX_PACKET` - 4 bytes */
export function packet(content: Buffer): Buffer {
  const length = (content.length + 4).toString(16).padStart(4, '0');
  return Buffer.concat([Buffer.from(length), content]);
}
