import type { CredentialFact } from '../policy/types.ts';
import type { Decisions } from './decisions.ts';

/** One that goes off again and again asks once in this long. Milliseconds. */
const QUIET = 30_000;

/** Tells the user when a placeholder or a secret turns up where none belongs. What held it is refused by others. */
export class Tripwire {
  readonly #decisions: Decisions;
  readonly #who: string;
  #last = -Infinity;

  constructor(decisions: Decisions, who: string) {
    this.#decisions = decisions;
    this.#who = who;
  }

  /** @param where it was sent: a host, or `a name that was looked up` */
  see(fact: CredentialFact, where: string): void {
    const what = textOf(fact, where);
    if (what === null || performance.now() - this.#last < QUIET) return;
    this.#last = performance.now();
    void this.#decisions.tripped(what, [this.#who]);
  }
}

function textOf(fact: CredentialFact, where: string): string | null {
  if (fact.kind === 'misplaced')
    return `the placeholder of the credential ${fact.name} was sent to ${where}, in ${fact.where}`;
  return fact.kind === 'leak'
    ? `a real secret of yours was sent to ${where}, in ${fact.where}`
    : null;
}
