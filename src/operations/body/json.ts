import type { Json } from '../../policy/types.ts';

/** Deeper than any API asks for, and no stack is in danger. */
const MAX_DEPTH = 128;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const LITERALS = new Map<string, [string, Json]>([
  ['t', ['true', true]],
  ['f', ['false', false]],
  ['n', ['null', null]],
]);

export type JsonReading =
  /** `first`: the value for a reader to whom the first of two equal names counts; null where none is repeated. */
  { kind: 'json'; value: Json; first: { value: Json } | null } | { kind: 'not'; why: string };

/**
 * RFC 8259 and nothing beyond it. The last of two equal names counts, as it does for most, and the reading says that there
 * were two. A number that would lose digits is kept as they were written.
 */
export function readJson(text: string): JsonReading {
  try {
    const last = new Parser(text, 'last');
    const value = last.document();
    const first = last.repeated ? { value: new Parser(text, 'first').document() } : null;
    return { kind: 'json', value, first };
  } catch (error) {
    if (error instanceof NotJson) return { kind: 'not', why: error.message };
    throw error;
  }
}

class NotJson extends Error {}

class Parser {
  readonly #text: string;
  readonly #counts: 'first' | 'last';
  #at = 0;
  #depth = 0;
  repeated = false;

  constructor(text: string, counts: 'first' | 'last') {
    this.#text = text;
    this.#counts = counts;
  }

  document(): Json {
    const value = this.#value();
    if (this.#at < this.#text.length) throw new NotJson('something follows the JSON');
    return value;
  }

  /** With the space around it. */
  #value(): Json {
    this.#space();
    const start = this.#text[this.#at] ?? '';
    const value = start === '{' || start === '[' ? this.#nested(start) : this.#scalar(start);
    this.#space();
    return value;
  }

  #scalar(start: string): Json {
    if (start === '"') return this.#string();
    const literal = LITERALS.get(start);
    if (literal && this.#text.startsWith(literal[0], this.#at)) {
      this.#at += literal[0].length;
      return literal[1];
    }
    return this.#number();
  }

  #nested(open: '{' | '['): Json {
    if (++this.#depth > MAX_DEPTH) throw new NotJson('it is nested too deeply');
    this.#at++;
    const value = open === '{' ? this.#object() : this.#array();
    this.#depth--;
    return value;
  }

  #array(): Json {
    const items: Json[] = [];
    this.#space();
    if (this.#take(']')) return items;
    do items.push(this.#value());
    while (this.#take(','));
    this.#expect(']');
    return items;
  }

  #object(): Json {
    const members: Record<string, Json> = {};
    this.#space();
    if (this.#take('}')) return members;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') throw new NotJson('it is not JSON');
      const name = this.#string();
      this.#space();
      this.#expect(':');
      const value = this.#value();
      const again = Object.hasOwn(members, name);
      this.repeated ||= again;
      if (again && this.#counts === 'first') continue;
      // An assignment to `__proto__` would set the prototype.
      if (name === '__proto__')
        Object.defineProperty(members, name, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      else members[name] = value;
    } while (this.#take(','));
    this.#expect('}');
    return members;
  }

  #string(): string {
    let end = this.#at;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw new NotJson('it is not JSON');
    } while (this.#escaped(end));
    const token = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    if (!/[\\\u0000-\u001f]/.test(token)) return token.slice(1, -1);
    try {
      return JSON.parse(token) as string;
    } catch {
      throw new NotJson('it is not JSON');
    }
  }

  #escaped(quote: number): boolean {
    let backslash = quote;
    while (backslash - 1 > this.#at && this.#text[backslash - 1] === '\\') backslash--;
    return (quote - backslash) % 2 === 1;
  }

  #number(): Json {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (!match) throw new NotJson('it is not JSON');
    const [token, fraction, exponent] = match;
    this.#at += token.length;
    const value = Number(token);
    const exact =
      fraction === undefined && exponent === undefined
        ? Number.isSafeInteger(value)
        : Number.isFinite(value);
    return exact ? value : token;
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
  }

  #take(character: string): boolean {
    const there = this.#text[this.#at] === character;
    if (there) this.#at++;
    return there;
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw new NotJson('it is not JSON');
  }
}
