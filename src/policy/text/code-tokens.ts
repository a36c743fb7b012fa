import { UNRESOLVED } from '../types.ts';

/**
 * The words and texts of a one-line program, cut the same way whichever of the usual languages it is in. What one
 * language reads differently (a `#` that is no comment, a `/` that starts a pattern) is settled by what stands before.
 */
export type Token =
  /** An identifier, its sigil included. */
  | { kind: 'word'; text: string; spaced: boolean }
  /** A text, with UNRESOLVED for what is put in when it runs. */
  | { kind: 'text'; text: string; spaced: boolean }
  | { kind: 'sign'; text: string; spaced: boolean }
  | { kind: 'end' };

const BLANK = /[^\S\n]+/y;
const COMMENT = /#(?![[{(]).*/y;
const SLASH_COMMENT = /\/\/.*/y;
const WORD = /[$@]{0,2}[A-Za-z_][\w$]*(?:[?!](?=[\s(]))?|[$@][0-9_$&@]/y;
const NUMBER = /\d[\w.]*/y;
const SIGN = /::|->|\?\.|=>|&&|\|\||[=!]=+|./suy;
/** `<*.txt>` names files: perlop(1). */
const ANGLE_GLOB = /<[^<>\s=]*[*?][^<>\s=]*>/y;
/** A pattern where no value can end: bounded, so that a text of slashes costs no more than another. */
const PATTERN = /\/(?![*/])(?:\\.|[^\\/\n]){1,1000}\/[a-z]*/y;
/** `s/a/b/`, `tr,a,b,`, `m|x|`: perlop(1). */
const SUBSTITUTION =
  /(?:s|tr|y)([/|#!,])(?:\\.|(?!\1)[^\\]){0,1000}\1(?:\\.|(?!\1)[^\\]){0,1000}\1[a-z]*|(?:m|qr)([/|#!,])(?:\\.|(?!\2)[^\\]){0,1000}\2[a-z]*/sy;
const TEXT_PREFIX = /(?:[rbuf]|br|rb|fr|rf)(?=["'])/iy;
const ENDS_VALUE = /[\w)\]}'"]$/;

export function codeTokens(code: string): Token[] {
  return new Cutter(code).cut();
}

class Cutter {
  readonly #code: string;
  readonly #tokens: Token[] = [];
  /** Quotes of which no further one closes: the rest of the code is not swallowed. */
  readonly #unclosed = new Set<string>();
  #at = 0;
  #spaced = true;

  constructor(code: string) {
    this.#code = code;
  }

  cut(): Token[] {
    while (this.#at < this.#code.length) {
      if (this.#skip(BLANK)) this.#spaced = true;
      else if (this.#code[this.#at] === '\n') this.#line();
      else this.#one();
    }
    return this.#tokens;
  }

  #line(): void {
    this.#at += 1;
    this.#tokens.push({ kind: 'end' });
    this.#spaced = true;
  }

  #one(): void {
    const character = this.#code[this.#at] ?? '';
    if (character === '#' && this.#spaced && this.#skip(COMMENT)) return;
    if (character === '/' && this.#comment()) return;
    if (character === '"' || character === "'" || character === '`') {
      if (this.#text(character, '')) return;
    }
    const prefix = this.#match(TEXT_PREFIX);
    if (prefix !== null && this.#text(this.#code[this.#at + prefix.length] ?? '', prefix)) return;
    const substitution = this.#match(SUBSTITUTION);
    if (substitution !== null && !/[\w.]$/.test(this.#code.slice(this.#at - 1, this.#at))) {
      this.#push({ kind: 'sign', text: '/', spaced: this.#spaced }, substitution.length);
      return;
    }
    const glob = character === '<' && this.#spaced ? this.#match(ANGLE_GLOB) : null;
    if (glob !== null) {
      this.#push({ kind: 'text', text: glob.slice(1, -1), spaced: this.#spaced }, glob.length);
      return;
    }
    const word = this.#match(WORD);
    if (word !== null) {
      this.#push({ kind: 'word', text: word, spaced: this.#spaced }, word.length);
      return;
    }
    const sign = this.#match(NUMBER) ?? this.#match(SIGN) ?? character;
    this.#push({ kind: 'sign', text: sign, spaced: this.#spaced }, sign.length || 1);
  }

  #comment(): boolean {
    const before = this.#tokens.at(-1);
    const fresh =
      !before || before.kind === 'end' || (before.kind === 'sign' && /^[;{},]$/.test(before.text));
    if (fresh && this.#code.startsWith('//', this.#at)) return this.#skip(SLASH_COMMENT);
    if (this.#code.startsWith('/*', this.#at)) {
      const end = this.#code.indexOf('*/', this.#at + 2);
      if (end < 0) return false;
      this.#at = end + 2;
      return true;
    }
    const value =
      before?.kind === 'text' || (before?.kind !== 'end' && ENDS_VALUE.test(before?.text ?? ''));
    return !value && this.#skip(PATTERN);
  }

  /** A text in quotes, three of them included. False when it never ends: then the quote is a sign like others. */
  #text(quote: string, prefix: string): boolean {
    const start = this.#at + prefix.length;
    const mark = this.#code.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote;
    if (this.#unclosed.has(mark)) return false;
    let end = start + mark.length;
    while (end < this.#code.length && !this.#code.startsWith(mark, end))
      end += this.#code[end] === '\\' ? 2 : 1;
    if (end >= this.#code.length) {
      this.#unclosed.add(mark);
      return false;
    }
    const inside = this.#code.slice(start + mark.length, end);
    const text = resolved(inside, quote, /f/i.test(prefix)).replace(/\\(.)/gs, '$1');
    this.#at = end + mark.length;
    this.#push({ kind: 'text', text, spaced: this.#spaced }, 0);
    return true;
  }

  #push(token: Token, length: number): void {
    this.#at += length;
    this.#tokens.push(token);
    this.#spaced = false;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#code)?.[0] ?? null;
  }

  #skip(pattern: RegExp): boolean {
    const found = this.#match(pattern);
    if (!found) return false;
    this.#at += found.length;
    return true;
  }
}

/** What is put into a text is not known, but for the home folder by its usual names. */
function resolved(text: string, quote: string, format: boolean): string {
  const put = (inside: string) =>
    /\bHOME\b|homedir\(|Path\.home\(/.test(inside) ? '~' : UNRESOLVED;
  let out = text;
  if (quote !== "'" && /[$#]/.test(out))
    out = out.replace(/[$#]\{[^{}]*\}|\$ENV\{[^{}]*\}|[$@][A-Za-z_]\w*/g, put);
  return format ? out.replace(/\{[^{}]*\}/g, put) : out;
}
