import type { ExecRequest } from './types.ts';
import type { SqlClass } from './rules/pack.ts';
import type { NamedInvocation } from './argv/program.ts';
import { locate, type OperandFacts } from './argv/place.ts';
import { classifySql } from './sql/classify.ts';
import { plainText } from './text/mention.ts';

/** An invocation with what several rules ask about it, each found once and only when asked. */
export class Facts {
  readonly invocation: NamedInvocation;
  readonly request: ExecRequest;
  /** What is not known counts as whatever a rule looks for. */
  readonly guesses: boolean;
  readonly #operands: (OperandFacts | undefined)[] = [];
  readonly #texts = new Map<string, string[]>();
  readonly #sql = new Map<string, Set<SqlClass>>();

  constructor(invocation: NamedInvocation, request: ExecRequest, guesses = false) {
    this.guesses = guesses;
    this.invocation = invocation;
    this.request = request;
  }

  /** @param index of the operand; `text` is what of it is a path */
  place(index: number, text: string): OperandFacts {
    if (text !== this.invocation.operands[index]) return locate(text, this.request);
    return (this.#operands[index] ??= locate(text, this.request));
  }

  /** Texts of a source (`operands`, `argv`, `stdin` or a flag's id), escapes undone. */
  texts(source: string): string[] {
    const known = this.#texts.get(source);
    if (known) return known;
    const raw = this.raw(source);
    // One text of all words: a command line may hold 100,000.
    const texts = source === 'argv' ? [plainText(raw.join('\n'))] : raw.map(plainText);
    this.#texts.set(source, texts);
    return texts;
  }

  raw(source: string): readonly string[] {
    if (source === 'operands') return this.invocation.operands;
    if (source === 'argv') return this.invocation.argv;
    if (source === 'stdin') return this.request.stdin === undefined ? [] : [this.request.stdin];
    return this.invocation.flags.get(source)?.values ?? [];
  }

  sql(text: string): Set<SqlClass> {
    let classes = this.#sql.get(text);
    if (!classes) this.#sql.set(text, (classes = classifySql(text)));
    return classes;
  }
}
