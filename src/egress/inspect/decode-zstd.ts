import type { Decompress } from 'fzstd';
import { type Decoder, type Deliver, Undecodable } from './decoder.ts';
import { ZstdFrames } from './zstd-frames.ts';

/** A block of 4 bytes can unfold to 128 KiB, so little is given to the decoder at once. */
const SLICE = 64;

/** fzstd works at once, and trusts what a frame says of itself: that is checked first. */
export function createZstdStage(deliver: Deliver): Decoder {
  const frames = new ZstdFrames();
  let decoded: Buffer[] = [];
  let decompress: Decompress | null = null;
  // Loaded when the first such body comes: almost no session sees one.
  const open = async () => {
    const fzstd = await import('fzstd');
    return new fzstd.Decompress((chunk) => {
      if (chunk.length) decoded.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    });
  };
  const feed = async (slice: Buffer, last: boolean) => {
    decompress ??= await open();
    try {
      frames.check(slice);
      decompress.push(slice, last);
    } catch {
      throw new Undecodable();
    }
    const ready = decoded;
    decoded = [];
    for (const chunk of ready) {
      frames.decoded += chunk.length;
      await deliver(chunk);
    }
  };
  let any = false;
  return {
    async push(chunk) {
      any ||= chunk.length > 0;
      for (let at = 0; at < chunk.length; at += SLICE) {
        await feed(chunk.subarray(at, at + SLICE), false);
      }
    },
    async end() {
      if (!any) return;
      if (!frames.complete) throw new Undecodable();
      await feed(Buffer.alloc(0), true);
    },
    close: () => undefined,
    undecoded: () => frames.undecoded,
  };
}
