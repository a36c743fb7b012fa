import type { Duplex } from 'node:stream';

/** The other side has gone. */
export class Gone extends Error {}
/** The other side does not keep to the protocol. */
export class Malformed extends Error {}

/** Exactly so many bytes. @throws Gone */
export async function readExactly(from: Duplex, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  for (;;) {
    const bytes = from.read(length) as Buffer | null;
    if (bytes?.length === length) return bytes;
    if (bytes) throw new Gone();
    await readable(from);
  }
}

/** What has arrived, at least one and at most so many bytes. @throws Gone */
export async function readSome(from: Duplex, most: number): Promise<Buffer> {
  for (;;) {
    const length = Math.min(from.readableLength, most);
    const bytes = (length > 0 ? from.read(length) : from.read(0)) as Buffer | null;
    if (bytes && bytes.length > 0) return bytes;
    await readable(from);
  }
}

/** The head of a message: its type and the length of its content. @throws Gone, Malformed */
export async function readHead(from: Duplex): Promise<{ type: string; length: number }> {
  const head = await readExactly(from, 5);
  const length = head.readInt32BE(1) - 4;
  if (length < 0) throw new Malformed('a message has no length');
  return { type: head.toString('latin1', 0, 1), length };
}

/**
 * Writes, and waits where the other side is slow. All of it is on its way when the call returns, so nothing that is
 * written later comes before it. @throws Gone
 */
export async function write(to: Duplex, ...pieces: readonly Buffer[]): Promise<void> {
  if (to.destroyed || to.writableEnded) throw new Gone();
  let room = true;
  for (const bytes of pieces) room = to.write(bytes);
  if (room) return;
  await new Promise<void>((resolve, reject) => {
    const settle = () => {
      to.off('drain', settle).off('close', settle);
      if (to.destroyed) reject(new Gone());
      else resolve();
    };
    to.on('drain', settle).on('close', settle);
  });
}

/** Moves so many bytes. @throws Gone */
export async function pass(from: Duplex, to: Duplex, length: number): Promise<void> {
  for (let left = length; left > 0;) {
    const bytes = await readSome(from, left);
    left -= bytes.length;
    await write(to, bytes);
  }
}

/** Takes so many bytes to nowhere. @throws Gone */
export async function skip(from: Duplex, length: number): Promise<void> {
  for (let left = length; left > 0;) left -= (await readSome(from, left)).length;
}

function readable(from: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = () => from.destroyed || from.readableEnded;
    if (over()) return reject(new Gone());
    const settle = () => {
      from.off('readable', settle).off('end', settle).off('close', settle);
      if (over()) reject(new Gone());
      else resolve();
    };
    from.on('readable', settle).on('end', settle).on('close', settle);
    // Without this nothing is read that nobody has asked for.
    from.read(0);
  });
}
