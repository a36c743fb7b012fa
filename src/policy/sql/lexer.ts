/** A token of SQL as far as classing needs it: words upper-case, strings and quoted names without their content. */
export interface SqlToken {
  kind: 'word' | 'name' | 'string' | 'number' | 'mark';
  text: string;
}

/** Where dialects read the same characters differently in a way that hides or shows a statement. */
export interface SqlDialect {
  /** `\'` inside a string: MySQL, ClickHouse, BigQuery. */
  backslashes: boolean;
  /** `#` to the end of the line, and `--` only before a blank: MySQL. */
  hashComments: boolean;
  /** Comments nest, and `$tag$` quotes: PostgreSQL. */
  postgres: boolean;
}

export const POSTGRES: SqlDialect = { backslashes: false, hashComments: false, postgres: true };
export const MYSQL: SqlDialect = { backslashes: true, hashComments: true, postgres: false };

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /\d[\w.]*/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_]\w*)?\$/y;

/** One pass from left to right; an unclosed quote or comment runs to the end. */
export function* sqlTokens(text: string, dialect: SqlDialect): Generator<SqlToken> {
  for (let at = 0; at < text.length;) {
    const two = text.slice(at, at + 2);
    const character = text[at] ?? '';
    if (/\s/.test(character)) at += 1;
    else if (startsLineComment(text, at, two, dialect)) at = endOfLine(text, at);
    // MySQL runs what stands in /*! */ and MariaDB /*M! */: its content is read as text.
    else if (!dialect.postgres && /^\/\*M?!/.test(text.slice(at, at + 4)))
      at = afterVersion(text, at);
    else if (two === '/*') at = endOfComment(text, at, dialect.postgres);
    else if (two === '*/') at += 2;
    else if (character === "'" || character === '"' || character === '`' || character === '[') {
      const escaped =
        dialect.backslashes ||
        (character === "'" && /(?:^|\W)[eE]$/.test(text.slice(Math.max(0, at - 2), at)));
      const end = endOfQuote(text, at, character === '[' ? ']' : character, escaped);
      yield { kind: character === "'" ? 'string' : 'name', text: '' };
      at = end;
    } else if (dialect.postgres && character === '$' && matchAt(DOLLAR_QUOTE, text, at)) {
      const tag = matchAt(DOLLAR_QUOTE, text, at) ?? '';
      const end = text.indexOf(tag, at + tag.length);
      const close = end < 0 ? text.length : end;
      yield { kind: 'string', text: text.slice(at + tag.length, close) };
      at = close + tag.length;
    } else {
      const word = matchAt(WORD, text, at);
      const run = word ?? matchAt(NUMBER, text, at) ?? character;
      yield {
        kind: word ? 'word' : /\d/.test(character) ? 'number' : 'mark',
        text: word ? run.toUpperCase() : run,
      };
      at += run.length;
    }
  }
}

function startsLineComment(text: string, at: number, two: string, dialect: SqlDialect): boolean {
  if (two === '--') return !dialect.hashComments || /^(?:\s|$)/.test(text.slice(at + 2, at + 3));
  return dialect.hashComments && two.startsWith('#');
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

function endOfComment(text: string, at: number, nested: boolean): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = at + 2;
  for (let depth = 1, match; (match = edge.exec(text));) {
    if (match[0] === '*/') depth -= 1;
    else if (nested) depth += 1;
    if (depth === 0) return edge.lastIndex;
  }
  return text.length;
}

function afterVersion(text: string, at: number): number {
  const start = /\/\*M?!\d*/y;
  start.lastIndex = at;
  start.exec(text);
  return start.lastIndex || at + 3;
}

function endOfQuote(text: string, at: number, quote: string, backslashes: boolean): number {
  for (let index = at + 1; index < text.length; index += 1) {
    if (backslashes && text[index] === '\\') index += 1;
    else if (text[index] === quote) {
      if (text[index + 1] !== quote) return index + 1;
      index += 1;
    }
  }
  return text.length;
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
