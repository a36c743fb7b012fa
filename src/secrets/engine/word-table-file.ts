import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildWordTable, type WordTable } from './word-table.ts';

/**
 * A table as a file, in this machine's byte order, since it is built where it is installed or published for one order only:
 *
 *     32 bytes                  SHA-256 of the version below and the words, which is all that the table depends on
 *     6 × 4 bytes               the numbers, as `numbersOf` has them
 *     256 bytes                 columns
 *     wordsAt, next, words      as long as the numbers say
 *
 * Another version, other words, another order, another length: then it is built anew, never trusted.
 */
const VERSION = 'guard-words 1';
const HASH = 32;
const NUMBERS = 6;
const COLUMNS = 256;
const HEAD = HASH + NUMBERS * 4 + COLUMNS;

const hashOf = (list: readonly string[]): Buffer =>
  createHash('sha256')
    .update([VERSION, ...list].join('\n'))
    .digest();

const numbersOf = ({ shift, firstHit, longest, wordsAt, next, words }: WordTable): Uint32Array =>
  Uint32Array.of(shift, firstHit, longest, wordsAt.length, next.length, words.length);

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

export function wordTableFile(list: readonly string[]): Buffer {
  const table = buildWordTable(list);
  return Buffer.concat([
    hashOf(list),
    bytesOf(numbersOf(table)),
    table.columns,
    bytesOf(table.wordsAt),
    bytesOf(table.next),
    bytesOf(table.words),
  ]);
}

/** The table for these words: as `file` has it if it is for them, else built. */
export function wordTableFrom(file: string, list: readonly string[]): WordTable {
  return readTable(file, list) ?? buildWordTable(list);
}

function readTable(file: string, list: readonly string[]): WordTable | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return null;
  }
  if (bytes.length < HEAD || !bytes.subarray(0, HASH).equals(hashOf(list))) return null;
  // A buffer of its own: typed arrays have to begin at multiples of their width.
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(bytes);
  const numbers = new Uint32Array(buffer, byteOffset + HASH, NUMBERS);
  const [shift = 0, firstHit = 0, longest = 0, starts = 0, cells = 0, words = 0] = numbers;
  if (bytes.length !== HEAD + starts * 4 + cells * 2 + words * 2) return null;
  const at = byteOffset + HEAD;
  return {
    shift,
    firstHit,
    longest,
    columns: new Uint8Array(buffer, byteOffset + HASH + NUMBERS * 4, COLUMNS),
    wordsAt: new Uint32Array(buffer, at, starts),
    next: new Uint16Array(buffer, at + starts * 4, cells),
    words: new Uint16Array(buffer, at + starts * 4 + cells * 2, words),
  };
}
