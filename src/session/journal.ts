import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import { processStat } from '../process-stat.ts';
import type { JournalEvent, SessionEnd, SessionStart } from './events.ts';
import { writableEvent } from './journal-content.ts';
import { FIRST_PREV, writeLine } from './journal-line.ts';
import type { Redact } from './redactor.ts';
import type { SessionFolder } from './session-folder.ts';
import { type SessionFile, writeSessionFile } from './session-file.ts';

/** An ordinary line waits this long for company before it is written. Milliseconds. */
const BATCH_TIME = 50;
/** … or until this much has come together. Characters, all of them ASCII. */
const BATCH_SIZE = 64 * 1024;
/** Written before `append` returns: what a person decided or must know, and the two ends. */
const AT_ONCE = new Set<JournalEvent['type']>([
  'session-start',
  'decision',
  'held',
  'kept',
  'notice',
  'session-end',
]);

export interface JournalOptions {
  /**
   * Called once, when a line could not be written (ENOSPC, EIO, …). Without a record there is no session: the caller
   * ends it. From then on `append` throws the same error, so that a gate that goes on asking refuses.
   */
  onFailure?: (error: GuardError) => void;
  /** The clock, for tests. */
  now?: () => Date;
}

/**
 * The record of one session: `journal.jsonl` in its folder, one hash-chained line an event (see `JournalLine`), and
 * `session.json` beside it. Every string passes `redact` on its way in.
 *
 * What the chain is worth: it shows any edit, cut, swap or loss made by somebody who did not redo the chain, and
 * `session.json` shows a finished journal cut at a line. It is not signed: whoever runs as this user *outside* the session
 * can rewrite both files from the first line on, and the chain will hold. The session itself cannot reach them at all; that is
 * what the record relies on. Who needs more sends the head (`session.json`) to another machine.
 */
export class Journal {
  readonly path: string;
  #fd: number;
  #folder: SessionFolder;
  #redact: Redact;
  #options: JournalOptions;
  #seq = 0;
  #prev = FIRST_PREV;
  #batch: string[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #failure: GuardError | undefined;
  #session: SessionFile | undefined;
  #end: SessionEnd | undefined;
  #counts = { refused: 0, asked: 0 };
  readonly #atExit = () => this.flush();

  /** Makes the file. Throws GuardError if it cannot. */
  constructor(folder: SessionFolder, redact: Redact, options: JournalOptions = {}) {
    this.path = join(folder.path, 'journal.jsonl');
    this.#folder = folder;
    this.#redact = redact;
    this.#options = options;
    const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    try {
      this.#fd = openSync(this.path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    } catch (error) {
      throw noRecord(this.path, error);
    }
    process.on('exit', this.#atExit);
  }

  /** The error that ended the record, if one did. */
  get failure(): GuardError | undefined {
    return this.#failure;
  }

  /** Adds a line. Throws once the record has failed or is closed. */
  append(event: JournalEvent): void {
    if (this.#failure) throw this.#failure;
    if (this.#closed) throw new Error('the journal is closed');
    const written = writableEvent(event, this.#redact);
    if (written.type === 'session-start') this.#begin(written);
    if (written.type === 'session-end') this.#end = written;
    this.#count(written);
    const time = this.#time();
    const { text, hash } = writeLine(this.#seq++, time, this.#prev, written);
    this.#prev = hash;
    this.#batch.push(text);
    this.#size += text.length + 1;
    if (AT_ONCE.has(event.type) || this.#size >= BATCH_SIZE) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), BATCH_TIME).unref();
  }

  /** Writes what has been collected. Does not throw: see `onFailure`. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length === 0 || this.#failure || this.#closed) return;
    const bytes = Buffer.from(`${this.#batch.join('\n')}\n`, 'latin1');
    this.#batch = [];
    this.#size = 0;
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Writes the rest and, after a `session-end`, notes in `session.json` how the journal ended. Does not throw. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    process.off('exit', this.#atExit);
    try {
      closeSync(this.#fd);
      if (this.#session && this.#end && !this.#failure)
        writeSessionFile(this.#folder.path, {
          ...this.#session,
          ended: this.#time(),
          exitCode: this.#end.exitCode,
          signal: this.#end.signal,
          lines: this.#seq,
          head: this.#prev,
          ...this.#counts,
        });
    } catch (error) {
      this.#fail(error);
    }
  }

  #begin(start: SessionStart): void {
    this.#session = {
      id: this.#folder.id,
      pid: process.pid,
      pidStart: processStat('self')?.start ?? null,
      started: this.#time(),
      agent: start.agent,
      argv0: start.argv[0] ?? '',
      repository: start.repository,
      ...(start.credentials.length
        ? { credentials: start.credentials.map(({ name }) => name) }
        : {}),
    };
    try {
      writeSessionFile(this.#folder.path, this.#session);
    } catch (error) {
      this.#fail(error);
      throw this.#failure ?? error;
    }
  }

  #count(event: JournalEvent): void {
    if (event.type === 'decision' && event.outcome === 'deny') this.#counts.refused++;
    if (event.type !== 'request') return;
    const { action } = event.verdict;
    if (action === 'ask') this.#counts.asked++;
    if (action === 'deny' || action === 'kill') this.#counts.refused++;
  }

  #fail(cause: unknown): void {
    if (this.#failure) return;
    this.#failure = noRecord(this.path, cause);
    this.#options.onFailure?.(this.#failure);
  }

  #time(): string {
    return (this.#options.now?.() ?? new Date()).toISOString();
  }
}

function noRecord(path: string, cause: unknown): GuardError {
  return new GuardError({
    what: 'the session cannot be recorded',
    why: `${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    fix: 'guard runs nothing without a record: free some space or mend the permissions of this folder',
    cause,
  });
}
