import { InputState } from '../approval/input-state.ts';

/** What comes later than this is not the rest of anything: Alt and a letter begins what looks like a sequence without an end. Milliseconds. */
const PAUSE = 1000;
const ESC = 0x1b;

/** Follows what is typed for the agent, so that the end of a terminal's reply is not taken for a key at a prompt. */
export class TypedSequence {
  readonly #now: () => number;
  #state = new InputState();
  #last = -Infinity;
  #open = false;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The agent gets this. */
  see(data: Buffer): void {
    if (this.#paused()) this.#state = new InputState();
    this.#state.take(data);
    // Escape is a key as well.
    this.#open = !this.#state.ground && data.at(-1) !== ESC;
  }

  /** How many bytes of this, which comes at a prompt, belong to what the agent has the start of. */
  rest(data: Buffer): number {
    if (this.#paused()) this.#open = false;
    let length = 0;
    while (this.#open && length < data.length) {
      this.#state.take(data.subarray(length, length + 1));
      this.#open = !this.#state.ground;
      length += 1;
    }
    return length;
  }

  #paused(): boolean {
    const now = this.#now();
    const paused = now - this.#last > PAUSE;
    this.#last = now;
    return paused;
  }
}
