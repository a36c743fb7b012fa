import type { SecretSpan } from '../secrets/engine/detector.ts';
import { withoutRanges, type Range } from '../secrets/range.ts';
import type { StandIns } from '../secrets/stand-ins.ts';
import { tokenLike } from '../secrets/token-like.ts';
import { MOST_PLACES, MOST_WORK, restore, type Pair } from './restore.ts';
import { linePieces, type SpanPiece } from './span-pieces.ts';
import { bitsOf, LEAST_BITS, spanText } from './span-text.ts';

/** What a file's secrets were replaced by. Real values: in memory only. */
export interface Redaction {
  pairs: readonly Pair[];
  /** Is every placeholder unlike all that a person would write? Only then can it be turned back wherever it stands. */
  restorable: boolean;
}

export interface RedactedSpans extends Redaction {
  redacted: Buffer;
  /** The real values, as text. */
  secrets: string[];
  /** How many secrets were found. */
  count: number;
}

export interface SpansOptions {
  standIns: StandIns;
  /** What values of this file were replaced by before: they are again. */
  before?: readonly Pair[];
  /** Where such values stand for certain, whatever is found there. Elsewhere they are looked for as {@link isTelling} says. */
  places?: readonly Range[];
}

/** By chance a placeholder may stand in the file already: then another one is made. */
const ATTEMPTS = 16;

/** A mention of a value elsewhere in the file is replaced from this length on, or where it looks like a credential. */
const LONG_VALUE = 20;

/** More values take too long each time the file changes. */
const MOST_PAIRS = 2000;

/**
 * A file with each of its secrets replaced by a placeholder of the same length and shape, and nothing else changed. A value
 * that has a stand-in keeps it; those that get one are added. Null where that would take too long.
 */
export function redactSpans(
  content: Buffer,
  spans: readonly SecretSpan[],
  { standIns, before = [], places = [] }: SpansOptions,
): RedactedSpans | null {
  const text = content.toString('latin1');
  const made = new Set(standIns.entries().map(([, standIn]) => standIn));
  const found = spans
    .flatMap((span) => linePieces(text, span))
    .filter((piece) => !made.has(spanText(raw(text, piece), piece.encoding).value));
  const mentioned = new Set(
    [
      ...found.filter(({ encoding }) => encoding === undefined).map((piece) => raw(text, piece)),
      ...before.map(({ real }) => latin1(real)),
    ].filter(isTelling),
  );
  if (mentioned.size > MOST_PAIRS || mentioned.size * content.length > MOST_WORK) return null;
  const mentions = mentionsOf(content, mentioned);
  if (!mentions) return null;
  const pieces = apart(text, [places.map(plainPiece), found, mentions]);
  for (let attempt = 1; ; attempt++) {
    const done = replace(text, pieces, standIns, before);
    const redacted = Buffer.from(done.text, 'latin1');
    const pairs = [...before, ...done.pairs];
    const clean = restore(redacted, pairs)?.bytes.equals(content) ?? false;
    if (!clean && attempt < ATTEMPTS) continue;
    for (const [value, standIn] of done.added) standIns.add(value, standIn);
    const restorable = clean && done.bits >= LEAST_BITS && pairs.length <= MOST_PAIRS;
    return { redacted, pairs, restorable, secrets: done.secrets, count: spans.length };
  }
}

interface Replaced {
  text: string;
  pairs: Pair[];
  secrets: string[];
  /** Values that had no stand-in. */
  added: [value: string, standIn: string][];
  /** Of the placeholder that says least. */
  bits: number;
}

function replace(
  text: string,
  pieces: readonly SpanPiece[],
  standIns: StandIns,
  before: readonly Pair[],
): Replaced {
  const known = new Map(before.map(({ real, placeholder }) => [latin1(real), latin1(placeholder)]));
  const out: Replaced = { text: '', pairs: [], secrets: [], added: [], bits: Infinity };
  let at = 0;
  for (const piece of pieces) {
    const value = raw(text, piece);
    const made = known.get(value) ?? newPair(value, piece, standIns, out);
    known.set(value, made);
    out.text += text.slice(at, piece.start) + made;
    at = piece.end;
  }
  out.text += text.slice(at);
  return out;
}

function newPair(
  value: string,
  { encoding }: SpanPiece,
  standIns: StandIns,
  out: Replaced,
): string {
  const said = spanText(value, encoding);
  const known = standIns.of(said.value);
  const written = known === undefined ? null : said.standIn(known);
  const drawn = written === null ? said.draw() : '';
  // What its own encoding cannot write stands for this piece alone.
  const made = written ?? said.standIn(drawn) ?? drawn;
  if (known === undefined) out.added.push([said.value, drawn]);
  out.secrets.push(said.value);
  out.bits = Math.min(out.bits, bitsOf(said.value));
  out.pairs.push({ real: Buffer.from(value, 'latin1'), placeholder: Buffer.from(made, 'latin1') });
  return made;
}

/**
 * Every place once: of those that overlap the first list's stay whole. What another's has beside it stays as it is where it
 * is short: somebody has written it there, and it says nothing.
 */
function apart(text: string, lists: readonly (readonly SpanPiece[])[]): SpanPiece[] {
  let taken: SpanPiece[] = [];
  for (const list of lists) {
    const holes = taken;
    const more: SpanPiece[] = [];
    let hole = 0;
    let end = 0;
    for (const piece of [...list].sort(byStart)) {
      if (piece.start < end) continue;
      end = piece.end;
      while ((holes[hole]?.end ?? Infinity) <= piece.start) hole++;
      let last = hole;
      while ((holes[last]?.start ?? Infinity) < piece.end) last++;
      if (last === hole) more.push(piece);
      else
        for (const range of withoutRanges(piece, holes.slice(hole, last)))
          if (bitsOf(raw(text, range)) >= LEAST_BITS) more.push({ ...piece, ...range });
    }
    taken = [...taken, ...more].sort(byStart);
  }
  return taken;
}

function byStart(a: Range, b: Range): number {
  return a.start - b.start || b.end - a.end;
}

/** Would it be a secret wherever it stands, and not a word of a language? */
function isTelling(value: string): boolean {
  return value.length >= LONG_VALUE || tokenLike(value);
}

/** Null where there are too many. */
function mentionsOf(content: Buffer, values: Iterable<string>): SpanPiece[] | null {
  const out: SpanPiece[] = [];
  for (const text of values) {
    const value = Buffer.from(text, 'latin1');
    for (let at = content.indexOf(value); at >= 0; at = content.indexOf(value, at + value.length))
      if (out.push(plainPiece({ start: at, end: at + value.length })) > MOST_PLACES) return null;
  }
  return out;
}

function plainPiece(range: Range): SpanPiece {
  return { ...range, encoding: undefined };
}

function raw(text: string, { start, end }: Range): string {
  return text.slice(start, end);
}

function latin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}
