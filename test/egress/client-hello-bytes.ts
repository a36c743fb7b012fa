/** ClientHello records as bytes, well-formed unless asked otherwise. */
export interface HelloShape {
  sni?: string;
  /** Further extensions before the server name, as [type, body]. */
  extensions?: [number, Buffer][];
  /** Payload bytes in one record; all in one by default. */
  fragment?: number;
}

export function clientHello({ sni, extensions = [], fragment }: HelloShape): Buffer {
  const all = [...extensions];
  if (sni !== undefined)
    all.push([0, vector(2, Buffer.concat([byte(0), vector(2, Buffer.from(sni, 'latin1'))]))]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    vector(1, Buffer.alloc(32, 8)),
    vector(2, Buffer.from([0x13, 0x01, 0xc0, 0x2f])),
    vector(1, byte(0)),
    vector(
      2,
      Buffer.concat(all.map(([type, data]) => Buffer.concat([u16(type), vector(2, data)]))),
    ),
  ]);
  return records(Buffer.concat([byte(1), vector(3, body)]), fragment);
}

export function records(handshake: Buffer, fragment = handshake.length): Buffer {
  const out: Buffer[] = [];
  for (let at = 0; at < handshake.length; at += fragment) {
    const payload = handshake.subarray(at, at + fragment);
    out.push(Buffer.from([22, 3, 1]), vector(2, payload));
  }
  return Buffer.concat(out);
}

/** `data` after its length in `size` bytes. */
export function vector(size: number, data: Buffer): Buffer {
  const length = Buffer.alloc(size);
  length.writeUIntBE(data.length, 0, size);
  return Buffer.concat([length, data]);
}

function byte(value: number): Buffer {
  return Buffer.from([value]);
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}
