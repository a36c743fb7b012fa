import { dirname } from 'node:path';
import { FIRST_PREV, MAX_LINE, readLine, type JournalLine } from './journal-line.ts';
import { readLines, type RawLine } from './journal-read.ts';
import { isRunning, readSessionFile, type SessionFile } from './session-file.ts';

/**
 * `ok`: finished and whole. `unfinished`: whole as far as it goes, but never ended cleanly, so lines missing at its end
 * would not show. `torn`: as `unfinished`, and its last line was broken off while it was written. `edited`, `cut`,
 * `reordered`: tampered with.
 */
export type VerifyKind = 'ok' | 'unfinished' | 'torn' | 'edited' | 'cut' | 'reordered';

export interface VerifyResult {
  kind: VerifyKind;
  /** Whole lines whose place in the chain holds, from the first on. */
  lines: number;
  /** The first bad line, counted from 1; absent when none is. */
  line?: number;
  /** One sentence for people, without a full stop. */
  detail: string;
}

/** Follows the chain of a `journal.jsonl`, with `session.json` beside it. Throws what reading the file throws. */
export async function verify(file: string): Promise<VerifyResult> {
  const session = readSessionFile(dirname(file));
  const chain = new Chain();
  try {
    for await (const raw of readLines(file, MAX_LINE)) chain.take(raw);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || session === 'missing') throw error;
    return { kind: 'cut', lines: 0, detail: 'the whole journal is gone' };
  }
  return chain.fault ?? atTheEnd(chain, session);
}

class Chain {
  lines = 0;
  head = FIRST_PREV;
  torn = false;
  #fault: VerifyResult | undefined;
  /** Set with a fault: the sequence number that was missing there. */
  #missing: number | undefined;

  /** A missing line that turns up later was moved, one that never does was cut out. */
  get fault(): VerifyResult | undefined {
    return this.#fault;
  }

  take(raw: RawLine): void {
    if (this.#fault && this.#missing === undefined) return;
    const line = raw.tooLong || !raw.complete ? null : readLine(raw.bytes);
    if (this.#fault) return this.#lookFor(line);
    if (!raw.complete) this.torn = true;
    else if (line === null) this.#bad('edited', 'its hash does not fit what it says');
    else if (line.seq > this.lines) this.#gap(line);
    else if (line.seq < this.lines) this.#bad('reordered', `it is numbered ${line.seq}`);
    else if (line.prev !== this.head) this.#bad('edited', 'it does not follow the line before it');
    else [this.lines, this.head] = [this.lines + 1, line.hash];
  }

  #gap({ seq }: JournalLine): void {
    this.#missing = this.lines;
    this.#bad('cut', `it is numbered ${seq}: ${seq - this.lines} before it are missing`);
  }

  #lookFor(line: JournalLine | null): void {
    if (line?.seq !== this.#missing || !this.#fault) return;
    this.#fault = {
      ...this.#fault,
      kind: 'reordered',
      detail: 'the line that belongs here comes later',
    };
    this.#missing = undefined;
  }

  #bad(kind: VerifyKind, detail: string): void {
    this.#fault = { kind, lines: this.lines, line: this.lines + 1, detail };
  }
}

function atTheEnd(chain: Chain, session: SessionFile | 'missing' | 'malformed'): VerifyResult {
  const { lines, head, torn } = chain;
  const next = lines + 1;
  if (session === 'malformed')
    return { kind: 'edited', lines, detail: 'session.json is not what guard wrote' };
  if (session === 'missing')
    return lines || torn
      ? { kind: 'cut', lines, detail: 'session.json is gone, so nothing says where it must end' }
      : { kind: 'unfinished', lines, detail: 'the session never started' };
  if (session.ended === undefined) {
    if (isRunning(session))
      return { kind: 'unfinished', lines, detail: 'the session is still running' };
    const never = 'the session never ended cleanly: lines missing at its end would not show';
    return torn
      ? { kind: 'torn', lines, line: next, detail: `the last line is broken off; ${never}` }
      : { kind: 'unfinished', lines, detail: never };
  }
  const expected = session.lines ?? 0;
  if (lines < expected)
    return { kind: 'cut', lines, line: next, detail: `it ended with ${expected} lines` };
  if (lines > expected || torn)
    return {
      kind: 'edited',
      lines,
      line: expected + 1,
      detail: `it ended with ${expected} lines: the others were added later`,
    };
  if (head !== session.head)
    return { kind: 'edited', lines, line: lines, detail: 'it does not end as session.json says' };
  return { kind: 'ok', lines, detail: 'every line is as it was written' };
}
