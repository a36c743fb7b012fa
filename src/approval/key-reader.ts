import { InputState, type Sequence } from './input-state.ts';
import type { ScrollKey } from './list-window.ts';
import type { PromptScreen } from './types.ts';

/** `deny-all`: this, and everything of the same shape for the rest of the session. `hang-up`: the terminal is gone. */
export type Key = 'yes' | 'no' | 'deny-all' | 'hang-up' | ScrollKey;

/**
 * Bytes closer together than this are one burst: a pasted text, a terminal's reply, a key that sends a sequence. A person
 * hitting two keys takes longer. Milliseconds.
 */
const QUIET = 60;
/** Who has just typed something else is in the middle of a text, perhaps without a look at the screen. Milliseconds. */
const TYPING = 600;
const CONTROL_C = 0x03;
const ESC = 0x1b;
/** What answers when it is pressed alone: y; n, Enter, Escape, Ctrl-C, Ctrl-D; d. */
const ALONE = new Map<number, Key>([
  [0x79, 'yes'],
  [0x59, 'yes'],
  ...[0x6e, 0x4e, 0x0d, 0x0a, ESC, CONTROL_C, 0x04].map((byte) => [byte, 'no'] as const),
  [0x64, 'deny-all'],
  [0x44, 'deny-all'],
]);

/** Keys that move: with and without application cursor mode (DECCKM), of xterm, the Linux console and rxvt; the wheel. */
const MOVES: readonly (readonly [RegExp, ScrollKey])[] = [
  [/^(?:|O|1)A$|^<64;\d+;\d+M$/, 'up'],
  [/^(?:|O|1)B$|^<65;\d+;\d+M$/, 'down'],
  [/^5~$/, 'page-up'],
  [/^6~$/, 'page-down'],
  [/^(?:|O|1)H$|^[17]~$/, 'home'],
  [/^(?:|O|1)F$|^[48]~$/, 'end'],
];
/**
 * Escape, Enter, Ctrl-C and Ctrl-D where the agent has switched on the Kitty keyboard protocol or modifyOtherKeys. A refusal
 * is taken in any encoding; a yes only as the plain letter.
 */
const ENCODED_NO = /^(?:27|13|99;5|100;5)u$|^27;5;(?:99|100)~$/;

interface Burst {
  first: number;
  length: number;
  /** Whether it began between keys, not inside a sequence or a paste. */
  ground: boolean;
  interrupted: boolean;
  began: number;
}

/** Keys of a person, told from everything else that can arrive on a terminal. One for each prompt. */
export class KeyReader {
  #screen: PromptScreen;
  #state = new InputState();
  /** What has come since the last silence. */
  #burst: Burst | null = null;
  /** From sequences that ended: they need no silence, for they answer nothing but no. */
  #pending: Key[] = [];
  /** When something was last typed that is no answer. */
  #typed = -Infinity;

  constructor(screen: PromptScreen) {
    this.#screen = screen;
  }

  /** Swallows all input until none has come for `quiet` milliseconds. False at end of file. Rejects when aborted. */
  async drain(signal: AbortSignal, quiet = QUIET): Promise<boolean> {
    for (;;) {
      const chunk = await this.#chunk(signal, quiet);
      if (chunk?.length === 0) return false;
      if (!chunk) break;
      this.#typed = performance.now();
      this.#state.take(chunk);
    }
    this.#burst = null;
    this.#pending = [];
    return true;
  }

  /**
   * Waits for a key. `yes` and `deny-all` only for a single letter with silence on both sides of it, a longer one after other
   * letters; `no` for n, Enter, Escape, Ctrl-C and Ctrl-D; everything else is ignored. Rejects when aborted: `drain` before the next key, then.
   */
  async next(signal: AbortSignal): Promise<Key> {
    for (;;) {
      const pending = this.#pending.shift();
      if (pending) return pending;
      const chunk = this.#burst
        ? await this.#chunk(signal, QUIET)
        : await this.#screen.readKey(signal);
      if (chunk === null) {
        const burst = this.#burst;
        this.#burst = null;
        const key = meaning(burst);
        const typing = (burst?.began ?? 0) - this.#typed < TYPING;
        if (key === 'no' || (key && !typing)) return key;
        if (burst && isText(burst)) this.#typed = burst.began;
      } else if (chunk.length === 0) return 'hang-up';
      else this.#take(chunk);
    }
  }

  /** Waits for a plain yes or no; the end of the terminal is a no. */
  async answer(signal: AbortSignal): Promise<'yes' | 'no'> {
    for (;;) {
      const key = await this.next(signal);
      if (key === 'yes' || key === 'no') return key;
      if (key === 'hang-up') return 'no';
    }
  }

  #take(chunk: Buffer): void {
    this.#burst ??= {
      first: chunk[0] ?? 0,
      length: 0,
      ground: this.#state.ground,
      interrupted: false,
      began: performance.now(),
    };
    this.#burst.length += chunk.length;
    this.#burst.interrupted ||= chunk.includes(CONTROL_C);
    for (const sequence of this.#state.take(chunk)) {
      const key = keyOf(sequence);
      if (key) this.#pending.push(key);
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

/** Not a key that moves, nor a terminal's reply. */
function isText({ first, ground }: Burst): boolean {
  return ground && first > 0x1f && first !== 0x7f && !(first >= 0x80 && first < 0xa0);
}

function meaning(burst: Burst | null): Key | null {
  if (!burst) return null;
  const { first, length, ground, interrupted } = burst;
  if (interrupted) return 'no';
  if (length !== 1 || !(ground || first === ESC)) return null;
  return ALONE.get(first) ?? null;
}

function keyOf({ parameters, final }: Sequence): Key | null {
  const text = parameters + final;
  if (ENCODED_NO.test(text)) return 'no';
  return MOVES.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
