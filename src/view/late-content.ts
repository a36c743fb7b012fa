import { readdirSync, readSync } from 'node:fs';
import { setImmediate as breathe, setTimeout as pause } from 'node:timers/promises';
import { decodePath, encodePath } from '../byte-path.ts';
import type { SecretSpan } from '../secrets/engine/detector.ts';
import { OpenFiles } from '../secrets/engine/open-files.ts';
import { scanFile } from '../secrets/engine/scan-file.ts';
import type { ScanResult } from '../secrets/engine/scan-protocol.ts';
import type { StandIns } from '../secrets/stand-ins.ts';
import type { ContentOptions } from './content-scan.ts';
import { lstatAt } from './inside.ts';
import { ownPlaceholders } from './own-placeholders.ts';
import { coverOf, findingsOf, isWeak } from './scan-findings.ts';
import type { ScanRecord } from './scan-record.ts';
import { isInToolFolder } from './tool-folders.ts';
import type { FoundSecret } from './walk.ts';

/** Milliseconds after the last change of a file until it is looked through, and after the first at most. */
const QUIET = 40;
const PATIENCE = 400;
/** Changed files that are remembered; the walk finds those beyond. */
const REMEMBERED = 10_000;
/** Bytes. Nobody writes a longer text while somebody waits; here it would hold up everything else. */
const LONGEST = 64 * 1024 * 1024;
/** Longer ones are looked through in a thread of their own. */
const SMALL = 2 * 1024 * 1024;
/** For each millisecond of looking, so many in which the session has this thread. */
const REST = 3;
/** A comparison gives way after this many milliseconds, and all of them may take this share of the time. */
const SLICE = 4;
const SHARE = 0.05;
/** Bytes of a secret that tell it from guard's own placeholders. */
const TELLING = 4096;

export interface LateContentOptions extends Pick<
  ContentOptions,
  'load' | 'scanner' | 'known' | 'rules'
> {
  repository: string;
  /** What the launch found; kept true from then on. */
  record: ScanRecord;
  standIns: StandIns;
  /** Is a path somebody else's business: covered, secret by name, exposed, git's? */
  isLeftOut: (path: string) => boolean;
  cover: (secret: FoundSecret) => void;
}

/**
 * Looks through files that appear or change while the session runs. Paths are relative to the repository. What is only
 * weakly a secret is let be: mostly it is what the agent has just written, which knows it.
 */
export class LateContent {
  readonly #options: LateContentOptions;
  /** When each is to be looked at, in the order they were noticed. */
  readonly #changed = new Map<string, { due: number; latest: number }>();
  #work: Promise<void> | null = null;
  #comparing: Promise<void> | null = null;
  #compareAfter = 0;
  #stopped = false;

  constructor(options: LateContentOptions) {
    this.#options = options;
  }

