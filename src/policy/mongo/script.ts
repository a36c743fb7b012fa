import { jsTokens, type JsToken } from './lexer.ts';

/** A script's tokens with what encloses what. */
export class Script {
  readonly tokens: readonly JsToken[];
  readonly #closes = new Map<number, number>();
  readonly #opens = new Map<number, number>();

  constructor(text: string, regexBehindBracket: boolean) {
    this.tokens = [...jsTokens(text, regexBehindBracket)];
    const open: number[] = [];
    this.tokens.forEach(({ kind, text: mark }, index) => {
      if (kind !== 'mark') return;
      if (mark === '(' || mark === '[' || mark === '{') open.push(index);
      if (mark !== ')' && mark !== ']' && mark !== '}') return;
      const start = open.pop();
      if (start === undefined) return;
      this.#closes.set(start, index);
      this.#opens.set(index, start);
    });
  }

  is(index: number, ...marks: readonly string[]): boolean {
    const token = this.tokens[index];
    return token?.kind === 'mark' && marks.includes(token.text);
  }

  name(index: number): string | undefined {
    const token = this.tokens[index];
    return token?.kind === 'name' ? token.text : undefined;
  }

  /** Of a bracket; the end of the text where it is not closed. */
  close(open: number): number {
    return this.#closes.get(open) ?? this.tokens.length;
  }

  open(close: number): number | undefined {
    return this.#opens.get(close);
  }

  /** The arguments of the call whose bracket is at `open`, as `[from, to)`. */
  arguments(open: number): [from: number, to: number][] {
    const end = this.close(open);
    const found: [number, number][] = [];
    let from = open + 1;
    for (let at = from; at < end; at += 1) {
      if (this.is(at, '(', '[', '{')) at = this.close(at);
      else if (this.is(at, ',')) {
        found.push([from, at]);
        from = at + 1;
      }
    }
    if (from < end) found.push([from, end]);
    return found;
  }

  /** Strings put together: `"dr" + "op"`. undefined where something else is in it. */
  constant(from: number, to: number): string | undefined {
    let value = '';
    for (let at = from; at < to; at += 1) {
      const token = this.tokens[at];
      if (token?.kind === 'string') value += token.text;
      else if (!this.is(at, '+', '(', ')')) return undefined;
    }
    return value;
  }

  /** Whether a key of an object literal stands here: `drop: 1`, `"drop": 1`. */
  key(index: number): string | undefined {
    const token = this.tokens[index];
    if (!this.is(index + 1, ':') || !this.is(index - 1, '{', ',')) return undefined;
    return token?.kind === 'name' || token?.kind === 'string' ? token.text : undefined;
  }

  /** What stands between two places, with nothing in it that has no meaning. */
  text(from: number, to: number): string {
    return this.tokens
      .slice(from, Math.min(to, from + 64))
      .map(({ kind, text }, at) =>
        kind === 'string' && this.key(from + at) === undefined ? `'${text}'` : text,
      )
      .join('');
  }
}
