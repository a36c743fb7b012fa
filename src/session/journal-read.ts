import { createReadStream } from 'node:fs';
import type { JournalEvent } from './events.ts';
import { MAX_LINE } from './journal-line.ts';

export interface RawLine {
  /** Without the line feed. */
  bytes: Buffer;
  /** False for what follows the last line feed: broken off, or still being written. */
  complete: boolean;
  /** Longer than the limit; `bytes` is then empty. */
  tooLong: boolean;
}

export type RecordedEvent = JournalEvent & { seq: number; time: string };

/** The lines of a file as bytes, without ever holding more than one (of at most `limit` bytes) in memory. */
export async function* readLines(file: string, limit: number): AsyncGenerator<RawLine> {
  let pending: Buffer[] = [];
  let size = 0;
  const take = (complete: boolean): RawLine => {
    const tooLong = size > limit;
    const bytes = tooLong ? Buffer.alloc(0) : Buffer.concat(pending);
    [pending, size] = [[], 0];
    return { bytes, complete, tooLong };
  };
  const add = (piece: Buffer) => {
    size += piece.length;
    if (size <= limit) pending.push(piece);
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let feed = chunk.indexOf(10); feed >= 0; feed = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, feed));
      yield take(true);
      from = feed + 1;
    }
    add(chunk.subarray(from));
  }
  if (size > 0) yield take(false);
}

/** The events of a journal in order. What cannot be read is left out: `verify` is what reports it. */
export async function* readEvents(file: string): AsyncGenerator<RecordedEvent> {
  for await (const { bytes, complete } of readLines(file, MAX_LINE)) {
    if (!complete) continue;
    try {
      const event: unknown = JSON.parse(bytes.toString('utf8'));
      if (isRecorded(event)) yield event;
    } catch {
      continue;
    }
  }
}

function isRecorded(event: unknown): event is RecordedEvent {
  if (event === null || typeof event !== 'object') return false;
  const { seq, time, type } = event as Partial<RecordedEvent>;
  return typeof seq === 'number' && typeof time === 'string' && typeof type === 'string';
}
