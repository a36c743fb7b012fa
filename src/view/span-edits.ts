import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { encodePath } from '../byte-path.ts';
import type { SecretSpan } from '../secrets/engine/detector.ts';
import { KNOWN_RULE } from '../secrets/engine/known-values.ts';
import { stateOf, statInside } from './covers.ts';
import { readHandle, withInside } from './inside.ts';
import { placeOf } from './outside.ts';
import { redactSpans } from './redact-spans.ts';
import { withRemembered } from './remembered.ts';
import { restore, type Restored } from './restore.ts';
import { digestOf, touchOf, type SpanState } from './span-state.ts';
import { LONGEST_SPANS, writeStandIn } from './stand-in.ts';
import type { WatchOptions } from './watch-options.ts';
import { FileChanged, writeBack } from './write-back.ts';

/** Milliseconds of silence after which what is being written is taken for whole. */
export const SETTLED = 150;
/** A file that is empty is most often about to be written anew. */
const SETTLED_EMPTY = 1000;
/** What is written all the time is carried back this often. */
const LONGEST_WAIT = 2000;

/** For each millisecond of carrying back, so many in which the session has this thread. */
const REST = 3;

const CHANGED = 'the file was changed meanwhile by somebody else';

const TOO_MANY = 'it holds too many placeholders';

/** A stand-in that the session may edit. Several names can have it, when its folder was moved. */
export interface EditedCover {
  source: string;
  spans: SpanState;
  /** When a change was first seen that is not carried back yet; 0 where there is none. */
  since: number;
}

export interface EditedFile {
  path: string;
  /** Of the file when its stand-in was made or last carried back. */
  state: string;
}

/** Carries what a session writes into its stand-ins back into the files, with the real values in place. */
export class SpanEdits {
  readonly #options: WatchOptions;
  readonly #told = new Set<string>();
  #kept = 0;
  /** When the next may be carried back. */
  #next = 0;
  /** Nothing of the session runs any more: nothing that is there is about to change. */
  over = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /**
   * Returns the file's state after it was written; null where nothing was; `later` where that is still to come. When its user
   * has changed the file, what the session has written is kept, and the caller renews the stand-in.
   */
  carryBack(cover: EditedCover, file: EditedFile, now = false): BigIntStats | null | 'later' {
    const stat = lstatSync(cover.source, { bigint: true });
    // What is written through a mapping tells its time late (mmap(2)): in the end the content is looked at.
    if (touchOf(stat) === cover.spans.seen && !this.over) return null;
    const start = performance.now();
    if (!now && !this.over && (start < this.#next || !this.#isSettled(cover, stat))) return 'later';
    cover.since = 0;
    const bytes = this.#read(cover, file.path);
    if (bytes === 'later') return bytes;
    const done = bytes && this.#carry(cover, file, bytes, stat);
    const end = performance.now();
    this.#next = end + (end - start) * REST;
    return done;
  }

  /** What the session wrote into a stand-in whose file is not to be written is kept, if that is anything. */
  keep(cover: EditedCover, path: string, why: string): void {
    const stat = lstatSync(cover.source, { bigint: true });
    if (touchOf(stat) === cover.spans.seen) return;
    const bytes = this.#read(cover, path);
    if (bytes instanceof Buffer && digestOf(bytes) !== cover.spans.standIn)
      this.#keep(path, bytes, why);
  }

  #carry(
    cover: EditedCover,
    { path, state }: EditedFile,
    bytes: Buffer,
    stat: BigIntStats,
  ): BigIntStats | null | 'later' {
    const { repository } = this.#options.plan;
    const { root, relative } = placeOf(repository, path);
    const real = statInside(repository, path);
    const edited = digestOf(bytes) !== cover.spans.standIn;
    if (!real?.isFile()) return null;
    const isExecutable = (mode: bigint): bigint => mode & 0o111n;
    if (!edited && isExecutable(real.mode) === isExecutable(stat.mode)) {
      cover.spans = { ...cover.spans, seen: touchOf(stat) };
      return null;
    }
    if (stateOf(real) !== state && !this.#shows(cover, root, relative)) {
      if (edited) this.#keep(path, bytes, CHANGED);
      return null;
    }
    const restored = restore(bytes, cover.spans.pairs);
    if (!restored) {
      if (this.over) this.#keep(path, bytes, TOO_MANY);
      else this.#tell(path, `${TOO_MANY}: what the session wrote is not carried back`);
      return null;
    }
    try {
      const spans = this.#spansIn(path, restored);
      const written = writeBack(root, relative, stateOf(real), {
        bytes: restored.bytes,
        mode: Number(stat.mode),
        mtimeNs: stat.mtimeNs,
      });
      cover.spans = {
        ...cover.spans,
        real: digestOf(restored.bytes),
        standIn: digestOf(bytes),
        seen: touchOf(stat),
      };
      if (spans) this.#redactNew(cover, bytes, restored, spans);
      return written;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (error instanceof FileChanged) {
        this.#keep(path, bytes, CHANGED);
        return null;
      }
      if (code === undefined) throw error;
      this.#failed(path, bytes, code);
      return 'later';
    }
  }

  /** Is the file's content, whatever its times say, what the stand-in was made of? */
  #shows(cover: EditedCover, root: string, relative: string): boolean {
    try {
      const content = withInside(root, relative, (handle) => readHandle(handle, LONGEST_SPANS));
      return content !== null && digestOf(content) === cover.spans.real;
    } catch {
      return false;
    }
  }

