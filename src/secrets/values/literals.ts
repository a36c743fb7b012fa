/** A value as it stands in a text, without its quotes. */
export interface Literal {
  start: number;
  end: number;
  quoted: boolean;
}

/** Longer ones are texts, keys in blocks or data, which others know. */
const LONGEST = 512;

/** Marks of languages before a quote: Python's `b`, `r`, `f`, C's `L`, C#'s `@`, SQL's `N`, Rust's `r#`. */
const OPENING = /(?:[bBrRuUfFLN@$]{1,2}#?)?(\\{0,3})("""|'''|["'`])/y;

/** A literal in quotes that begins at `at`. The quotes may be escaped themselves, as in code that JSON holds. */
export function quotedAt(text: string, at: number): Literal | undefined {
  OPENING.lastIndex = at;
  const opening = OPENING.exec(text);
  if (!opening) return undefined;
  const [whole, escapes = '', quote = ''] = opening;
  const start = at + whole.length;
  const limit = Math.min(text.length, start + LONGEST);
  const lines = quote.length === 3 || quote === '`';
  for (let i = start; i < limit; i++) {
    const sign = text[i];
    if (sign === '\n' && !lines) return undefined;
    if (sign === '\\' && escapes === '') {
      i++;
      continue;
    }
    if (!text.startsWith(escapes + quote, i)) continue;
    // `\\\"` inside `\"…\"` is a quote that belongs to the value.
    if (escapes !== '' && text[i - 1] === '\\') continue;
    return i > start ? { start, end: i, quoted: true } : undefined;
  }
  return undefined;
}

/** One word that begins at `at`, up to white space, a quote, or what separates it from the next field. */
const BARE = /[^\s"'`<>\\]{1,512}/y;
/** The next field of the same line, or the end of a list or a call. */
const NEXT_FIELD =
  /[;&|](?=[\w .-]{1,40}=)|[;,]{1,4}$|,(?=[\w"'-]{1,40}[:=])|[)\]}]{1,6}[;,]{0,4}$/;

export function bareAt(text: string, at: number): Literal | undefined {
  BARE.lastIndex = at;
  const found = BARE.exec(text)?.[0];
  // An option, or the start of a list.
  if (found === undefined || /^(?:--?[a-z]|[[({])/i.test(found)) return undefined;
  const cut = found.search(NEXT_FIELD);
  const end = at + (cut < 0 || opens(found) ? found.length : cut);
  return end > at ? { start: at, end, quoted: false } : undefined;
}

/** A bracket at the end belongs to the value where it was opened in it. */
const opens = (value: string): boolean => /[([{].*[)\]}]$/.test(value);

/** The rest of the line, as YAML, INI and properties files take it; a comment behind white space is none of it. */
const REST = /[^\r\n]{1,512}/y;

export function restOfLine(text: string, at: number): Literal | undefined {
  REST.lastIndex = at;
  const found = REST.exec(text)?.[0];
  if (found === undefined) return undefined;
  const comment = found.search(/\s[#;]|\s\/\//);
  const value = (comment < 0 ? found : found.slice(0, comment)).trimEnd();
  return value === '' ? undefined : { start: at, end: at + value.length, quoted: false };
}

/** Where the line of `at` begins, as far as the text goes back. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Is `at` inside a literal of this quote, which a quote behind `at` would close? */
export function insideQuotes(text: string, at: number, quote: string): boolean {
  let open = false;
  for (let i = lineStart(text, at); i < at; i++) {
    if (text[i] === quote && text[i - 1] !== '\\') open = !open;
  }
  return open;
}
