// Longer than most files here: every method moves one of the few states that decide who has the terminal.
import { closeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { openPty, setWindowSize, terminalModes, windowSize, type Pty } from '../kernel/pty.ts';
import { AgentScreen } from './agent-screen.ts';
import type { Passed } from './control-stream.ts';
import { KeptLines } from './kept-lines.ts';
import { hasSingleScreen } from './own-screen.ts';
import { PromptHold } from './prompt-hold.ts';
import { TypedSequence } from './typed-sequence.ts';
import { UserTerminal } from './user-terminal.ts';
import { comingBack, leftLine } from './way-back.ts';
import { wholeSequence } from './whole-sequence.ts';

/** c_lflag of struct termios, at byte 12: line editing is on (termios(3)). */
const LOCAL_FLAGS = 12;
const ICANON = 0o2;
/** Output the model has not worked through: above the first the agent waits, below the second it goes on. Bytes. */
const MODEL_BEHIND = 4 * 1024 * 1024;
const MODEL_CLOSE = 1024 * 1024;
/** A process that got away with the other end open would keep the end waiting: the session is over. Milliseconds. */
const LAST_OUTPUT = 500;

/** Why the agent's output waits. */
type Wait = 'prompt' | 'stopped' | 'terminal' | 'model' | 'line';

/**
 * The agent's terminal. guard keeps the user's own and gives the agent a pseudo-terminal, so that what is typed at a
 * prompt of guard's never reaches the agent and nothing the agent does can type into it.
 */
export class TerminalRelay {
  readonly #pty: Pty;
  readonly #terminal: UserTerminal;
  readonly #screen: AgentScreen;
  readonly #single = hasSingleScreen(process.env.TERM);
  readonly #kept = new KeptLines();
  readonly #typed = new TypedSequence();
  readonly #waits = new Set<Wait>();
  readonly #resizeListeners = new Set<() => void>();
  #master: ReadStream | null = null;
  #hold: PromptHold | null = null;
  /** Output that waits for a line of guard's before it. */
  #line: Promise<void> = Promise.resolve();
  #state: 'new' | 'running' | 'suspended' | 'over' = 'new';
  #slaveOpen = true;
  #resetText = '';
  #resetVersion = -1;
  #onResetText: ((text: string) => void) | null = null;

  private constructor(terminal: UserTerminal) {
    this.#terminal = terminal;
    this.#pty = openPty();
    const size = terminal.size();
    if (size) setWindowSize(this.#pty.master, size);
    this.#screen = new AgentScreen(this.columns, this.rows);
  }

  /** A relay when any of descriptors 0–2 is a terminal, else null. */
  static create(): TerminalRelay | null {
    const terminal = UserTerminal.find();
    return terminal && new TerminalRelay(terminal);
  }

  /** Descriptors for the session's 0–2. */
  get stdio(): [number, number, number] {
    const of = (fd: number): number =>
      this.#terminal.descriptors.includes(fd) ? this.#pty.slave : fd;
    return [of(0), of(1), of(2)];
  }

  /** The agent reads keys itself, without line editing: its screen is more than lines. */
  get raw(): boolean {
    const modes = terminalModes(this.#pty.master);
    return (modes.readUInt32LE(LOCAL_FLAGS) & ICANON) === 0;
  }

  get rows(): number {
    return windowSize(this.#pty.master).readUInt16LE(0) || 24;
  }

  get columns(): number {
    return windowSize(this.#pty.master).readUInt16LE(2) || 80;
  }

  /** Whether there is a keyboard to answer with. */
  get hasKeyboard(): boolean {
    return this.#terminal.hasKeyboard;
  }

  /** Starts passing bytes both ways. To be called once the session's processes hold the other end. */
  start(): void {
    closeSync(this.#pty.slave);
    this.#slaveOpen = false;
    this.#master = new ReadStream(this.#pty.master);
    // EIO: the last process of the session closed its end.
    this.#master.on('error', () => undefined);
    this.#master.on('data', (data: Buffer) => this.#output(this.#screen.read(data)));
    this.#state = 'running';
    this.#terminal.open((data) => {
      const own = this.#hold ? this.#typed.rest(data) : data.length;
      if (!this.#hold) this.#typed.see(data);
      if (own > 0) this.type(data.subarray(0, own));
      if (own < data.length) this.#hold?.key(data.subarray(own));
    });
    process.on('SIGWINCH', this.#resize);
    process.once('exit', this.#leave);
  }

  /** Sends bytes to the agent as if typed. */
  type(data: Buffer): void {
    if (!this.#master || this.#master.destroyed || this.#master.write(data)) return;
    this.#terminal.pauseInput();
    this.#master.once('drain', () => {
      if (this.#state === 'running') this.#terminal.resumeInput();
    });
  }

  /** Takes keyboard and screen: output of the agent waits, keys go to `onKeys`, until the hold is released. */
  async take(onKeys: (data: Buffer) => void): Promise<PromptHold> {
    if (this.#hold || this.#state === 'over') throw new Error('the terminal is not free');
    const hold = new PromptHold(
      {
        screen: this.#screen,
        kept: this.#kept,
        single: this.#single,
        raw: () => this.raw,
        show: (text) => this.show(text),
        ended: (replies) => {
          this.#hold = null;
          if (replies.length) this.type(replies);
          this.#go('prompt');
        },
      },
      onKeys,
    );
    this.#hold = hold;
    this.#terminal.resumeInput();
    try {
      if (this.#master) await wholeSequence(this.#master, this.#screen);
      this.#wait('prompt');
      await this.#line.catch(() => undefined);
      await hold.enter();
      return hold;
    } catch (error) {
      hold.forget();
      throw error;
    }
  }

  /** Writes to the user's terminal. */
  show(text: string | Buffer): void {
    if (this.#state !== 'suspended')
      this.#show(typeof text === 'string' ? Buffer.from(text) : text);
  }

  /** Calls `listener` when the window has another size, until the returned function is called. */
  onResize(listener: () => void): () => void {
    this.#resizeListeners.add(listener);
    return () => this.#resizeListeners.delete(listener);
  }

  /**
   * Says a line of guard's own, as soon as the agent's screen has a place for it. False when the terminal is not taken: the
   * caller has to say it.
   */
  note(line: string): boolean {
    if (this.#state === 'new' || this.#state === 'over') return false;
    this.#kept.add(line);
    if (!this.#screen.modes.alternate && !this.#hold && !this.raw) this.#sayKept([]);
    return true;
  }

  /** Says a line once the terminal has been given back. */
  sayLast(line: string): void {
    this.#terminal.writeNow(`${line}\r\n`);
  }

  /** Hears the text that would take back what the agent has switched on, whenever it changes. */
  onResetText(listener: (text: string) => void): void {
    this.#onResetText = listener;
    listener(this.#resetText);
  }

  /** Gives the user's terminal back to the shell, for as long as guard is stopped. */
  suspend(): void {
    if (this.#state !== 'running') return;
    this.#wait('stopped');
    this.#terminal.pauseInput();
    this.#terminal.writeNow(this.#leaving() + '\x1b[0m\x1b[?25h');
    this.#state = 'suspended';
    this.#terminal.restoreModes();
  }

  /** Takes it again and puts the agent's screen and modes back, or guard's own screen. */
  resume(): void {
    if (this.#state !== 'suspended') return;
    this.#state = 'running';
    this.#terminal.makeRaw();
    this.#terminal.resumeInput();
    this.#resize();
    const drawn = async (): Promise<void> => {
      await this.#line.catch(() => undefined);
      const model = await this.#screen.sync();
      if (this.#state !== 'running') return;
      this.show(comingBack(model, this.#screen.modes));
      if (this.#hold) {
        this.#hold.draw();
        for (const listener of this.#resizeListeners) listener();
      }
      this.#go('stopped');
    };
    void drawn().catch(() => this.#go('stopped'));
  }

  /** Waits for what the session still wrote, then gives the terminal back. */
  async stop(): Promise<void> {
    if (this.#slaveOpen) closeSync(this.#pty.slave);
    this.#slaveOpen = false;
    await this.#hold?.release(null).catch(() => undefined);
    await this.#line.catch(() => undefined);
    const master = this.#master;
    if (master && !master.destroyed) {
      await new Promise<void>((resolve) => {
        master.once('close', resolve);
        master.once('end', () => master.destroy());
        this.#waits.clear();
        master.resume();
        setTimeout(() => master.destroy(), LAST_OUTPUT).unref();
      });
    }
    await this.#line.catch(() => undefined);
    process.off('SIGWINCH', this.#resize);
    process.off('exit', this.#leave);
    const last = this.#state === 'running' && this.#kept.any ? await this.#lastLines() : '';
    this.#leave();
    this.#terminal.writeNow(last);
    this.#terminal.close();
  }

  #output(pieces: Passed[]): void {
    for (const [index, piece] of pieces.entries()) {
      this.#screen.add(piece);
      if (piece.data.length) this.#show(piece.data);
      // The agent has left the alternate screen here.
      const rest = pieces.slice(index + 1);
      if (rest.length && this.#kept.any) return this.#sayKept(rest);
    }
    this.#afterOutput();
  }

  #afterOutput(): void {
    const { modes } = this.#screen;
    if (modes.version !== this.#resetVersion) {
      this.#resetVersion = modes.version;
      const text = modes.undoWhenever();
      if (text !== this.#resetText) this.#onResetText?.((this.#resetText = text));
    }
    if (!this.#screen.shouldDigest) return;
    if (this.#screen.waiting > MODEL_BEHIND) this.#wait('model');
    const digested = (): void => {
      if (this.#screen.waiting <= MODEL_CLOSE) this.#go('model');
      else void this.#screen.sync().then(digested, () => this.#go('model'));
    };
    void this.#screen.sync().then(digested, () => this.#go('model'));
  }

  /** Says what was kept, at the cursor of the main screen, before the output that follows. */
  #sayKept(rest: Passed[]): void {
    this.#wait('line');
    const say = async (): Promise<void> => {
      try {
        const model = await this.#screen.sync();
        const { modes } = this.#screen;
        if (this.#kept.any) {
          const lines = this.#kept.take().join('\r\n');
          const text = leftLine(model, lines) + model.pen() + modes.redoWriting();
          this.#screen.add({ data: Buffer.from(text), plain: false, whole: false });
          this.show(text);
        }
      } finally {
        this.#output(rest);
        this.#go('line');
      }
    };
    this.#line = this.#line.then(say, say);
    this.#line.catch(() => undefined);
  }

  /** What is still to be said when the session is over. */
  async #lastLines(): Promise<string> {
    const lines = this.#kept.take().join('\r\n');
    const model = await this.#screen.sync().catch(() => null);
    return model && !this.#screen.modes.alternate ? leftLine(model, lines) : `${lines}\r\n`;
  }

  #show(data: Buffer): void {
    if (this.#terminal.write(data) || !this.#master || this.#hold) return;
    this.#wait('terminal');
    this.#terminal.onDrain(() => this.#go('terminal'));
  }

  #wait(reason: Wait): void {
    this.#waits.add(reason);
    this.#master?.pause();
  }

  #go(reason: Wait): void {
    this.#waits.delete(reason);
    if (this.#waits.size === 0) this.#master?.resume();
  }

  readonly #resize = (): void => {
    if (this.#state === 'over' || this.#state === 'suspended') return;
    const size = this.#terminal.size();
    // A terminal without a size: the agent gets the kernel's default of none.
    if (!size || this.#master?.destroyed) return;
    if (size.equals(windowSize(this.#pty.master))) return;
    setWindowSize(this.#pty.master, size);
    this.#screen.resize(this.columns, this.rows);
    for (const listener of this.#resizeListeners) listener();
  };

  /** From guard's or the agent's screen to the one the user had. */
  #leaving(): string {
    const cut = this.#screen.cutShort ? '\x18' : '';
    return cut + (this.#hold?.leaving() ?? '') + this.#screen.modes.undo();
  }

  readonly #leave = (): void => {
    if (this.#state === 'running') this.#terminal.writeNow(this.#leaving());
    this.#state = 'over';
    this.#terminal.restoreModes();
  };
}
