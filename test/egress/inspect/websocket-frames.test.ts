import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agrees, FilteredFrames } from '../../../src/egress/inspect/websocket-frames.ts';
import { Scrubber } from '../../../src/credentials/scrub.ts';

const [REAL, STAND_IN] = ['k3J9xQ2mLwPz8RtYvB4n', 'm5Q1yT7bHsVd2WcXzN8p'];
const scrubber = new Scrubber([[REAL, STAND_IN]]);

interface Frame {
  opcode: number;
  fin: boolean;
  payload: Buffer;
}

function encode({ opcode, fin, payload }: Frame): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | opcode;
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (length >= 65_536) head.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

/** What comes out, chunk by chunk. */
function through(chunks: readonly Buffer[]): { out: Buffer; failed: boolean } {
  const frames = new FilteredFrames(scrubber.filter());
  let failed = false;
  frames.on('error', () => (failed = true));
  const out: Buffer[] = [];
  for (const chunk of chunks) {
    frames.write(chunk);
    for (let part = frames.read() as Buffer | null; part; part = frames.read() as Buffer | null)
      out.push(part);
  }
  return { out: Buffer.concat(out), failed };
}

describe('messages of a host', () => {
  const text = fc.constantFrom(
    '',
    'x',
    'hello',
    REAL,
    `a${REAL}b`,
    REAL.slice(0, 9),
    'k',
    'y'.repeat(300),
  );
  const frame = fc.record({ texts: fc.array(text, { maxLength: 4 }), ping: text, cut: fc.nat(40) });

  it('come through whole, at once and of the same length, without what must not come in', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 4 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 60 })),
        (all, sizes) => {
          const made = all.flatMap(({ texts, ping, cut }) => {
            const message = Buffer.from(texts.join(''));
            const [one, two] = [message.subarray(0, cut), message.subarray(cut)];
            const pinged = Buffer.from(ping).subarray(0, 125);
            return [
              { opcode: 1, fin: false, payload: one },
              { opcode: 9, fin: true, payload: pinged },
              { opcode: 0, fin: true, payload: two },
            ];
          });
          const bytes = Buffer.concat(made.map(encode));
          const chunks: Buffer[] = [];
          for (let at = 0; at < bytes.length;) {
            const size = sizes.next().value as number;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          const { out, failed } = through(chunks);
          expect(failed).toBe(false);
          // Heads as they were, and nothing kept back behind the end of a message.
          expect(out.length).toBe(bytes.length);
          let at = 0;
          let message = '';
          for (const each of made) {
            const head = encode(each).length - each.payload.length;
            expect(out.subarray(at, at + head)).toEqual(encode(each).subarray(0, head));
            const payload = out.toString('latin1', at + head, at + head + each.payload.length);
            if (each.opcode === 9) expect(payload).not.toContain(REAL);
            else message += payload;
            if (each.opcode === 0) {
              expect(message).not.toContain(REAL);
              message = '';
            }
            at += head + each.payload.length;
          }
        },
      ),
    );
  });

  it('pass in long frames', () => {
    const payload = Buffer.from(`${'z'.repeat(70_000)}${REAL}`);
    const { out } = through([encode({ opcode: 2, fin: true, payload })]);
    expect(out.toString('latin1')).toContain(`z${STAND_IN}`);
  });

  it.each([
    ['compressed', Buffer.from([0xc1, 1, 65])],
    ['masked', Buffer.from([0x81, 0x81, 0, 0, 0, 0, 65])],
    ['a long ping', encode({ opcode: 9, fin: true, payload: Buffer.alloc(126) })],
    ['longer than anything', Buffer.from([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255])],
  ])('end the connection when they cannot be read: %s', async (_, bytes) => {
    const frames = new FilteredFrames(scrubber.filter());
    const failed = new Promise((resolve) => frames.once('error', resolve));
    frames.write(bytes);
    expect(await failed).toBeInstanceOf(Error);
  });
});

it('takes for a WebSocket only what answers the key', () => {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  // RFC 6455, section 1.3.
  const accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
  expect(accept).toBe(
    createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64'),
  );
  expect(agrees([['sec-websocket-key', key]], [['sec-websocket-accept', accept]])).toBe(true);
  expect(agrees([], [['sec-websocket-accept', accept]])).toBe(false);
  expect(agrees([['sec-websocket-key', key]], [])).toBe(false);
  expect(agrees([['sec-websocket-key', key]], [['sec-websocket-accept', key]])).toBe(false);
});