  /** Something happened to this file or folder. */
  touched(path: string): void {
    if (this.#stopped || isInToolFolder(`${path}/`) || this.#options.isLeftOut(path)) return;
    const now = performance.now();
    const known = this.#changed.get(path);
    if (!known && this.#changed.size >= REMEMBERED) return;
    const latest = known?.latest ?? now + PATIENCE;
    this.#changed.set(path, { due: Math.min(now + QUIET, latest), latest });
    this.#work ??= this.#workOff().finally(() => (this.#work = null));
  }

  /** Looks through those of all files that are not as they were: whatever a watch misses. */
  compare(files: readonly string[]): void {
    if (this.#stopped || this.#comparing || performance.now() < this.#compareAfter) return;
    this.#comparing = this.#compareAll(files).finally(() => (this.#comparing = null));
  }

  /** Resolves when nothing that was noticed is left to look through. */
  async idle(): Promise<void> {
    while (this.#work ?? this.#comparing) await (this.#work ?? this.#comparing);
  }

  stop(): void {
    this.#stopped = true;
    this.#changed.clear();
  }

  async #workOff(): Promise<void> {
    for (;;) {
      const [next] = this.#changed;
      if (!next) return;
      const [path, { due }] = next;
      const early = due - performance.now();
      if (early > 0) {
        await pause(early, undefined, { ref: false });
        continue;
      }
      this.#changed.delete(path);
      await this.#lookInTurn(path);
    }
  }

  async #compareAll(files: readonly string[]): Promise<void> {
    let since = performance.now();
    let took = 0;
    for (const path of files) {
      if (this.#stopped) return;
      if (!this.#options.isLeftOut(path) && this.#isChanged(path)) await this.#lookInTurn(path);
      const slice = performance.now() - since;
      if (slice < SLICE) continue;
      took += slice;
      await breathe();
      since = performance.now();
    }
    this.#compareAfter = performance.now() + took / SHARE;
  }

  #isChanged(path: string): boolean {
    const { repository, record } = this.#options;
    const stat = lstatAt(`${repository}/${path}`);
    return !!stat?.isFile() && record.known(path, stat) === null;
  }

  /** Whatever goes wrong with one file, the others are looked through. */
  async #lookInTurn(path: string): Promise<void> {
    const start = performance.now();
    await this.#look(path);
    const took = performance.now() - start;
    if (!this.#stopped) await pause(took * REST, undefined, { ref: false });
  }

  async #look(path: string): Promise<void> {
    const { repository, record } = this.#options;
    const stat = lstatAt(`${repository}/${path}`);
    if (stat?.isDirectory()) return this.#lookInside(path);
    if (!stat?.isFile() || stat.size > LONGEST || record.known(path, stat)) return;
    const at = BigInt(Date.now()) * 1_000_000n;
    const result = await this.#scan(path, Number(stat.size));
    // Unreadable for guard now, and so for the session; when that changes, its times do.
    if (!result || !('spans' in result)) return;
    const spans = result.spans.length > 0 ? this.#withoutOwn(path, result.spans) : [];
    const findings = findingsOf(spans);
    record.set(path, result.state, findings, at);
    if (findings.length > 0 && !isWeak(findings) && !this.#stopped)
      this.#options.cover(coverOf(path, findings));
  }

  /** A new folder may have had files before anybody watched it. */
  #lookInside(folder: string): void {
    const absolute = `${this.#options.repository}/${folder}`;
    try {
      for (const name of readdirSync(encodePath(absolute), { encoding: 'buffer' }))
        this.touched(`${folder}/${decodePath(name)}`);
    } catch {
      // Gone, or closed to guard.
    }
  }

  async #scan(path: string, size: number): Promise<ScanResult | null> {
    const { repository: root, load, scanner, known, rules } = this.#options;
    await load?.();
    if (size <= SMALL) return withFiles(root, (files) => scanFile(files, scanner(), path));
    const { scanFiles } = await import('../secrets/engine/scan-pool.ts');
    const own = { known: known(), rules: rules?.() ?? [] };
    for await (const result of scanFiles({ root, paths: [path], workers: 1, ...own }))
      return result;
    return null;
  }

  /** What the session writes of what it has read is a placeholder, which has a secret's shape. */
  #withoutOwn(path: string, spans: readonly SecretSpan[]): SecretSpan[] {
    const own = this.#options.standIns.entries().map(([, standIn]) => latin1(standIn));
    if (own.length === 0) return [...spans];
    const isOwn = ownPlaceholders(own);
    try {
      return withFiles(this.#options.repository, (files) =>
        files.with(path, (fd) => spans.filter((span) => !isOwn(textOf(fd, span)))),
      );
    } catch {
      return [...spans];
    }
  }
}

function withFiles<T>(root: string, use: (files: OpenFiles) => T): T {
  const files = new OpenFiles(root);
  try {
    return use(files);
  } finally {
    files.close();
  }
}

function textOf(fd: number, { start, end }: SecretSpan): string {
  const bytes = Buffer.alloc(Math.min(end - start, TELLING));
  return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, start));
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
