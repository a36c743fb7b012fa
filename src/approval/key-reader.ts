import { InputState } from './input-state.ts';
import type { PromptScreen } from './types.ts';

export type Key = 'yes' | 'no';

/**
 * Bytes closer together than this are one burst: a pasted text, a terminal's reply, a key that sends a sequence. A person
 * hitting two keys takes longer. Milliseconds.
 */
const QUIET = 60;
const CONTROL_C = 0x03;
/** What means no when it is pressed alone: n, N, Enter, Ctrl-C, Ctrl-D. */
const NO = new Set([0x6e, 0x4e, 0x0d, 0x0a, CONTROL_C, 0x04]);
const YES = new Set([0x79, 0x59]);
const [NOTHING, ESC] = [0, 0x1b];

/** Keys of a person, told from everything else that can arrive on a terminal. One for each question. */
export class KeyReader {
  #screen: PromptScreen;
  #state = new InputState();

  constructor(screen: PromptScreen) {
    this.#screen = screen;
  }

  /** Swallows all input until none has come for `quiet` milliseconds. False at end of file. Rejects when aborted. */
  async drain(signal: AbortSignal, quiet = QUIET): Promise<boolean> {
    for (;;) {
      const chunk = await this.#chunk(signal, quiet);
      if (chunk === null) return true;
      if (chunk.length === NOTHING) return false;
      this.#state.take(chunk);
    }
  }

  /**
   * Waits for an answer. `yes` only for a single `y` or `Y` with silence on both sides of it; `no` for n, Enter, Escape,
   * Ctrl-C, Ctrl-D, end of file and hang-up; everything else is ignored. Rejects when aborted.
   */
  async answer(signal: AbortSignal): Promise<Key> {
    for (;;) {
      const burst = await this.#burst(signal);
      if (burst === 'end') return 'no';
      const { first, length, ground, interrupted } = burst;
      if (interrupted || (length === 1 && first === ESC)) return 'no';
      if (!ground || length !== 1) continue;
      if (NO.has(first)) return 'no';
      if (YES.has(first)) return 'yes';
    }
  }

  /** Everything up to the next silence. */
  async #burst(signal: AbortSignal): Promise<Burst | 'end'> {
    const burst: Burst = { first: 0, length: 0, ground: this.#state.ground, interrupted: false };
    for (;;) {
      const chunk =
        burst.length === 0 ? await this.#screen.readKey(signal) : await this.#chunk(signal, QUIET);
      if (chunk === null) return burst;
      if (chunk.length === NOTHING) return 'end';
      if (burst.length === 0) burst.first = chunk[0] ?? 0;
      burst.length += chunk.length;
      burst.interrupted ||= chunk.includes(CONTROL_C);
      this.#state.take(chunk);
    }
  }

  /** The next chunk, or null when none comes for `quiet` milliseconds. */
  async #chunk(signal: AbortSignal, quiet: number): Promise<Buffer | null> {
    const wait = new AbortController();
    const stop = () => wait.abort(signal.reason);
    const timer = setTimeout(() => wait.abort(), quiet);
    signal.addEventListener('abort', stop);
    try {
      signal.throwIfAborted();
      return await this.#screen.readKey(wait.signal);
    } catch (error) {
      if (wait.signal.aborted && !signal.aborted) return null;
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }
}

interface Burst {
  first: number;
  length: number;
  /** Whether it began between keys, not inside a sequence or a paste. */
  ground: boolean;
  interrupted: boolean;
}
