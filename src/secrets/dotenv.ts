import { isUtf8 } from 'node:buffer';
import { scanDotenv } from './dotenv-scan.ts';
import { occurrences } from './occurrences.ts';
import { placeholder } from './placeholder.ts';
import { isPublicValue } from './public-value.ts';
import { mergeRanges, withoutRanges, type Range } from './range.ts';
import { StandIns } from './stand-ins.ts';

export interface RedactedDotenv {
  /** As long as the original, byte for byte the same outside of secrets. */
  redacted: Buffer;
  /** The real values that were replaced, each once. */
  secrets: string[];
}

/** By chance a placeholder may spell `true`, or hold a short secret: then another one is made. */
const ATTEMPTS = 16;

/**
 * A dotenv file with every secret value replaced by a placeholder of the same length and shape. Names, comments, layout,
 * booleans, numbers and plainly public values stay. Null if the content is no text and must be hidden instead. A value
 * that has a stand-in keeps it; those that get one are added.
 */
export function redactDotenv(
  content: Buffer,
  standIns: StandIns = new StandIns(),
): RedactedDotenv | null {
  if (!isUtf8(content) || hasControls(content)) return null;
  const text = content.toString('latin1');
  const { ranges, names } = findSecrets(text);
  const values = new Set(ranges.map((r) => text.slice(r.start, r.end)));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stand = new Map<string, string>();
    const redacted = replaceRanges(text, ranges, stand, standIns);
    if (attempt < ATTEMPTS - 1 && !isClean(redacted, ranges, names, values)) continue;
    for (const [value, made] of stand) standIns.add(asText(value), asText(made));
    return { redacted: Buffer.from(redacted, 'latin1'), secrets: secretStrings(values) };
  }
  return null;
}

/** What the scan finds, and every further mention of the same values (in a comment, in a value that looked public). */
function findSecrets(text: string): { ranges: Range[]; names: Range[] } {
  const { secrets, names } = scanDotenv(text);
  const found = mergeRanges(secrets);
  const values = found.map((r) => text.slice(r.start, r.end)).filter((v) => !isPublicValue('', v));
  const mentions = occurrences(text, values).flatMap((r) =>
    withoutRanges(r, overlapping(names, r)),
  );
  return { ranges: mergeRanges([...found, ...mentions]), names };
}

/** The same value gets the same placeholder, so that what was equal in the file stays equal. */
function replaceRanges(
  text: string,
  ranges: readonly Range[],
  stand: Map<string, string>,
  standIns: StandIns,
): string {
  let out = '';
  let at = 0;
  for (const { start, end } of ranges) {
    const value = text.slice(start, end);
    const made = stand.get(value) ?? known(value, standIns) ?? placeholder(value);
    stand.set(value, made);
    out += text.slice(at, start) + made;
    at = end;
  }
  return out + text.slice(at);
}

/** Only one of the same length can stand in a file. */
function known(value: string, standIns: StandIns): string | undefined {
  const standIn = standIns.of(asText(value));
  if (standIn === undefined) return undefined;
  const bytes = Buffer.from(standIn, 'utf8').toString('latin1');
  return bytes.length === value.length ? bytes : undefined;
}

function asText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function isClean(
  redacted: string,
  ranges: readonly Range[],
  names: readonly Range[],
  values: ReadonlySet<string>,
): boolean {
  const left = occurrences(
    redacted,
    [...values].filter((v) => !isPublicValue('', v)),
  );
  if (left.some((r) => overlapping(names, r).length === 0)) return false;
  const again = findSecrets(redacted).ranges;
  return again.length === ranges.length && again.every((r, i) => r.end === ranges[i]?.end);
}

/** Those of `sorted` (in order, apart) that touch `range`. */
function overlapping(sorted: readonly Range[], range: Range): Range[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.end ?? 0) <= range.start) low = middle + 1;
    else high = middle;
  }
  const out: Range[] = [];
  for (let at = low; (sorted[at]?.start ?? Infinity) < range.end; at++) {
    const hit = sorted[at];
    if (hit) out.push(hit);
  }
  return out;
}

/** As text, and as a program gets it where the file has `\n` for a line break. */
function secretStrings(values: Iterable<string>): string[] {
  const out = new Set<string>();
  for (const value of values) {
    const text = asText(value);
    out.add(text);
    if (text.includes('\\n')) out.add(text.replaceAll('\\r', '\r').replaceAll('\\n', '\n'));
  }
  return [...out];
}

/** Control characters other than tab, line feed, form feed, vertical tab and carriage return: no text file has them. */
function hasControls(content: Buffer): boolean {
  return content.some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b));
}
