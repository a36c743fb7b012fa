import type { ResponseFilter } from '../egress/inspect/types.ts';
import { encodedForms } from '../secrets/secret-forms.ts';
import { Automaton } from './automaton.ts';
import { HeldStream } from './held-stream.ts';
import { SHORTEST_VALUE } from './usable-value.ts';

/** Fills the place of a form for which the placeholder has none of the same length. */
const FILL = 'x';

/** Takes real values out of responses; made once for a session, a filter for each response. */
export class Scrubber {
  readonly #automaton: Automaton;
  readonly #replacements: readonly Buffer[];

  /** `[real, placeholder]`. */
  constructor(pairs: readonly (readonly [string, string])[]) {
    const forms = new Map(pairs.flatMap(([real, placeholder]) => pairedForms(real, placeholder)));
    this.#automaton = new Automaton([...forms.keys()].map((form) => Buffer.from(form, 'latin1')));
    this.#replacements = [...forms.values()].map((form) => Buffer.from(form, 'latin1'));
  }

  filter(): ResponseFilter {
    const stream = () => new HeldStream(this.#automaton, (...found) => this.#replace(...found));
    return {
      header: (value) => {
        const whole = stream();
        const begun = whole.push(Buffer.from(value, 'latin1'));
        return begun.toString('latin1') + whole.end().toString('latin1');
      },
      body: stream(),
    };
  }

  /** As long as what it replaces: the length of the response was sent already. */
  #replace(index: number, bytes: Buffer, end: number): void {
    const replacement = this.#replacements[index];
    if (replacement) bytes.set(replacement, end - replacement.length);
  }
}

/** Each form of the real value, one byte a character, and what stands in for it. */
function pairedForms(real: string, placeholder: string): [string, string][] {
  const forms = encodedForms(real).map(bytesOf);
  const others = encodedForms(placeholder).map(bytesOf);
  return forms
    .map((form, at): [string, string] => {
      const other = forms.length === others.length ? (others[at] ?? '') : '';
      return [form, other.length === form.length ? other : FILL.repeat(form.length)];
    })
    .filter(([form]) => form.length >= SHORTEST_VALUE);
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
