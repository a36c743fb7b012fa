import type { SecretSpan } from '../secrets/engine/detector.ts';
import type { ByteSource } from './byte-source.ts';
import type { Excerpt } from './finding.ts';
import { decodeLine, type LineEncoding } from './text-lines.ts';

/** Stands for a secret, whatever its length: that is nobody's business either. */
const STARS = '********';
/** Characters of a known beginning that are kept, and the part of the secret that they may be at most. */
const KEPT = 4;
const KEPT_PART = 4;
/** Bytes of a line that are shown on either side of a secret. */
const AROUND = 240;

/** What is left of a secret: the beginning that all of its kind have, at most a quarter of it. */
export function redactedSecret(secret: string, prefixes: readonly string[] = []): string {
  const prefix = prefixes.find((each) => each.length > 0 && secret.startsWith(each)) ?? '';
  return prefix.slice(0, Math.min(KEPT, Math.floor(secret.length / KEPT_PART))) + STARS;
}

export interface LineAround {
  source: ByteSource;
  lineStart: number;
  /** Where the line of the secret's end ends. */
  lineEnd: number;
  encoding: LineEncoding;
  /** All spans of the text, in order, also those that are not reported. */
  spans: readonly SecretSpan[];
}

/** The line of `span` around it, every secret cut out. */
export function excerptOf(span: SecretSpan, secret: string, line: LineAround): Excerpt {
  const unit = line.encoding.startsWith('utf-16') ? 2 : 1;
  const from = Math.max(line.lineStart, span.start - AROUND * unit);
  const to = Math.min(line.lineEnd, span.end + AROUND * unit);
  return {
    before: withoutSecrets(line, from, span.start, STARS),
    secret,
    after: withoutSecrets(line, span.end, to, STARS),
    cutBefore: from > line.lineStart,
    cutAfter: to < line.lineEnd,
  };
}

/** Bytes `from` up to `to` as text, with `instead` for each secret that stands there or reaches into it. */
export function withoutSecrets(
  { source, encoding, spans }: Pick<LineAround, 'source' | 'encoding' | 'spans'>,
  from: number,
  to: number,
  instead: string,
): string {
  let text = '';
  let at = from;
  for (const { start, end } of spansWithin(spans, from, to)) {
    if (start > at) text += decodeLine(source.read(at, start), encoding);
    text += instead;
    at = Math.max(at, end);
  }
  return at < to ? text + decodeLine(source.read(at, to), encoding) : text;
}

/** Spans stand in order and apart, so the first is found by halving: a minified file can hold thousands. */
export function spansWithin(spans: readonly SecretSpan[], from: number, to: number): SecretSpan[] {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.end ?? 0) <= from) low = middle + 1;
    else high = middle;
  }
  const within: SecretSpan[] = [];
  for (let i = low; i < spans.length; i += 1) {
    const span = spans[i];
    if (!span || span.start >= to) break;
    within.push(span);
  }
  return within;
}
