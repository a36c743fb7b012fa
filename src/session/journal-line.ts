import { createHash } from 'node:crypto';
import type { JournalEvent } from './events.ts';

/**
 * A line of `journal.jsonl` is an object `{seq, time, prev, …event, hash}` and a line feed.
 *
 * Its canonical text is `JSON.stringify` of the object in that order without `hash`, in which every character outside
 * printable ASCII is then written `\uXXXX`; that keeps a raw journal harmless on a terminal, and a lone surrogate (a byte of
 * a path that is not UTF-8) as it is. `hash` is the SHA-256 of the canonical text, in hex, and is put in as the last key.
 * A reader therefore gets the canonical text back by cutting `,"hash":"…"` out of the bytes, without parsing anything.
 */
export interface JournalLine {
  /** 0 for the first. */
  seq: number;
  /** ISO 8601, UTC, milliseconds. */
  time: string;
  /** `hash` of the line before; `FIRST_PREV` in the first. */
  prev: string;
  hash: string;
}

export const FIRST_PREV = '0'.repeat(64);
/** No line that guard writes is longer (see `boundEvent`); a reader may stop there. Bytes. */
export const MAX_LINE = 4 * 1024 * 1024;

const TAIL = /^,"hash":"([0-9a-f]{64})"\}$/;
const TAIL_LENGTH = ',"hash":""}'.length + 64;

/** The text of one line, without its line feed. */
export function writeLine(
  seq: number,
  time: string,
  prev: string,
  event: JournalEvent,
): { text: string; hash: string } {
  const canonical = asciiJson(JSON.stringify({ seq, time, prev, ...event }));
  const hash = sha256(canonical);
  return { text: `${canonical.slice(0, -1)},"hash":"${hash}"}`, hash };
}

/** The bytes of one line (no line feed) → its fields, or null when it is not what `writeLine` wrote. */
export function readLine(bytes: Buffer): JournalLine | null {
  const tail = TAIL.exec(bytes.toString('latin1', Math.max(0, bytes.length - TAIL_LENGTH)));
  const hash = tail?.[1];
  if (hash === undefined) return null;
  const canonical = Buffer.concat([bytes.subarray(0, -TAIL_LENGTH), Buffer.from('}')]);
  if (sha256(canonical) !== hash) return null;
  try {
    const { seq, time, prev } = JSON.parse(canonical.toString('utf8')) as Record<string, unknown>;
    if (typeof seq !== 'number' || typeof time !== 'string' || typeof prev !== 'string')
      return null;
    return { seq, time, prev, hash };
  } catch {
    return null;
  }
}

/** JSON text with every character outside printable ASCII escaped: the same value, safe on any terminal. */
export function asciiJson(json: string): string {
  return json.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
