import type { StreamFilter } from '../egress/inspect/types.ts';
import type { Automaton, Position } from './automaton.ts';

/**
 * Lets bytes through as they come and keeps back only those that could be the beginning of a pattern: the longest end of
 * what was seen that is one. So nothing of a pattern is out before the whole of it was seen, and an event that ends in
 * anything else is not delayed.
 *
 * `onFound` may write to `bytes` (a copy by then), in which pattern `index` ends before `end`; or throw.
 */
export class HeldStream implements StreamFilter {
  readonly #automaton: Automaton;
  readonly #onFound: (index: number, bytes: Buffer, end: number) => void;
  #state = 0;
  #held = Buffer.alloc(0);

  constructor(automaton: Automaton, onFound: (index: number, bytes: Buffer, end: number) => void) {
    this.#automaton = automaton;
    this.#onFound = onFound;
  }

  push(chunk: Buffer): Buffer {
    const before = this.#held.length;
    let bytes = before > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    let own = before > 0;
    const at: Position = { index: before, state: this.#state };
    while (this.#automaton.advance(bytes, at)) {
      if (!own) bytes = Buffer.from(bytes);
      own = true;
      this.#onFound(this.#automaton.found(at.state), bytes, at.index);
    }
    this.#state = at.state;
    const out = bytes.length - this.#automaton.depth(at.state);
    this.#held = Buffer.from(bytes.subarray(out));
    return bytes.subarray(0, out);
  }

  end(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    this.#state = 0;
    return rest;
  }
}
