import type { Hit } from './detector.ts';
import type { FindingList } from './finding-list.ts';
import { findingOf } from './finding.ts';
import type { LookBudget } from './look-budget.ts';
import type { LookPlan, Looks } from './look-plan.ts';
import type { Piece } from './pieces.ts';
import { searchWords, type Places } from './word-search.ts';
import type { WordTable } from './word-table.ts';

/** Entries for what is met. */
export const PLACES = 8192;

/** What was not looked at because there was too much to look at. */
export const DENSE_RULE = 'engine.too-dense';
/** So much is left out at a time then. Bytes. */
const LEFT_OUT = 16 * 1024;

/** One text that is looked through. */
export interface Looked {
  path: string;
  /** It begins and ends where a text does. */
  whole: boolean;
  findings: FindingList;
  budget: LookBudget;
  /** Room for what is met, while this text is looked through. */
  places: Uint32Array;
  /** An escape was met at this place of the piece; returns up to where in the source that settles others. */
  onEscape: (piece: Piece, at: number) => number;
}

/** Calls detectors at the words they wait for. Once for each text: it is given its pieces in order. */
export class WordScan {
  readonly #plan: LookPlan;
  readonly #table: WordTable;
  readonly #text: Looked;
  readonly #places: Places;
  /** Positions in the source: the last hit, and up to where escapes are settled and words are left out. */
  #passed = 0;
  #unescaped = 0;
  #leftOut = 0;

  constructor(plan: LookPlan, table: WordTable, text: Looked) {
    this.#plan = plan;
    this.#table = table;
    this.#text = text;
    this.#places = { list: text.places, length: 0 };
  }

  scan(piece: Piece): void {
    const { longest, firstHit, wordsAt, words } = this.#table;
    const { list } = this.#places;
    // A word that begins in the piece may end behind it.
    const searched = Math.min(piece.bytes.length, piece.coreEnd + longest - 1);
    let state = 0;
    let at = piece.core;
    while (at < searched && !this.#text.findings.full) {
      ({ at, state } = searchWords(this.#table, piece.bytes, at, searched, state, this.#places));
      const { length } = this.#places;
      for (let i = 0; i < length; i += 2) {
        const end = list[i] as number;
        const hit = (list[i + 1] as number) - firstHit;
        const lastWord = wordsAt[hit + 1] as number;
        for (let w = wordsAt[hit] as number; w < lastWord; w++)
          this.#meet(words[w] as number, piece, end);
      }
    }
  }

  #meet(word: number, piece: Piece, end: number): void {
    const start = end - (this.#plan.lengths[word] as number);
    if (start >= piece.coreEnd) return;
    if (piece.base + start >= this.#leftOut)
      for (const looks of this.#plan.looksAt(word))
        if (!goesOn(piece.bytes, start, end, looks)) this.#look(looks, piece, start, end);
    if (this.#plan.escapes[word] === 1 && piece.base + start >= this.#unescaped)
      this.#unescaped = this.#text.onEscape(piece, start);
  }

  #look(looks: Looks, piece: Piece, start: number, end: number): void {
    const { bytes, base, last } = piece;
    const { path, whole, findings } = this.#text;
    const from = Math.max(0, start - looks.before);
    const to = Math.min(bytes.length, Math.max(end, start + looks.after));
    if (!this.#affords(base + start, looks.detectors.length, to - from)) return;
    const hit: Hit = {
      text: bytes.toString('latin1', from, to),
      at: start - from,
      end: end - from,
      path,
      first: whole && base + from === 0,
      last: whole && last && to === bytes.length,
    };
    for (const detector of looks.detectors)
      for (const match of detector.look(hit)) {
        const finding = findingOf(match, detector, detector.rank, base + from, to - from);
        if (finding) findings.add(finding);
      }
  }

  /** Where it does not, this place and what follows count as secret. */
  #affords(at: number, looks: number, length: number): boolean {
    const { budget, findings } = this.#text;
    if (at < this.#leftOut) return false;
    if (at > this.#passed) {
      budget.advance(at - this.#passed);
      this.#passed = at;
    }
    if (budget.take(looks, length)) return true;
    this.#leftOut = at + LEFT_OUT;
    findings.hide(
      DENSE_RULE,
      Math.max(0, at - this.#plan.before),
      this.#leftOut + this.#plan.after,
    );
    return false;
  }
}

function goesOn(bytes: Buffer, start: number, end: number, looks: Looks): boolean {
  return (
    (looks.boundedBefore && start > 0 && isAlphanumeric(bytes[start - 1] as number)) ||
    (looks.boundedAfter && end < bytes.length && isAlphanumeric(bytes[end] as number))
  );
}

function isAlphanumeric(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}
