import { closeSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import {
  openPty,
  setTerminalModes,
  setWindowSize,
  terminalModes,
  windowSize,
  type Pty,
} from '../kernel/pty.ts';
import { AlternateScreen } from './alternate-screen.ts';

/** c_lflag of struct termios, at byte 12: line editing is on (termios(3)). */
const LOCAL_FLAGS = 12;
const ICANON = 0o2;

/**
 * The agent's terminal. guard keeps the user's own and gives the agent a pseudo-terminal, so that what is typed at a
 * prompt of guard's never reaches the agent and nothing the agent does can type into it.
 */
export class TerminalRelay {
  readonly #pty: Pty;
  /** Which of 0–2 are the user's terminal; the others are passed on as they are. */
  readonly #terminals: number[];
  readonly #screen = new AlternateScreen();
  #modes: Buffer | null = null;
  #master: ReadStream | null = null;
  #input: ReadStream | null = null;
  #held: ((data: Buffer) => void) | null = null;
  #slaveOpen = true;

  private constructor(terminals: number[]) {
    this.#terminals = terminals;
    this.#pty = openPty();
    this.#resize();
  }

  /** A relay when any of descriptors 0–2 is a terminal, else null. */
  static create(): TerminalRelay | null {
    const terminals = [0, 1, 2].filter((fd) => isatty(fd));
    return terminals.length ? new TerminalRelay(terminals) : null;
  }

  /** Descriptors for the session's 0–2. */
  get stdio(): [number, number, number] {
    const of = (fd: number): number => (this.#terminals.includes(fd) ? this.#pty.slave : fd);
    return [of(0), of(1), of(2)];
  }

  /** The agent uses the alternate screen, which a plain question cannot give back. */
  get fullScreen(): boolean {
    return this.#screen.active;
  }

  /** The agent reads keys itself, without line editing: its screen is more than lines. */
  get raw(): boolean {
    const modes = terminalModes(this.#pty.master);
    return (modes.readUInt32LE(LOCAL_FLAGS) & ICANON) === 0;
  }

  /** Starts passing bytes both ways. To be called once the session's processes hold the other end. */
  start(): void {
    closeSync(this.#pty.slave);
    this.#slaveOpen = false;
    this.#master = new ReadStream(this.#pty.master);
    // EIO: the last process of the session closed its end.
    this.#master.on('error', () => undefined);
    this.#master.on('data', (data: Buffer) => {
      this.#screen.see(data);
      this.#show(data);
    });
    // EIO: the terminal went away; SIGHUP says so too.
    this.#output.on('error', () => undefined);
    if (!this.#terminals.includes(0)) return;
    this.#modes = terminalModes(0);
    this.#input = new ReadStream(0);
    this.#input.setRawMode(true);
    this.#input.on('error', () => undefined);
    this.#input.on('data', (data: Buffer) => (this.#held ? this.#held(data) : this.type(data)));
    process.on('SIGWINCH', this.#resize);
    process.once('exit', this.#restore);
  }

  /** Sends bytes to the agent as if typed. */
  type(data: Buffer): void {
    this.#master?.write(data);
  }

  /** Takes keyboard and screen: output of the agent waits, keys go to `onKeys` until the returned function is called. */
  take(onKeys: (data: Buffer) => void): () => void {
    this.#master?.pause();
    this.#held = onKeys;
    return () => {
      this.#held = null;
      this.#master?.resume();
    };
  }

  /** Writes to the user's terminal. */
  show(text: string): void {
    this.#show(Buffer.from(text));
  }

  get rows(): number {
    return windowSize(this.#pty.master).readUInt16LE(0) || 24;
  }

  get columns(): number {
    return windowSize(this.#pty.master).readUInt16LE(2) || 80;
  }

  /** Whether there is a keyboard to answer with. */
  get hasKeyboard(): boolean {
    return this.#terminals.includes(0);
  }

  /** Waits for what the session still wrote, then gives the terminal back. */
  async stop(): Promise<void> {
    if (this.#slaveOpen) closeSync(this.#pty.slave);
    const master = this.#master;
    if (master && !master.destroyed) {
      await new Promise<void>((resolve) => {
        master.once('close', resolve);
        master.once('end', () => master.destroy());
        master.resume();
        // A process that got away with the other end open would keep this waiting: the session is over.
        setTimeout(() => master.destroy(), 500).unref();
      });
    }
    process.off('SIGWINCH', this.#resize);
    process.off('exit', this.#restore);
    this.#restore();
    this.#input?.destroy();
  }

  get #output(): NodeJS.WriteStream {
    return this.#terminals.includes(1) ? process.stdout : process.stderr;
  }

  #show(data: Buffer): void {
    const output = this.#output;
    if (!output.write(data) && this.#master && !this.#held) {
      this.#master.pause();
      output.once('drain', () => this.#held ?? this.#master?.resume());
    }
  }

  readonly #resize = (): void => {
    try {
      setWindowSize(this.#pty.master, windowSize(this.#terminals[0] ?? 0));
    } catch {
      // A terminal without a size: the agent gets the kernel's default of none.
    }
  };

  readonly #restore = (): void => {
    if (!this.#modes) return;
    try {
      setTerminalModes(0, this.#modes);
    } catch {
      this.#forsake();
    }
    this.#modes = null;
  };

  /** The terminal is gone. Node aborts at its exit when it cannot reset one that it started with, unless that is closed. */
  #forsake(): void {
    for (const fd of this.#terminals) {
      try {
        closeSync(fd);
      } catch {
        // Closed already.
      }
    }
  }
}
