import { encodedForms, secretPieces } from '../secrets/secret-forms.ts';
import { Automaton } from './automaton.ts';
import { isFindable } from './findable.ts';
import { SHORTEST_VALUE } from './usable-value.ts';

/** What a byte string was found to be. */
export type KnownValue =
  | { kind: 'real' }
  /** `name` of the credential. */
  | { kind: 'placeholder'; name: string };

export interface Compiled {
  automaton: Automaton;
  /** What each of its patterns is, by index. */
  found: readonly KnownValue[];
}

/** Everything that must not go out where it does not belong, in all its forms. */
export class KnownValues {
  readonly #forms = new Map<string, KnownValue>();
  #compiled: Compiled | null = null;

  addPlaceholder(text: string, name: string): void {
    this.#add(text, { kind: 'placeholder', name });
  }

  /** Its long lines as well; those that look like nothing secret are not looked for. False if none of it is. */
  addReal(value: string, declared = false): boolean {
    const pieces = secretPieces(value).filter((piece) => isFindable(piece, declared));
    for (const piece of pieces) this.#add(piece, { kind: 'real' });
    return pieces.length > 0;
  }

  /** Streams that have begun keep the one they have. */
  get compiled(): Compiled {
    return (this.#compiled ??= compile(this.#forms));
  }

  /** The worst there is in `bytes`. */
  find(bytes: Uint8Array): KnownValue | null {
    const { automaton, found } = this.compiled;
    const at = { index: 0, state: 0 };
    let worst: KnownValue | null = null;
    while (worst?.kind !== 'real' && automaton.advance(bytes, at))
      worst = worseOf(worst, found[automaton.found(at.state)] ?? null);
    return worst;
  }

  #add(value: string, known: KnownValue): void {
    for (const form of encodedForms(value)) {
      const bytes = Buffer.from(form, 'utf8').toString('latin1');
      if (bytes.length < SHORTEST_VALUE) continue;
      // A real value stays one, whatever else has the same spelling.
      if (this.#forms.get(bytes)?.kind !== 'real') this.#forms.set(bytes, known);
    }
    this.#compiled = null;
  }
}

function worseOf(a: KnownValue | null, b: KnownValue | null): KnownValue | null {
  return a === null || b?.kind === 'real' ? b : a;
}

function compile(forms: ReadonlyMap<string, KnownValue>): Compiled {
  return {
    automaton: new Automaton([...forms.keys()].map((form) => Buffer.from(form, 'latin1'))),
    found: [...forms.values()],
  };
}
