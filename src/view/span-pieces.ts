import type { SecretSpan } from '../secrets/engine/detector.ts';
import type { Range } from '../secrets/range.ts';
import type { Encoding } from './span-text.ts';

/** Of a span, what is on one line of the file. */
export interface SpanPiece extends Range {
  encoding: Encoding;
}

/** Lines that frame a key (RFC 7468), its headers (RFC 1421) and its checksum (RFC 9580, section 6.1) say nothing. */
const FRAME =
  /^(?:-----(?:BEGIN|END) [A-Z0-9 ]{1,60}-----|(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): .*|=[A-Za-z0-9+/]{4})$/;

/**
 * A span line by line, so that no placeholder holds a line break and tools that work by lines can find it. Of several lines
 * the white space around each stays, and the lines that frame a key. `text` holds one byte a character.
 */
export function linePieces(text: string, { start, end, encoding }: SecretSpan): SpanPiece[] {
  const wide = encoding === 'utf-16le' || encoding === 'utf-16be';
  const unit = wide ? 2 : 1;
  const lines: Range[] = [];
  let from = start;
  for (let at = start; at < end; at += unit)
    if (isLineBreak(text.slice(at, at + unit))) {
      lines.push({ start: from, end: at });
      from = at + unit;
    }
  lines.push({ start: from, end });
  const inner = lines.length === 1 ? lines : lines.map((line) => withoutFrame(text, line, unit));
  return inner.filter((line) => line.end > line.start).map((line) => ({ ...line, encoding }));
}

function isLineBreak(unit: string): boolean {
  return /^\0?[\n\r]\0?$/.test(unit);
}

function withoutFrame(text: string, line: Range, unit: number): Range {
  let { start, end } = line;
  const isSpace = (at: number): boolean => /^\0?[ \t]\0?$/.test(text.slice(at, at + unit));
  while (start < end && isSpace(start)) start += unit;
  while (end > start && isSpace(end - unit)) end -= unit;
  const words = text.slice(start, end).replaceAll('\0', '');
  return FRAME.test(words) ? { start: end, end } : { start, end };
}
