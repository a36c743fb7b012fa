import type { Reading } from './dialects.ts';
import { matchAt } from './match-at.ts';
import { endOfDollar, quoted } from './quotes.ts';

/** A token of SQL as far as classing needs it. */
export interface SqlToken {
  /**
   * `meta`: a command to the client, `\!`. `broken`: no server of this reading takes the text from here on, with the
   * reason as its text.
   */
  kind: 'word' | 'name' | 'string' | 'number' | 'parameter' | 'mark' | 'meta' | 'broken';
  /** Words in upper case; the content of quotes. */
  text: string;
  /** The content is what it says: no escape in it was left as it is. */
  exact: boolean;
}

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
/** No letters of what follows: `1e'x'` is a number and an `E` string for PostgreSQL before version 15. */
const NUMBER = /(?:0[xX][\da-fA-F]+|\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const OPERATOR = /<=>|<>|<=|>=|!=|==|::|:=|\|\||&&/y;
const DOLLAR_PARAMETER = /\$\d+/y;
/** Where all white space of Unicode separates, and curly quotes quote. */
const WIDE_WORD = /[^\x00-@[-^`{-\x7f\s‘’“”][^\x00-#%-/:-@[-^`{-\x7f\s‘’“”]*/y;
const AT_NAME = /@+[^\x00-#%-\-/:-@[-^`{-\x7f\s‘’“”]*/y;
/** SQLite takes all up to the bracket, quotes included (tokenize.c, CC_DOLLAR). */
const TCL_PARAMETER = /[$@#:](?:[\w$\u0080-\uffff]|::)+(?:\([^ \t\n\v\f\r)]*\)?)?/y;
const BLANK = /[ \t\n\v\f\r]+/y;
const WIDE_BLANK = /\s+/y;
const VERSION = /\/\*(M?)!(\d{5,6})?/y;
const GO = /GO(?:[ \t]+\d+)?[ \t]*(?=[\r\n]|$)/iy;
const DELIMITER = /DELIMITER[ \t]+([^\s]+)[^\n]*/iy;
const META = /\\[^\n]*?(?=\\\\|\n|$)/y;
/** psql's and mysql's commands that send what stands before them. */
const SENDS = /^\\(?:;|g|G|gx|gset|gdesc|crosstabview|watch)(?![\w|])(?!\s*(?:\([^)\n]*\)\s*)?\|)/;
/** Commands that stand at the beginning of a line: sqlite3's, sqlcmd's, snowsql's, mysql's. */
const LINE: Partial<Readonly<Record<Reading['family'], RegExp>>> = {
  sqlite: /\.[a-zA-Z][^\n]*/y,
  mssql: /(?::(?=[a-zA-Z!])|!!)[^\n]*/y,
  snowflake: /![a-zA-Z][^\n]*/y,
  mysql: /(?:system|source|pager|tee)[ \t]+[^\n;]*/iy,
};

/** One pass from left to right. */
export function* sqlTokens(text: string, reading: Reading): Generator<SqlToken, void> {
  let delimiter = '';
  let lineStart = true;
  /** No statement has begun. */
  let fresh = true;
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length;) {
    const character = text[at] ?? '';
    const blank = matchAt(reading.wideSpace ? WIDE_BLANK : BLANK, text, at);
    if (blank) {
      lineStart ||= /[\r\n]/.test(blank);
      at += blank.length;
      continue;
    }
    const skipped = endOfComment(text, at, reading);
    if (skipped === 'open') {
      yield broken('a comment is not closed');
      return;
    }
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const first = lineStart;
    lineStart = false;
    if (first && (fresh || reading.family === 'mssql')) {
      const line = LINE[reading.family] && matchAt(LINE[reading.family] as RegExp, text, at);
      if (line) {
        yield { kind: 'meta', text: line, exact: true };
        at += line.length;
        continue;
      }
    }
    fresh = false;
    if (delimiter && text.startsWith(delimiter, at)) {
      yield mark(';');
      at += delimiter.length;
      fresh = true;
      continue;
    }
    if (first && reading.family === 'mssql') {
      const go = matchAt(GO, text, at);
      if (go) {
        yield mark(';');
        at += go.length;
        fresh = true;
        continue;
      }
    }
    if (first && reading.family === 'mysql') {
      const line = matchAt(DELIMITER, text, at);
      if (line) {
        delimiter = /^\S+\s+(\S+)/.exec(line)?.[1] ?? '';
        yield mark(';');
        if (/[\w'"`\\]/.test(delimiter)) {
          yield broken('the delimiter is changed');
          return;
        }
        at += line.length;
        fresh = true;
        continue;
      }
    }
    const quote = quoted(text, at, reading);
    if (quote === 'open') {
      yield broken('a quote is not closed');
      return;
    }
    if (quote) {
      yield quote.token;
      at = quote.end;
      continue;
    }
    if (character === '$' && reading.dollar !== 'none') {
      const body = endOfDollar(text, at, reading);
      if (body === 'open') {
        yield broken('a quote is not closed');
        return;
      }
      if (body) {
        yield body.token;
        at = body.end;
        continue;
      }
    }
    if (text.startsWith('\\\\', at)) {
      // It only parts two commands.
      yield mark(';');
      at += 2;
      fresh = true;
      continue;
    }
    if (character === '\\') {
      const meta = matchAt(META, text, at) ?? '\\';
      const sends = SENDS.exec(meta)?.[0];
      yield sends ? mark(';') : { kind: 'meta', text: meta, exact: true };
      fresh = true;
      at += (sends ?? meta).length;
      continue;
    }
    const token = plain(text, at, reading);
    yield token.token;
    fresh = token.token.text === ';';
    at = token.end;
  }
}

function plain(text: string, at: number, reading: Reading): { token: SqlToken; end: number } {
  const word = matchAt(reading.wideSpace ? WIDE_WORD : WORD, text, at);
  if (word) return ended({ kind: 'word', text: upper(word), exact: true }, at + word.length);
  const number = matchAt(NUMBER, text, at);
  if (number) return ended({ kind: 'number', text: number, exact: true }, at + number.length);
  const parameter =
    (reading.family === 'sqlite' && matchAt(TCL_PARAMETER, text, at)) ||
    matchAt(DOLLAR_PARAMETER, text, at) ||
    (!reading.postgres && matchAt(AT_NAME, text, at));
  if (parameter)
    return ended({ kind: 'parameter', text: parameter, exact: true }, at + parameter.length);
  const operator = matchAt(OPERATOR, text, at) ?? text[at] ?? '';
  return ended(mark(operator), at + operator.length);
}

function ended(token: SqlToken, end: number) {
  return { token, end };
}

/** Keywords are ASCII: the upper case of `ſ` is `S`, and no server takes it for one. */
function upper(word: string): string {
  return /[\u0080-\uffff]/.test(word) ? word : word.toUpperCase();
}

function mark(text: string): SqlToken {
  return { kind: 'mark', text, exact: true };
}

function broken(reason: string): SqlToken {
  return { kind: 'broken', text: reason, exact: true };
}

/** Where the comment that begins here ends; `at` where none begins. */
function endOfComment(text: string, at: number, reading: Reading): number | 'open' {
  const next = text[at + 1];
  switch (text[at] ?? '') {
    case '-':
      if (next !== '-' || (reading.dash === 'blank' && /[^\s]/.test(text[at + 2] ?? ' ')))
        return at;
      return endOfLine(text, at, reading);
    case '#':
      if (reading.hash === 'none' || (reading.hash === 'blank' && !/[\s!]/.test(next ?? ' ')))
        return at;
      return endOfLine(text, at, reading);
    case '/':
      if (next === '/' && reading.family === 'snowflake') return endOfLine(text, at, reading);
      if (next !== '*') return at;
      return reading.version === null
        ? endOfBlock(text, at, reading, reading.nested ? Infinity : 1)
        : versioned(text, at, reading, reading.version);
    case '*':
      // The end of a versioned comment whose content was read as code.
      return next === '/' && reading.version !== null ? at + 2 : at;
    default:
      return at;
  }
}

/** MySQL runs what stands in such a comment: its content is read as text. What it skips may hold a comment itself. */
function versioned(text: string, at: number, reading: Reading, limit: number): number | 'open' {
  VERSION.lastIndex = at;
  const match = VERSION.exec(text);
  if (!match || (match[1] && !reading.mariadb)) return endOfBlock(text, at, reading, 1);
  const content = VERSION.lastIndex;
  const version = Number(match[2] ?? 0);
  const skipped = reading.mariadb && !match[1] && version >= 50700 && version < 100000;
  return version > limit || skipped ? endOfBlock(text, at, reading, 2) : content;
}

function endOfLine(text: string, at: number, reading: Reading): number {
  const edge = reading.returnEnds ? /[\r\n]/g : /\n/g;
  edge.lastIndex = at;
  return edge.exec(text)?.index ?? text.length;
}

function endOfBlock(text: string, at: number, reading: Reading, deepest: number): number | 'open' {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = at + 2;
  for (let depth = 1, match; (match = edge.exec(text));) {
    if (match[0] === '*/') depth -= 1;
    else if (depth < deepest) depth += 1;
    else edge.lastIndex = match.index + 1;
    if (depth === 0) return edge.lastIndex;
  }
  // SQLite takes an open comment for one that ends with the text.
  return reading.family === 'sqlite' ? text.length : 'open';
}
