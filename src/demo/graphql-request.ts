import { tokenize, type Token } from './graphql-tokens.ts';

/** A field at the top of an operation, its variables filled in. */
export interface RootField {
  /** Key of its result: the alias if it has one. */
  key: string;
  name: string;
  args: Record<string, unknown>;
}

export interface Operation {
  type: 'query' | 'mutation' | 'subscription';
  fields: RootField[];
}

/** Nesting that is followed; deeper is refused. */
const DEPTH_LIMIT = 32;

/**
 * The operation that a GraphQL request executes: as much of the language as the part of the server needs, which is
 * everything but fragments. Throws with a message for the client.
 */
export function readOperation(
  document: string,
  variables: Record<string, unknown>,
  operationName: string | null,
): Operation {
  const parser = new Parser(tokenize(document), variables);
  const operations = parser.document();
  const wanted =
    operationName === null ? operations : operations.filter(({ name }) => name === operationName);
  const [operation] = wanted;
  if (!operation || wanted.length > 1) throw new Error('Must provide one operation.');
  return { type: operation.type, fields: operation.fields };
}

class Parser {
  readonly #tokens: Token[];
  readonly #variables: Record<string, unknown>;
  #at = 0;

  constructor(tokens: Token[], variables: Record<string, unknown>) {
    this.#tokens = tokens;
    this.#variables = variables;
  }

  document(): (Operation & { name: string | null })[] {
    const operations = [];
    while (this.#peek().kind !== 'end') operations.push(this.#operation());
    return operations;
  }

  #operation(): Operation & { name: string | null } {
    if (this.#is('{')) return { type: 'query', name: null, fields: this.#selection(0) };
    const type = this.#name();
    if (type !== 'query' && type !== 'mutation' && type !== 'subscription')
      throw new Error(`Syntax Error: unexpected ${type}`);
    const name = this.#peek().kind === 'name' ? this.#name() : null;
    if (this.#is('(')) this.#skipBrackets();
    this.#directives(0);
    return { type, name, fields: this.#selection(0) };
  }

  #selection(depth: number): RootField[] {
    if (depth > DEPTH_LIMIT) throw new Error('Syntax Error: nested too deeply');
    this.#expect('{');
    const fields: RootField[] = [];
    while (!this.#take('}')) fields.push(this.#field(depth));
    return fields;
  }

  #field(depth: number): RootField {
    if (this.#is('...')) throw new Error('Fragments are not supported.');
    const key = this.#name();
    const name = this.#take(':') ? this.#name() : key;
    const args = this.#is('(') ? this.#arguments(depth) : {};
    this.#directives(depth);
    if (this.#is('{')) this.#selection(depth + 1);
    return { key, name, args };
  }

  #arguments(depth: number): Record<string, unknown> {
    this.#expect('(');
    return this.#pairs(')', depth);
  }

  #pairs(end: string, depth: number): Record<string, unknown> {
    const out: [string, unknown][] = [];
    while (!this.#take(end)) {
      const key = this.#name();
      this.#expect(':');
      out.push([key, this.#value(depth + 1)]);
    }
    return Object.fromEntries(out);
  }

  #value(depth: number): unknown {
    if (depth > DEPTH_LIMIT) throw new Error('Syntax Error: nested too deeply');
    if (this.#take('$')) return this.#variables[this.#name()];
    if (this.#take('{')) return this.#pairs('}', depth);
    if (this.#take('[')) {
      const out: unknown[] = [];
      while (!this.#take(']')) out.push(this.#value(depth + 1));
      return out;
    }
    const { kind, text } = this.#next();
    if (kind === 'string') return text;
    if (kind === 'number') return Number(text);
    if (kind === 'name') return { true: true, false: false, null: null }[text] ?? text;
    throw new Error(`Syntax Error: unexpected ${text || 'end'}`);
  }

  #directives(depth: number): void {
    while (this.#take('@')) {
      this.#name();
      if (this.#is('(')) this.#arguments(depth);
    }
  }

  /** Definitions of variables: their types decide nothing here. */
  #skipBrackets(): void {
    let open = 0;
    do {
      const { kind, text } = this.#next();
      if (kind === 'end') throw new Error('Syntax Error: unexpected end');
      if (kind === 'punctuator') open += text === '(' ? 1 : text === ')' ? -1 : 0;
    } while (open > 0);
  }

  #name(): string {
    const { kind, text } = this.#next();
    if (kind !== 'name') throw new Error(`Syntax Error: expected a name, found ${text || 'end'}`);
    return text;
  }

  #is(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'punctuator' && token.text === text;
  }

  #take(text: string): boolean {
    const found = this.#is(text);
    if (found) this.#at++;
    return found;
  }

  #expect(text: string): void {
    if (!this.#take(text))
      throw new Error(`Syntax Error: expected ${text}, found ${this.#peek().text || 'end'}`);
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #next(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }
}
