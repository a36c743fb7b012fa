import { proseSecrets } from './prose-secrets.ts';
import { withoutRanges, type Range } from './range.ts';
import { nameSaysSecret } from './secret-name.ts';
import { tokenLike } from './token-like.ts';
import { valueSecrets } from './value-secrets.ts';

export interface DotenvScan {
  /** Secret parts, not yet merged. */
  secrets: Range[];
  /** Names of variables: they stay, whatever they spell. */
  names: Range[];
}

const ASSIGNMENT =
  /^[ \t\f\v]*(?:export[ \t]+)?([A-Za-z_\x80-\xff][\w.\x80-\xff-]*)[ \t]*(?:=|:(?=[ \t]|$))[ \t]*/;
/** The lines that frame a key (RFC 7468) say nothing, and programs look for them. */
const PEM_FRAME = /-----(?:BEGIN|END) [A-Z0-9 ]{1,40}-----(?:\\[rn]|[\r\n])*/g;
const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/**
 * Finds what is secret in a dotenv file, position by position, so that names, comments and layout can stay. Parsers
 * disagree about quotes, `#`, escapes and continued lines; where they do, every reading's value is taken for a secret,
 * and a line that no parser understands is one whole. `text` holds one byte a character (latin1).
 */
export function scanDotenv(text: string): DotenvScan {
  const scan: DotenvScan = { secrets: [], names: [] };
  const state: State = { text, scan, pem: false, quote: '', continued: false };
  let at = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  while (at < text.length) at = scanLine(state, at, lineEnd(text, at)) + 1;
  return scan;
}

interface State {
  text: string;
  scan: DotenvScan;
  /** Between the BEGIN and END lines of a key that no quotes hold. */
  pem: boolean;
  /** A quote opened in a commented-out assignment and not closed yet. */
  quote: string;
  /** The line before ended in a backslash. */
  continued: boolean;
}

/** Scans one line and returns where what it began ends: the end of the line, or of the last line of a quoted value. */
function scanLine(state: State, start: number, end: number): number {
  const line = state.text.slice(start, end);
  const comment = /^[ \t]*#/.test(line);
  if (state.pem || state.continued) addWhole(state, start, line);
  else if (comment) scanComment(state, start, line);
  else {
    const match = ASSIGNMENT.exec(line);
    if (!match || isDisguised(match[1] ?? '', line.slice(match[0].length)))
      addWhole(state, start, line);
    else return scanAssignment(state, start, end, match);
  }
  state.continued = !comment && line.trimEnd().endsWith('\\');
  followPem(state, line);
  return end;
}

function scanAssignment(state: State, start: number, end: number, match: RegExpExecArray): number {
  const name = match[1] ?? '';
  addName(state, start, match);
  const at = start + match[0].length;
  const quote = state.text[at] ?? '';
  const close = `"'\``.includes(quote) && quote ? closingQuote(state.text, at + 1, quote) : -1;
  if (close < 0) {
    scanUnquoted(state, name, at, end);
    followPem(state, state.text.slice(at, end));
    return end;
  }
  addValue(state, name, at + 1, close);
  const last = lineEnd(state.text, close);
  const rest = state.text.slice(close + 1, last);
  if (/^[ \t]*#/.test(rest)) addProse(state, close + 1, rest);
  else addWhole(state, close + 1, rest);
  state.continued = rest.trimEnd().endsWith('\\');
  return last;
}

function scanUnquoted(state: State, name: string, at: number, end: number): void {
  const raw = state.text.slice(at, end);
  const hash = /^#(?=\s|$)|[ \t]#/.exec(raw)?.index ?? raw.length;
  const value = raw.slice(0, hash).trimEnd();
  // An opening quote that never closes leaves no way to tell where the value ends.
  if (/^["'`]/.test(raw)) addWhole(state, at, raw);
  else {
    addValue(state, name, at, at + value.length);
    addProse(state, at + hash, raw.slice(hash));
  }
  state.continued = raw.trimEnd().endsWith('\\');
}

/** A comment stays, but an assignment that was commented out, and secrets in its words, are secret still. */
function scanComment(state: State, start: number, line: string): void {
  const marker = /^[ \t]*#[#! \t]*/.exec(line)?.[0].length ?? 0;
  const body = line.slice(marker);
  if (state.quote) {
    addWhole(state, start + marker, body);
    if (body.includes(state.quote)) state.quote = '';
    return;
  }
  const match = ASSIGNMENT.exec(body);
  const name = match?.[1] ?? '';
  if (!match || (!match[0].includes('=') && !nameSaysSecret(name)))
    return addProse(state, start + marker, body);
  addName(state, start + marker, match);
  const at = match[0].length;
  const quote = /^["'`]/.exec(body.slice(at))?.[0];
  const close = quote ? closingQuote(body, at + 1, quote) : -1;
  if (!quote) return scanUnquoted(state, name, start + marker + at, start + line.length);
  if (close < 0) {
    state.quote = quote;
    return addWhole(state, start + marker + at + 1, body.slice(at + 1));
  }
  addValue(state, name, start + marker + at + 1, start + marker + close);
  addProse(state, start + marker + close + 1, body.slice(close + 1));
}

/** A line of base64 that ends in padding looks like a name with an empty value. */
function isDisguised(name: string, value: string): boolean {
  return /^=*\s*$/.test(value) && tokenLike(name);
}

function closingQuote(text: string, from: number, quote: string): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\' && at - 1 - slashes >= from) slashes++;
    if (slashes % 2 === 0) return at;
  }
  // Some parsers know no escapes: for them the first quote closes.
  return text.indexOf(quote, from);
}

function lineEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '\n' || text[at] === '\r') return at;
  return text.length;
}

function followPem(state: State, line: string): void {
  const begin = line.lastIndexOf('-----BEGIN ');
  const end = line.lastIndexOf('-----END ');
  if (begin >= 0 || end >= 0) state.pem = begin > end;
}

function addName({ scan }: State, start: number, match: RegExpExecArray): void {
  const at =
    start +
    match[0].indexOf(match[1] ?? '', /^[ \t\f\v]*(export[ \t]+)?/.exec(match[0])?.[0].length);
  scan.names.push({ start: at, end: at + (match[1] ?? '').length });
}

function addValue({ text, scan }: State, name: string, start: number, end: number): void {
  const value = text.slice(start, end);
  const frame = [...value.matchAll(PEM_FRAME)].map((m) => ({
    start: m.index,
    end: m.index + m[0].length,
  }));
  for (const secret of valueSecrets(name, value))
    for (const r of withoutRanges(secret, frame))
      scan.secrets.push({ start: r.start + start, end: r.end + start });
}

function addProse({ scan }: State, start: number, prose: string): void {
  for (const r of proseSecrets(prose))
    scan.secrets.push({ start: r.start + start, end: r.end + start });
}

/** The whole line without the white space around it; the lines that frame a key say nothing and stay. */
function addWhole({ scan }: State, start: number, line: string): void {
  const lead = line.length - line.trimStart().length;
  const body = line.trim();
  if (/^#?\s*-----(BEGIN|END) [A-Z0-9 ]{1,40}-----$/.test(body)) return;
  const hash = /^#+\s*/.exec(body)?.[0].length ?? 0;
  scan.secrets.push({ start: start + lead + hash, end: start + lead + body.length });
}
