import { InputState, type Sequence } from './input-state.ts';
import type { ScrollKey } from './list-window.ts';
import type { PromptScreen } from './types.ts';

/**
 * `keep`: yes, and to exactly this for the rest of the session. `deny-all`: no, and to everything of the kind. `hang-up`:
 * the terminal is gone. `not-y`: a y where Enter answers. `too-soon`: an Enter that may be the end of some other text.
 */
export type Key = 'yes' | 'keep' | 'no' | 'deny-all' | 'hang-up' | 'not-y' | 'too-soon' | ScrollKey;

/** Which keys answer: a letter, or Enter. */
export type KeySet = 'letters' | 'enter';

/** One thing that happened to a line that is typed. `pasted`: text that came in one piece, and was left out. */
export type Edit =
  | { kind: 'character'; character: string }
  | { kind: 'back' | 'clear' | 'enter' | 'pasted' | 'no' | 'hang-up' }
  | { kind: 'scroll'; key: ScrollKey };

/**
 * Bytes closer together than this are one burst: a pasted text, a terminal's reply, a key that sends a sequence. A person
 * hitting two keys takes longer. Milliseconds.
 */
const QUIET = 60;
/** Who has just typed something else is in the middle of a text, perhaps without a look at the screen. Milliseconds. */
const TYPING = 600;
/** The same where Enter says yes. */
const TYPING_ENTER = 2000;
const CONTROL_C = 0x03;
const CONTROL_D = 0x04;
const ESC = 0x1b;
const [LF, CR] = [0x0a, 0x0d];
/** What answers when it is pressed alone, Enter aside: y; a; n, Escape, Ctrl-C, Ctrl-D; d. */
const ALONE = new Map<number, Key>([
  ...keys('yY', 'yes'),
  ...keys('aA', 'keep'),
  ...keys('nN', 'no'),
  ...[ESC, CONTROL_C, CONTROL_D].map((byte) => [byte, 'no'] as const),
  ...keys('dD', 'deny-all'),
]);

function keys(letters: string, key: Key): (readonly [number, Key])[] {
  return [...letters].map((letter) => [letter.charCodeAt(0), key]);
}

/** More characters than that in one piece were not typed. */
const TYPED_AT_ONCE = 3;
/** Backspace as DEL or BS; Ctrl-U and Ctrl-W. */
const BACK = new Set([0x7f, 0x08]);
const CLEARS = new Set([0x15, 0x17]);

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
 * Escape, Ctrl-C, Ctrl-D and Enter where the agent has switched on the Kitty keyboard protocol or modifyOtherKeys. A refusal
 * is taken in any encoding; a yes only as the plain key.
 */
