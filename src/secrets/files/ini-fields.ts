import { fieldAt, linesOf, Quotes, trimmed, type Field, type Line } from './field.ts';

export interface IniSyntax {
  /** What begins a comment at the start of a line. */
  comments?: string;
  /** What stands between name and value; the first of any. */
  separators?: string;
  /** A comment behind a value that is not quoted begins with one of these, with white space before it. */
  trailing?: string;
  /** Lines that are indented go on with the value before them, as Python's configparser has it: each is a value. */
  continued?: boolean;
}

/**
 * Settings of `[section]`, `name = value`: INI, properties, TOML without inline tables, and what resembles them. A name
 * with no separator is none.
 */
export function iniFields(text: string, syntax: IniSyntax = {}): Field[] {
  const { comments = '#;', separators = '=:', trailing = '', continued = false } = syntax;
  const fields: Field[] = [];
  const quotes = new Quotes(text);
  let above: readonly string[] = [];
  let name = '';
  let next = 0;
  for (const line of linesOf(text)) {
    if (line.start < next) continue;
    const { start, end } = trimmed(text, line.start, line.end);
    const first = text[start] ?? '';
    if (start === end || comments.includes(first)) continue;
    if (continued && name && start > line.start) {
      fields.push(fieldAt(text, name, above, { start, end }));
      continue;
    }
    if (first === '[') {
      const close = text.lastIndexOf(']', end);
      if (close > start) above = [text.slice(start, close).replace(/^\[+\s*|\s*\]+$/g, '')];
      name = '';
      continue;
    }
    const at = separatorIn(text, start, end, separators);
    if (at < 0) continue;
    const key = trimmed(text, start, at);
    name = unquoted(text.slice(key.start, key.end)).replace(/^export\s+/, '');
    const span = valueIn(text, trimmed(text, at + 1, end), trailing, quotes);
    next = span.end;
    fields.push(fieldAt(text, name, above, span));
  }
  return fields;
}

function separatorIn(text: string, start: number, end: number, separators: string): number {
  // A quoted key (TOML) may hold a separator.
  const quote = text[start] ?? '';
  let from = start;
  if (quote === '"' || quote === "'") {
    const close = text.indexOf(quote, start + 1);
    if (close > 0 && close < end) from = close + 1;
  }
  for (let at = from; at < end; at++) if (separators.includes(text[at] ?? ' ')) return at;
  return -1;
}

/** Inside of quotes where the value begins with one; three of them may hold several lines. */
function valueIn(text: string, { start, end }: Line, trailing: string, quotes: Quotes): Line {
  const quote = text[start] ?? '';
  if (quote === '"' || quote === "'") {
    const three = quote.repeat(3);
    if (text.startsWith(three, start)) {
      const close = quotes.closing(three, start + 3, false);
      if (close > 0) return trimmed(text, start + 3, close);
    }
    const close = closingInLine(text, start + 1, end, quote);
    if (close > start) return { start: start + 1, end: close };
  }
  for (let at = start + 1; trailing && at < end; at++)
    if (trailing.includes(text[at] ?? ' ') && /\s/.test(text[at - 1] ?? ''))
      return trimmed(text, start, at);
  return { start, end };
}

function closingInLine(text: string, from: number, end: number, quote: string): number {
  for (let at = from; at < end; at++) {
    if (text[at] === '\\' && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}

function unquoted(name: string): string {
  return /^(["']).*\1$/.test(name) ? name.slice(1, -1) : name;
}
