import { openTls } from './clients.ts';

/** HTTP/2 frames written by hand: what no library would send. */
export interface RawH2 {
  frame(type: number, flags: number, stream: number, payload: Buffer): void;
  headers(stream: number, list: readonly (readonly [string, string])[], end: boolean): void;
  data(stream: number, text: string, end?: boolean): void;
  reset(stream: number, code: number): void;
  /** Everything sent so far has been read by the other side. */
  pong(): Promise<void>;
  /** The status a stream was answered with; null when it was reset, or the connection closed, before one. */
  ended(stream: number): Promise<number | null>;
  closed: Promise<void>;
  close(): void;
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export async function openRawH2(port: number, host: string, ca: string): Promise<RawH2> {
  const socket = await openTls(port, host, ca, ['h2']);
  const statuses = new Map<number, number>();
  const ended = new Map<number, number | null>();
  let closedNow = false;
  let pongs = 0;
  const wake: (() => void)[] = [];
  const wakeAll = () => {
    for (const each of wake.splice(0)) each();
  };
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise<void>((resolve) => wake.push(resolve));
  };
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      closedNow = true;
      wakeAll();
      resolve();
    });
  });
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 9) {
      const length = pending.readUIntBE(0, 3);
      if (pending.length < 9 + length) break;
      const [type = 0, flags = 0] = [pending[3], pending[4]];
      const stream = pending.readUInt32BE(5);
      const payload = pending.subarray(9, 9 + length);
      if (type === 1 && !statuses.has(stream)) statuses.set(stream, statusOf(payload));
      if (type === 3 || (type <= 1 && flags & 1)) ended.set(stream, statuses.get(stream) ?? null);
      if (type === 6 && flags & 1) pongs++;
      pending = pending.subarray(9 + length);
    }
    wakeAll();
  });
  const write = (bytes: Buffer) => {
    if (!socket.destroyed && socket.writable) socket.write(bytes);
  };
  const frame: RawH2['frame'] = (type, flags, stream, payload) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    write(Buffer.concat([head, payload]));
  };
  write(Buffer.from(PREFACE, 'latin1'));
  frame(4, 0, 0, Buffer.alloc(0));
  return {
    frame,
    headers(stream, list, end) {
      const block = Buffer.concat(list.map(([name, value]) => literal(name, value)));
      const parts: Buffer[] = [];
      for (let at = 0; at < block.length; at += 16_000) parts.push(block.subarray(at, at + 16_000));
      for (const [index, part] of parts.entries()) {
        const last = index === parts.length - 1 ? 4 : 0;
        frame(index === 0 ? 1 : 9, last | (index === 0 && end ? 1 : 0), stream, part);
      }
    },
    data: (stream, text, end = false) => frame(0, end ? 1 : 0, stream, Buffer.from(text)),
    reset(stream, code) {
      const payload = Buffer.alloc(4);
      payload.writeUInt32BE(code);
      frame(3, 0, stream, payload);
    },
    async pong() {
      const before = pongs;
      frame(6, 0, 0, Buffer.alloc(8));
      await until(() => pongs > before || closedNow);
    },
    async ended(stream) {
      await until(() => ended.has(stream) || closedNow);
      return ended.get(stream) ?? null;
    },
    closed,
    close: () => socket.destroy(),
  };
}

/** RFC 7541, section 6.2.2: a literal without indexing, its name new, nothing Huffman coded. */
function literal(name: string, value: string): Buffer {
  const text = (bytes: Buffer) => Buffer.concat([integer(bytes.length), bytes]);
  return Buffer.concat([
    Buffer.from([0]),
    text(Buffer.from(name, 'latin1')),
    text(Buffer.from(value, 'latin1')),
  ]);
}

/** RFC 7541, section 5.1, with a prefix of seven bits. */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** The first field of an answer: indexed (RFC 7541, appendix A), or a literal with an indexed name. */
function statusOf(block: Buffer): number {
  let at = 0;
  // Table size updates come first.
  while (((block[at] ?? 0) & 0xe0) === 0x20) at++;
  const first = block[at] ?? 0;
  const indexed: Record<number, number> = {
    8: 200,
    9: 204,
    10: 206,
    11: 304,
    12: 400,
    13: 404,
    14: 500,
  };
  if (first & 0x80) return indexed[first & 0x7f] ?? 0;
  const length = block[at + 1] ?? 0;
  const text = block.subarray(at + 2, at + 2 + (length & 0x7f));
  // Digits are five bits each in the Huffman code when they are 0, 1 or 2, six otherwise: the table is short.
  return length & 0x80 ? huffmanDigits(text) : Number(text.toString('latin1'));
}

function huffmanDigits(bytes: Buffer): number {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let at = 0;
  let digits = '';
  while (at + 5 <= bits.length) {
    const five = Number.parseInt(bits.slice(at, at + 5), 2);
    if (five <= 2) {
      digits += String(five);
      at += 5;
      continue;
    }
    const six = Number.parseInt(bits.slice(at, at + 6), 2);
    if (six < 0x19 || six > 0x1f) break;
    digits += String(six - 0x19 + 3);
    at += 6;
  }
  return Number(digits);
}
