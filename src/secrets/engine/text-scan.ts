import { textOf } from './content.ts';
import { EncodedRuns, CONTEXT as RUN_CONTEXT } from './encoded-runs.ts';
import { ESCAPED_AFTER, ESCAPED_BEFORE, escapedText } from './escapes.ts';
import { FindingList } from './finding-list.ts';
import type { Finding } from './finding.ts';
import type { KnownValues } from './known-values.ts';
import { LookBudget } from './look-budget.ts';
import type { LookPlan } from './look-plan.ts';
import { surest } from './overlaps.ts';
import { PIECE, piecesOf, type Piece } from './pieces.ts';
import { bufferSource, type Source } from './source.ts';
import { PLACES, WordScan } from './word-scan.ts';
import type { WordTable } from './word-table.ts';

/** Base64 of base64 is read, and what that escapes; nothing deeper. */
const DEEPEST = 2;

/** Looks through texts, and the texts that are encoded in them. */
export class TextScan {
  readonly #plan: LookPlan;
  readonly #table: WordTable;
  readonly #known: KnownValues;
  readonly #context: { before: number; after: number; size: number };
  /** Texts that are encoded in one another are looked through at the same time. */
  readonly #places = Array.from({ length: DEEPEST + 1 }, () => new Uint32Array(PLACES));

  constructor(plan: LookPlan, table: WordTable, known: KnownValues, size = PIECE) {
    this.#plan = plan;
    this.#table = table;
    this.#known = known;
    this.#context = {
      size,
      // One byte more says whether a word goes on.
      before: Math.max(plan.before, ESCAPED_BEFORE) + 1,
      after: Math.max(plan.after, table.longest, known.longest, ESCAPED_AFTER, RUN_CONTEXT) + 1,
    };
  }

  /** Adds to `findings`, whose positions are those in `source`, one byte a character. */
  scan(path: string, source: Source, findings: FindingList): void {
    this.#scan(source, findings, { path, depth: 0, whole: true, budget: new LookBudget() });
  }

  #scan(source: Source, findings: FindingList, look: Look): void {
    const deeper = look.depth < DEEPEST;
    const words = new WordScan(this.#plan, this.#table, {
      ...look,
      findings,
      places: this.#places[look.depth] as Uint32Array,
      onEscape: (piece, at) =>
        deeper ? this.#unescaped(piece, at, look, findings) : source.length,
    });
    const runs = new EncodedRuns();
    for (const piece of piecesOf(source, this.#context)) {
      words.scan(piece);
      this.#known.scan(piece, findings);
      if (deeper)
        for (const { start, end, encoding, decoded } of runs.find(piece)) {
          const best = surest(this.#inner(decoded, { ...look, whole: true }));
          if (best) findings.add({ ...best, start, end, encoding });
        }
      if (findings.full) {
        findings.giveUp(piece.base + piece.core);
        break;
      }
    }
  }

  #inner(decoded: Buffer, look: Look): Finding[] {
    const text = textOf(bufferSource(decoded));
    if (text.binary) return [];
    const findings = new FindingList(text.source.length);
    this.#scan(text.source, findings, { ...look, depth: look.depth + 1 });
    return findings.resolved().map(text.inOriginal);
  }

  /** What is found in a text with escapes is where it stands; encoded only if there are escapes in it. */
  #unescaped(piece: Piece, escape: number, look: Look, findings: FindingList): number {
    const { decoded, at, base, end, encoding } = escapedText(piece, escape);
    for (const finding of this.#inner(decoded, { ...look, whole: false })) {
      const first = at[finding.start] as number;
      const last = at[finding.end] as number;
      const plain = last - first === finding.end - finding.start;
      const found = { ...finding, start: base + first, end: base + last };
      findings.add(plain ? found : { ...found, encoding });
    }
    return end;
  }
}

interface Look {
  path: string;
  /** In how many encodings the text stands. */
  depth: number;
  /** It begins and ends where a text does, not just where one was cut. */
  whole: boolean;
  budget: LookBudget;
}
