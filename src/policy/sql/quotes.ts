import type { Reading } from './dialects.ts';
import type { SqlToken } from './lexer.ts';
import { matchAt } from './match-at.ts';

interface Quoted {
  token: SqlToken;
  end: number;
}

/** What belongs to the quote it stands before. Elsewhere such letters are a word for themselves. */
const PREFIXES: Readonly<Record<Reading['family'], RegExp>> = {
  postgres: /[eEnNbBxX](?=')|[uU]&(?=['"])/y,
  mysql: /(?:[nNbBxX]|_\w+)(?=')/y,
  sqlite: /[xX](?=')/y,
  mssql: /[nN](?=')/y,
  clickhouse: /[bBxX](?=')/y,
  bigquery: /(?:[rR][bB]?|[bB][rR]?)(?=['"])/y,
  snowflake: /[xX](?=')/y,
};
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const TRIPLE = /'''|"""/y;
const CLOSING: Readonly<Record<string, string>> = { '‘': '’', '“': '”' };

/** The quoted text that begins here, with what stands before its quote; null where none does. */
export function quoted(text: string, at: number, reading: Reading): Quoted | 'open' | null {
  const lead = matchAt(PREFIXES[reading.family], text, at)?.toLowerCase() ?? '';
  const start = at + lead.length;
  const quote = text[start] ?? '';
  if (quote === '[' && reading.bracket !== 'none') return bracket(text, start, reading);
  const kind = reading.quotes[quote];
  if (!kind) return null;
  if (reading.family === 'bigquery') {
    const triple = matchAt(TRIPLE, text, start);
    if (triple) return upTo(text, start, triple, kind);
  }
  return between(text, start, quote, kind, lead, reading);
}

function between(
  text: string,
  start: number,
  quote: string,
  kind: 'string' | 'name',
  lead: string,
  reading: Reading,
): Quoted | 'open' {
  const close = CLOSING[quote] ?? quote;
  const doubles = close === quote;
  const bits = reading.postgres && (lead === 'b' || lead === 'x' || lead === 'u&');
  const escapes = !bits && (reading.escapes.includes(quote) || (lead === 'e' && reading.postgres));
  const parts: string[] = [];
  let exact = lead !== 'u&';
  let from = start + 1;
  for (let index = from; index < text.length; index += 1) {
    const character = text[index];
    if (escapes && character === '\\') {
      exact = false;
      index += 1;
    } else if (character === close) {
      if (doubles && text[index + 1] === close) {
        parts.push(text.slice(from, index + 1));
        index += 1;
        from = index + 1;
        continue;
      }
      parts.push(text.slice(from, index));
      const next = kind === 'string' && reading.postgres ? continued(text, index + 1) : null;
      if (next === null)
        return {
          token: {
            kind,
            text: parts.join(''),
            exact: exact || !text.slice(start, index).includes('\\'),
          },
          end: index + 1,
        };
      index = next;
      from = next + 1;
    }
  }
  return 'open';
}

/**
 * In PostgreSQL a string goes on after white space with a line end in it, with the same rules for backslashes (scan.l,
 * `quotecontinue`). The place of the quote that goes on.
 */
function continued(text: string, at: number): number | null {
  let line = false;
  for (let index = at; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '\n' || character === '\r') line = true;
    else if (character === '-' && text[index + 1] === '-') {
      while (index + 1 < text.length && !/[\r\n]/.test(text[index + 1] ?? '')) index += 1;
    } else if (character === "'") return line ? index : null;
    else if (!/[ \t\v\f]/.test(character)) return null;
  }
  return null;
}

function bracket(text: string, start: number, reading: Reading): Quoted | 'open' {
  if (reading.bracket === 'doubled') return between(text, start, ']', 'name', '', reading);
  return upTo(text, start, ']', 'name', 1);
}

function upTo(
  text: string,
  start: number,
  close: string,
  kind: 'string' | 'name',
  opening = close.length,
): Quoted | 'open' {
  for (let index = start + opening; index < text.length; index += 1) {
    if (text[index] === '\\' && close.length === 3) index += 1;
    else if (text.startsWith(close, index)) {
      const content = text.slice(start + opening, index);
      return {
        token: { kind, text: content, exact: !content.includes('\\') },
        end: index + close.length,
      };
    }
  }
  return 'open';
}

/** A dollar-quoted text; null where none begins. */
export function endOfDollar(text: string, at: number, reading: Reading): Quoted | 'open' | null {
  const tag = matchAt(DOLLAR_QUOTE, text, at);
  if (!tag || (reading.dollar === 'plain' && tag !== '$$')) return null;
  const end = text.indexOf(tag, at + tag.length);
  if (end < 0) return 'open';
  const content = text.slice(at + tag.length, end);
  return { token: { kind: 'string', text: content, exact: true }, end: end + tag.length };
}
