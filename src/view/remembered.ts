import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { encodePath } from '../byte-path.ts';
import type { Scanner, SecretSpan } from '../secrets/engine/detector.ts';
import { stateOf } from './covers.ts';
import { lstatAt, readRegular } from './inside.ts';

/** Stands for a rule in reports: a session has moved this value to where nothing else finds it. */
export const REMEMBERED = 'seen before';

/** None is forgotten for another: a session could make up others until the real ones are gone. */
const MOST = 4000;
/** Of a file of one name: its bytes are gone through once for each. */
const MOST_LENGTHS = 64;
const LARGEST_FILE = 16 * 1024 * 1024;

/** One value, by nothing that tells it: its length, a quick sum, and a keyed digest. */
interface Print {
  /** Of the file: a session cannot rename it, but folders above it. */
  name: string;
  length: number;
  sum: number;
  digest: string;
}

interface Stored {
  salt: string;
  prints: Print[];
}

/**
 * Values that stood in a file as secrets and that a session has written to another place in it, where their surroundings no
 * longer say that they are: they are found there all the same, from one session to the next. Kept where no session sees it.
 */
export class Remembered {
  readonly #file: string;
  #salt: Buffer = randomBytes(32);
  #prints: Print[] = [];
  #names = new Set<string>();
  /** Of the file when it was read. */
  #state = '';

  constructor(file: string) {
    this.#file = file;
    this.#load();
  }

  /** Could there be one in a file of this name? */
  knows(path: string): boolean {
    return this.#names.has(basename(path));
  }

  find(path: string, bytes: Buffer): SecretSpan[] {
    // Another session may have added some.
    this.#load();
    const name = basename(path);
    const own = this.#prints.filter((print) => print.name === name);
    const spans = [...new Set(own.map(({ length }) => length))].flatMap((length) =>
      this.#findOf(
        bytes,
        own.filter((print) => print.length === length),
        length,
      ),
    );
    return apart(spans);
  }

  /** Throws what the kernel reports where they cannot be kept, and EDQUOT where there are too many. */
  add(path: string, values: Iterable<Buffer>): void {
    this.#load();
    const name = basename(path);
    const own = this.#prints.filter((print) => print.name === name);
    const known = new Set(own.map(({ digest }) => digest));
    const lengths = new Set(own.map(({ length }) => length));
    const added: Print[] = [];
    for (const value of values) {
      const digest = this.#digest(value);
      if (known.has(digest)) continue;
      known.add(digest);
      lengths.add(value.length);
      added.push({ name, length: value.length, sum: sumOf(value), digest });
    }
    if (added.length === 0) return;
    if (this.#prints.length + added.length > MOST || lengths.size > MOST_LENGTHS)
      throw Object.assign(new Error('too many values to remember'), { code: 'EDQUOT' });
    this.#take({ salt: this.#salt, prints: [...this.#prints, ...added] });
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const stored: Stored = { salt: this.#salt.toString('hex'), prints: this.#prints };
    const made = `${this.#file}.${process.pid}`;
    writeFileSync(encodePath(made), JSON.stringify(stored), { mode: 0o600 });
    renameSync(encodePath(made), encodePath(this.#file));
  }

  /** A sum that goes along with a window of that length (Karp and Rabin), so that the bytes are gone through once. */
  #findOf(bytes: Buffer, prints: readonly Print[], length: number): SecretSpan[] {
    if (length === 0 || bytes.length < length) return [];
    const sums = new Set(prints.map(({ sum }) => sum));
    const digests = new Set(prints.map(({ digest }) => digest));
    let leaving = 1;
    for (let n = 1; n < length; n++) leaving = Math.imul(leaving, BASE);
    const spans: SecretSpan[] = [];
    let sum = sumOf(bytes.subarray(0, length));
    for (let start = 0; ; start++) {
      const end = start + length;
      if (sums.has(sum) && digests.has(this.#digest(bytes.subarray(start, end))))
        spans.push({ rule: REMEMBERED, tier: 'certain', start, end });
      if (end >= bytes.length) return spans;
      const without = sum - Math.imul(bytes[start] ?? 0, leaving);
      sum = (Math.imul(without, BASE) + (bytes[end] ?? 0)) | 0;
    }
  }

  #load(): void {
    const stat = lstatAt(this.#file);
    const state = stat ? stateOf(stat) : '';
    if (state === this.#state) return;
    const stored = read(this.#file);
    if (!stored) return;
    this.#state = state;
    this.#take({ salt: Buffer.from(stored.salt, 'hex'), prints: stored.prints });
  }

  #take({ salt, prints }: { salt: Buffer; prints: Print[] }): void {
    this.#salt = salt;
    this.#prints = prints;
    this.#names = new Set(prints.map(({ name }) => name));
  }

  #digest(value: Buffer): string {
    return createHmac('sha256', this.#salt).update(value).digest('hex');
  }
}

/** A scanner that finds these as well, in what it is given as bytes. */
export function withRemembered(
  scanner: () => Scanner,
  remembered: Remembered | undefined,
): () => Scanner {
  if (!remembered) return scanner;
  return () => ({
    scan: (path, bytes) => apart([...scanner().scan(path, bytes), ...remembered.find(path, bytes)]),
    scanDescriptor: (path, fd, size) => scanner().scanDescriptor(path, fd, size),
  });
}

const BASE = 0x01000193;

function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (const byte of bytes) sum = (Math.imul(sum, BASE) + byte) | 0;
  return sum;
}

/** In order; of those that overlap one that holds all of them. */
function apart(spans: readonly SecretSpan[]): SecretSpan[] {
  const out: SecretSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = out.at(-1);
    if (!last || span.start >= last.end) out.push({ ...span });
    // Another reading of the same bytes is still those bytes: line by line and class by class they are replaced.
    else if (span.end > last.end) last.end = span.end;
  }
  return out;
}

function read(file: string): Stored | null {
  try {
    const stored = JSON.parse(readRegular(file, LARGEST_FILE)?.toString() ?? '') as Stored;
    return /^[0-9a-f]{64}$/.test(stored.salt) && Array.isArray(stored.prints) ? stored : null;
  } catch {
    return null;
  }
}
