/** A value with the names it stands under, wherever a format keeps them: `a.b = value`. */
export interface Field {
  /** Its own name, as it is written. */
  name: string;
  /** What stands above it, outermost first: sections, keys of objects, elements. */
  above: readonly string[];
  /** As it is written, without quotes; escapes are left alone. */
  value: string;
  start: number;
  end: number;
}

/** No tool nests its settings deeper; what stands deeper keeps its own name alone. */
export const DEEPEST = 64;

export const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/** Where the text begins behind a byte order mark. */
export function firstCharacter(text: string): number {
  return text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
}

export interface Line {
  start: number;
  end: number;
}

/** Lines without their ends; `\r\n`, `\n` and `\r` all end one. */
export function* linesOf(text: string, from = firstCharacter(text)): Generator<Line> {
  const breaks = /\r\n|[\r\n]/g;
  breaks.lastIndex = from;
  let start = from;
  for (let match = breaks.exec(text); match; match = breaks.exec(text)) {
    yield { start, end: match.index };
    start = breaks.lastIndex;
  }
  if (start < text.length) yield { start, end: text.length };
}

/** The same without the white space around it. */
export function trimmed(text: string, start: number, end: number): Line {
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return { start, end };
}

/** Space, tab, line breaks, vertical tab, form feed. The same on every machine. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

export function fieldAt(
  text: string,
  name: string,
  above: readonly string[],
  { start, end }: Line,
): Field {
  return { name, above, value: text.slice(start, end), start, end };
}

/**
 * Finds where quotes close, over a whole text in linear time: that a quote never closes is found out once, not again at
 * each that opens.
 */
export class Quotes {
  readonly #text: string;
  readonly #gone = new Set<string>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Position of the next `quote` from `from` on that no backslash escapes; -1 without one. */
  closing(quote: string, from: number, escapes: boolean): number {
    const text = this.#text;
    if (this.#gone.has(quote)) return -1;
    for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
      if (!escapes) return at;
      let slashes = 0;
      while (at - 1 - slashes >= from && text[at - 1 - slashes] === '\\') slashes++;
      if (slashes % 2 === 0) return at;
    }
    this.#gone.add(quote);
    return -1;
  }
}
