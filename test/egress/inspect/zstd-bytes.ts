/** RFC 8878: one frame, its window 128 KiB, its blocks stored as they are; enough to test what reads it. */
export function zstdStored(bytes: Buffer): Buffer {
  const parts = [zstdHead(0x38)];
  for (let at = 0; at === 0 || at < bytes.length; at += 60_000) {
    const block = bytes.subarray(at, at + 60_000);
    parts.push(zstdBlock(0, block.length, at + 60_000 >= bytes.length), block);
  }
  return Buffer.concat(parts);
}

/** Magic, descriptor, and the window as one byte: exponent and mantissa. */
export function zstdHead(window: number): Buffer {
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window]);
}

/** Types: 0 raw, 1 one byte repeated, 2 compressed. */
export function zstdBlock(type: number, size: number, last: boolean): Buffer {
  const head = Buffer.alloc(3);
  head.writeUIntLE((size << 3) | (type << 1) | (last ? 1 : 0), 0, 3);
  return head;
}
