import type { Writable } from 'node:stream';

/** Who was to get the bytes has gone. */
export class SinkClosed extends Error {
  constructor() {
    super('the receiver has gone');
  }
}

/** Writes a chunk and waits while the other side is slow. @throws SinkClosed */
export async function writeTo(sink: Writable, chunk: Buffer): Promise<void> {
  if (sink.destroyed || sink.writableEnded) throw new SinkClosed();
  if (!chunk.length || sink.write(chunk)) return;
  await new Promise<void>((resolve, reject) => {
    const done = () => {
      sink.off('drain', done);
      sink.off('close', done);
      sink.off('error', done);
      if (sink.destroyed) reject(new SinkClosed());
      else resolve();
    };
    sink.on('drain', done);
    sink.on('close', done);
    sink.on('error', done);
  });
}
