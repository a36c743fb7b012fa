import type { ExecRequest } from './types.ts';
import type { SqlClass } from './rules/pack.ts';
import type { NamedInvocation } from './argv/program.ts';
import { locate, type OperandFacts } from './argv/place.ts';
import { asLine } from './redis/words.ts';
import { classifySql } from './sql/classify.ts';
import type { StatementDialect } from './sql/types.ts';
import { callsIn, type Call } from './text/calls.ts';
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
  readonly #calls = new Map<string, Call[]>();

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

  /** Texts of a source (`operands`, `argv`, `stdin`, `code` or a flag's id), escapes undone. */
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
    if (source === 'code')
      return (this.invocation.grammar.data.code ?? []).flatMap((each) => this.raw(each));
    return this.invocation.flags.get(source)?.values ?? [];
  }

  /** Texts of a source that hold statements. */
  statements(source: string, dialect: StatementDialect): readonly string[] {
    const raw = this.raw(source);
    // redis-cli takes the words of one command.
    return dialect === 'redis' && source === 'operands' && raw.length > 0 ? [asLine(raw)] : raw;
  }

  sql(text: string, dialect: StatementDialect = 'any'): Set<SqlClass> {
    const key = `${dialect}\0${text}`;
    let classes = this.#sql.get(key);
    if (!classes) this.#sql.set(key, (classes = classifySql(text, dialect)));
    return classes;
  }

  calls(text: string): Call[] {
    let calls = this.#calls.get(text);
    if (!calls) this.#calls.set(text, (calls = callsIn(text)));
    return calls;
  }
}
