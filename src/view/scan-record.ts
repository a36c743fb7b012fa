import type { FileState } from '../secrets/engine/open-files.ts';
import type { Tier } from '../secrets/engine/detector.ts';

/** That something was found in a file: of which kinds, never where or what. */
export interface Finding {
  rule: string;
  tier: Tier;
}

export interface ScannedRow {
  state: BigInt64Array;
  findings: readonly Finding[];
}

/** Numbers that say in which state a file is. */
export const WIDTH = 5;
/** Stands in place of a time: no file has it. */
const NEVER = -1n;

/**
 * A file that was changed so shortly before it was looked at can be changed again without another time: git's index calls
 * it "racily clean" (gitformat-index(5)). Times of file systems have steps of up to two seconds (FAT, vfat(5)). Nanoseconds.
 */
const RACY = 2_000_000_000n;

/** Which files were looked through in which state, and where something was found. Paths are relative. */
export class ScanRecord {
  #states: BigInt64Array;
  readonly #paths: string[];
  readonly #findings = new Map<string, readonly Finding[]>();
  /** Where a path stands; made when somebody asks for one out of order. */
  #rows: Map<string, number> | null = null;
  /** A walk meets files in the order of the last one, mostly. */
  #expected = 0;

  /** @param rows that there will be; or what there is, by {@link paths}, {@link states} and row: it is kept, not copied */
  constructor(
    rows: number | { paths: string[]; states: BigInt64Array; findings: [number, Finding[]][] },
  ) {
    const { paths, states, findings } =
      typeof rows === 'number'
        ? { paths: [], states: new BigInt64Array(rows * WIDTH), findings: [] }
        : rows;
    this.#states = states;
    this.#paths = paths;
    for (const [row, list] of findings) this.#findings.set(paths[row] as string, list);
  }

  get size(): number {
    return this.#paths.length;
  }

  get paths(): readonly string[] {
    return this.#paths;
  }

  /** One row of five numbers for each path. */
  get states(): BigInt64Array {
    return this.#states.subarray(0, this.#paths.length * WIDTH);
  }

  get findings(): ReadonlyMap<string, readonly Finding[]> {
    return this.#findings;
  }

  /** What is known of a file that is as it was then; null where it has to be looked through. */
  known(path: string, stat: FileState): ScannedRow | null {
    const row = this.#unchanged(path, stat);
    if (row < 0) return null;
    const state = this.#states.subarray(row * WIDTH, (row + 1) * WIDTH);
    return { state, findings: this.#findings.get(path) ?? [] };
  }

  /** Has the next row be what `before` knows of a file; false, and nothing done, where it has to be looked through. */
  appendKnown(path: string, stat: FileState, before: ScanRecord): boolean {
    const from = before.#unchanged(path, stat);
    if (from < 0) return false;
    const row = this.append(path, before.#findings.get(path));
    for (let column = 0; column < WIDTH; column++)
      this.#states[row * WIDTH + column] = before.#states[from * WIDTH + column] as bigint;
    return true;
  }

  /** -1 where it is not as it was. */
  #unchanged(path: string, { dev, ino, size, mtimeNs, ctimeNs }: FileState): number {
    const row = this.#row(path);
    if (row === undefined) return -1;
    const states = this.#states;
    const at = row * WIDTH;
    return states[at + 4] === ctimeNs &&
      states[at + 3] === mtimeNs &&
      states[at + 2] === size &&
      states[at + 1] === signed(ino) &&
      states[at] === signed(dev)
      ? row
      : -1;
  }

  /** @param at when it was read, in nanoseconds since 1970 */
  set(path: string, stat: FileState, findings: readonly Finding[], at: bigint): void {
    const row = this.#row(path) ?? this.append(path);
    this.#states.set(numbersOf(stat), row * WIDTH);
    const settled = at - RACY;
    if (stat.ctimeNs > settled || stat.mtimeNs > settled)
      this.#states[row * WIDTH + WIDTH - 1] = NEVER;
    if (findings.length > 0) this.#findings.set(path, findings);
    else this.#findings.delete(path);
  }

  /** The next row, of a file that is yet to be looked through. */
  append(path: string, findings: readonly Finding[] = []): number {
    const row = this.#paths.push(path) - 1;
    if ((row + 1) * WIDTH > this.#states.length) {
      const longer = new BigInt64Array(Math.max(WIDTH, this.#states.length * 2));
      longer.set(this.#states);
      this.#states = longer;
    }
    this.#states[row * WIDTH + WIDTH - 1] = NEVER;
    if (findings.length > 0) this.#findings.set(path, findings);
    this.#rows?.set(path, row);
    return row;
  }

  #row(path: string): number | undefined {
    if (this.#paths[this.#expected] === path) return this.#expected++;
    if (this.#rows === null) {
      if (this.#paths.length === 0) return undefined;
      this.#rows = new Map(this.#paths.map((each, row) => [each, row]));
    }
    const row = this.#rows.get(path);
    if (row !== undefined) this.#expected = row + 1;
    return row;
  }
}

/** What changes whenever the content does: no program can set the last of the times (utimensat(2)). */
function numbersOf(stat: FileState): [bigint, bigint, bigint, bigint, bigint] {
  return [signed(stat.dev), signed(stat.ino), stat.size, stat.mtimeNs, stat.ctimeNs];
}

const signed = (number: bigint): bigint => BigInt.asIntN(64, number);
