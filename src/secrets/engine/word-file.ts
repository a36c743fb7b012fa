import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { LookNumbers } from './look-plan.ts';
import type { WordTable } from './word-table.ts';

/** What is known when guard is built: nothing of it is worked out again at a start. */
export interface BuiltWords {
  table: WordTable;
  looks: LookNumbers;
  /** The rules that detectors are made of, each as JSON, in one text: rule `i` ends where `ruleEnds[i]` says. */
  ruleEnds: Uint32Array;
  rules: Uint8Array;
}

/**
 * As a file, in this machine's byte order, since it is built where it is installed or published for one order only:
 *
 *     32 bytes                  SHA-256 of all that follows
 *     numbers, 4 bytes each     single ones, then how long each array is
 *     the arrays                in the order of `arraysOf`, wider ones first
 *
 * The program is built with that hash: of another build, another order or another length, the file counts for nothing.
 */
const HASH = 32;
const SINGLE = 5;
const WIDTHS = [4, 4, 4, 4, 2, 2, 2, 2, 1, 1, 1] as const;
const HEAD = HASH + (SINGLE + WIDTHS.length) * 4;

const arraysOf = ({ table, looks, ruleEnds, rules }: BuiltWords) =>
  [
    ...[table.wordsAt, looks.waysAt, looks.ways, ruleEnds],
    ...[table.next, table.words, looks.lengths, looks.detectors],
    ...[table.columns, looks.escapes, rules],
  ] as const;

export function wordFile(built: BuiltWords): Buffer {
  const { table, looks } = built;
  const arrays = arraysOf(built);
  const numbers = [table.shift, table.firstHit, table.longest, looks.before, looks.after];
  const content = Buffer.concat([
    bytesOf(Uint32Array.from([...numbers, ...arrays.map(({ length }) => length)])),
    ...arrays.map(bytesOf),
  ]);
  return Buffer.concat([createHash('sha256').update(content).digest(), content]);
}

/** What the program is built with. */
export const wordFileId = (file: Buffer): string => file.toString('hex', 0, HASH);

/** Null unless `file` is the one of that id. */
export function readWordFile(file: string, id: string): BuiltWords | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return null;
  }
  if (bytes.length < HEAD || wordFileId(bytes) !== id) return null;
  // A buffer of its own: typed arrays have to begin at multiples of their width.
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(bytes);
  const numbers = new Uint32Array(buffer, byteOffset + HASH, SINGLE + WIDTHS.length);
  const [shift = 0, firstHit = 0, longest = 0, before = 0, after = 0, ...lengths] = numbers;
  const size = WIDTHS.reduce<number>((sum, width, i) => sum + width * (lengths[i] ?? 0), HEAD);
  if (bytes.length !== size) return null;
  let at = byteOffset + HEAD;
  let index = 0;
  const next = (): [ArrayBufferLike, number, number] => {
    const start = at;
    const length = lengths[index] ?? 0;
    at += length * (WIDTHS[index++] ?? 0);
    return [buffer, start, length];
  };
  const wordsAt = new Uint32Array(...next());
  const waysAt = new Uint32Array(...next());
  const ways = new Uint32Array(...next());
  const ruleEnds = new Uint32Array(...next());
  const cells = new Uint16Array(...next());
  const words = new Uint16Array(...next());
  const wordLengths = new Uint16Array(...next());
  const detectors = new Uint16Array(...next());
  const columns = new Uint8Array(...next());
  const escapes = new Uint8Array(...next());
  const rules = new Uint8Array(...next());
  return {
    table: { shift, firstHit, longest, columns, wordsAt, next: cells, words },
    looks: { before, after, lengths: wordLengths, escapes, waysAt, ways, detectors },
    ruleEnds,
    rules,
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