  /**
   * What is secret in the file as it will be. Of a value that only this session knows to be one, in its new place, a later
   * session has to know too: that is kept before the file is written.
   */
  #spansIn(path: string, { bytes, at }: Restored): SecretSpan[] | null {
    const { content } = this.#options;
    if (!content) return null;
    const spans = withRemembered(content.scanner, content.remembered)().scan(path, bytes);
    // A value that is known from elsewhere today may not be tomorrow.
    const telling = spans.filter(({ tier, rule }) => tier !== 'weak' && rule !== KNOWN_RULE);
    const moved = new Map<string, Buffer>();
    let next = 0;
    for (const { start, end } of at) {
      while ((telling[next]?.end ?? Infinity) < end) next++;
      if ((telling[next]?.start ?? Infinity) <= start) continue;
      const value = bytes.subarray(start, end);
      moved.set(value.toString('latin1'), value);
    }
    content.remembered?.add(path, moved.values());
    return spans;
  }

  /** A secret that the session has written itself is replaced from now on, as in every file. */
  #redactNew(
    cover: EditedCover,
    bytes: Buffer,
    restored: Restored,
    spans: readonly SecretSpan[],
  ): void {
    const { plan, onSecrets } = this.#options;
    const redaction = redactSpans(restored.bytes, spans, {
      standIns: plan.standIns,
      before: cover.spans.pairs,
      places: restored.at,
    });
    // One that could not be told from other text stays: who wrote it knows it.
    if (!redaction?.restorable || redaction.redacted.equals(bytes)) return;
    const stat = lstatSync(cover.source, { bigint: true });
    // Written again meanwhile: the next look is soon.
    if (touchOf(stat) !== cover.spans.seen) return;
    onSecrets(redaction.secrets);
    writeStandIn(
      cover.source,
      {
        kind: 'spans',
        bytes: redaction.redacted,
        size: redaction.redacted.length,
        mode: Number(stat.mode) & 0o777,
        mtimeNs: stat.mtimeNs,
        secrets: [],
        folder: false,
      },
      true,
    );
    cover.spans = {
      ...cover.spans,
      pairs: redaction.pairs,
      standIn: digestOf(redaction.redacted),
      seen: touchOf(lstatSync(cover.source, { bigint: true })),
    };
  }

  #isSettled(cover: EditedCover, stat: BigIntStats): boolean {
    const now = Date.now();
    cover.since ||= now;
    // The time of change is the kernel's own: a session cannot set it.
    const quiet = now - Number(stat.ctimeNs / 1_000_000n);
    if (stat.size === 0n) return quiet >= SETTLED_EMPTY;
    return quiet >= SETTLED || quiet < 0 || now - cover.since >= LONGEST_WAIT;
  }

  /** The session may have made it unreadable, or too long to be read. */
  #read(cover: EditedCover, path: string): Buffer | null | 'later' {
    // Whoever holds a lease on it (fcntl(2), F_SETLEASE) holds nobody up.
    const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
    const { mode } = lstatSync(cover.source);
    if ((mode & 0o400) === 0) chmodSync(encodePath(cover.source), (mode & 0o777) | 0o400);
    let fd: number | null = null;
    try {
      fd = openSync(encodePath(cover.source), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      const bytes = readHandle(fd, LONGEST_SPANS);
      if (!bytes)
        this.#tell(path, 'what the session wrote is longer than 64 MB: it is not carried back');
      return bytes;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 'later';
      throw error;
    } finally {
      if (fd !== null) closeSync(fd);
    }
  }

  #failed(path: string, bytes: Buffer, code: string): void {
    if (this.over) this.#keep(path, bytes, `the file cannot be written (${code})`);
    else this.#tell(path, `what the session wrote cannot be carried back yet (${code})`);
  }

  #keep(path: string, bytes: Buffer, why: string): void {
    const { sessionDir, plan, onKept } = this.#options;
    const kept = join(sessionDir, 'held', `edits-${this.#kept++}`, basename(path));
    mkdirSync(dirname(kept), { recursive: true, mode: 0o700 });
    writeFileSync(encodePath(kept), bytes, { flag: 'wx', mode: 0o600 });
    onKept?.(placeOf(plan.repository, path).absolute, kept, why);
  }

  #tell(path: string, text: string): void {
    const line = `${placeOf(this.#options.plan.repository, path).absolute}: ${text}`;
    if (!this.#told.has(line)) this.#options.onNotice(line);
    this.#told.add(line);
  }
}