const ENCODED_NO = /^(?:27|99;5|100;5)u$|^27;5;(?:99|100)~$/;
const ENCODED_ENTER = /^13u$/;
/** Bracketed paste begins. */
const PASTE = /^200~$/;

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
  #edits: Edit[] = [];
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
    this.#edits = [];
    return true;
  }

  /**
   * Waits for a key. `yes`, `keep` and `deny-all` only for a single key with silence on both sides of it, a longer one after
   * other letters; `no` for n, Escape, Ctrl-C and Ctrl-D, and for Enter where letters answer; everything else is ignored.
   * Rejects when aborted: `drain` before the next key, then.
   */
  async next(signal: AbortSignal, set: KeySet = 'letters'): Promise<Key> {
    for (;;) {
      const pending = this.#pending.shift();
      if (pending) return pending;
      const chunk = this.#burst
        ? await this.#chunk(signal, QUIET)
        : await this.#screen.readKey(signal);
      if (chunk === null) {
        const burst = this.#burst;
        this.#burst = null;
        const key = meaning(burst, set);
        const since = (burst?.began ?? 0) - this.#typed;
        if (key === 'yes' && set === 'enter' && since < TYPING_ENTER) return 'too-soon';
        if (key === 'no' || key === 'not-y' || (key && since >= TYPING)) return key;
        if (burst && isText(burst)) this.#typed = burst.began;
      } else if (chunk.length === 0) return 'hang-up';
      else this.#take(chunk, set);
    }
  }

  /**
   * Waits for what is typed into a line. Only single keys count: what a paste brings is left out, and Enter needs silence
   * on both sides. Rejects when aborted: `drain` before the next, then.
   */
  async edit(signal: AbortSignal): Promise<Edit> {
    for (;;) {
      const next = this.#edits.shift();
      if (next) return next;
      const chunk = await this.#screen.readKey(signal);
      if (chunk.length === 0) return { kind: 'hang-up' };
      const silent = performance.now() - this.#typed >= QUIET;
      this.#typed = performance.now();
      const ground = this.#state.ground;
      this.#editBy(chunk);
      const [only] = chunk;
      if (chunk.length > 1 || !ground) continue;
      if (only === ESC && (await this.#silence(signal))) return { kind: 'no' };
      if ((only === CR || only === LF) && silent && (await this.#silence(signal)))
        this.#edits.push({ kind: 'enter' });
    }
  }

  /** False when something comes, which is then taken as the text that it is. */
  async #silence(signal: AbortSignal): Promise<boolean> {
    const chunk = await this.#chunk(signal, QUIET);
    if (chunk === null) return true;
    this.#typed = performance.now();
    if (chunk.length === 0) this.#edits.push({ kind: 'hang-up' });
    else this.#editBy(chunk);
    return false;
  }

  #editBy(chunk: Buffer): void {
    if (chunk.includes(CONTROL_C)) this.#edits.push({ kind: 'no' });
    const edits: Edit[] = [];
    for (const byte of chunk) {
      const { ground } = this.#state;
      for (const sequence of this.#state.take(Uint8Array.of(byte))) {
        const text = sequence.parameters + sequence.final;
        const key = scrollOf(sequence);
        if (ENCODED_NO.test(text)) edits.push({ kind: 'no' });
        else if (PASTE.test(text)) edits.push({ kind: 'pasted' });
        else if (key) edits.push({ kind: 'scroll', key });
      }
      if (!ground) continue;
      if (byte === CONTROL_D) edits.push({ kind: 'no' });
      else if (BACK.has(byte)) edits.push({ kind: 'back' });
      else if (CLEARS.has(byte)) edits.push({ kind: 'clear' });
      else if (byte >= 0x20 && byte < 0x7f)
        edits.push({ kind: 'character', character: String.fromCharCode(byte) });
    }
    const typed = edits.filter(({ kind }) => kind === 'character').length;
    if (typed <= TYPED_AT_ONCE) this.#edits.push(...edits);
    else this.#edits.push(...edits.filter(({ kind }) => kind === 'no'), { kind: 'pasted' });
  }

  /** Waits for a plain yes or no; the end of the terminal is a no. */
  async answer(signal: AbortSignal): Promise<'yes' | 'no'> {
    for (;;) {
      const key = await this.next(signal);
      if (key === 'yes' || key === 'no') return key;
      if (key === 'hang-up') return 'no';
    }
  }

  #take(chunk: Buffer, set: KeySet): void {
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
      const key = keyOf(sequence, set);
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

function meaning(burst: Burst | null, set: KeySet): Key | null {
  if (!burst) return null;
  const { first, length, ground, interrupted } = burst;
  if (interrupted) return 'no';
  if (length !== 1 || !(ground || first === ESC)) return null;
  if (first === CR || first === LF) return set === 'enter' ? 'yes' : 'no';
  const key = ALONE.get(first) ?? null;
  if (set === 'letters' || key === 'no' || key === 'deny-all') return key;
  return key === 'yes' ? 'not-y' : null;
}

function keyOf(sequence: Sequence, set: KeySet): Key | null {
  const text = sequence.parameters + sequence.final;
  if (ENCODED_NO.test(text) || (set === 'letters' && ENCODED_ENTER.test(text))) return 'no';
  return scrollOf(sequence);
}

function scrollOf({ parameters, final }: Sequence): ScrollKey | null {
  return MOVES.find(([pattern]) => pattern.test(parameters + final))?.[1] ?? null;
}
