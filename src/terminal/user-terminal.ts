import { closeSync, writeSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import { inForeground } from '../process-stat.ts';
import { setTerminalModes, terminalModes, windowSize } from '../kernel/pty.ts';

/** struct termios of the kernel: c_iflag, c_oflag, c_cflag, c_lflag, c_line, c_cc (termios(3), asm-generic/termbits.h). */
const [IFLAG, OFLAG, CFLAG, LFLAG, CC] = [0, 4, 8, 12, 17];
const [VTIME, VMIN] = [5, 6];
/** IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON. */
const INPUT_OFF = 0o1 | 0o2 | 0o10 | 0o40 | 0o100 | 0o200 | 0o400 | 0o2000;
const OPOST = 0o1;
/** ISIG ICANON ECHO ECHONL IEXTEN. */
const LOCAL_OFF = 0o1 | 0o2 | 0o10 | 0o100 | 0o100000;
const [CS8, PARENB] = [0o60, 0o400];

/** What of a stream has no public interface. */
type Internals = ReadStream & {
  _handle?: { reading: boolean; readStop: () => void } | null;
  _readableState: { reading: boolean };
};

/** The terminal that guard was started on: the user's own. */
export class UserTerminal {
  /** Which of 0–2 it is; the others are something else. */
  readonly descriptors: readonly number[];
  /** As they were, while they are changed. */
  #modes: Buffer | null = null;
  #input: ReadStream | null = null;

  constructor(descriptors: readonly number[]) {
    this.descriptors = descriptors;
  }

  /** Null when none of 0–2 is a terminal. */
  static find(): UserTerminal | null {
    const descriptors = [0, 1, 2].filter((fd) => isatty(fd));
    return descriptors.length ? new UserTerminal(descriptors) : null;
  }

  get hasKeyboard(): boolean {
    return this.descriptors.includes(0);
  }

  /** Hears keys from now on, each as it is sent. */
  open(onKeys: (data: Buffer) => void): void {
    // EIO: the terminal went away; SIGHUP says so too.
    this.#output.on('error', () => undefined);
    if (!this.hasKeyboard) return;
    this.makeRaw();
    this.#input = new ReadStream(0);
    this.#input.on('error', () => undefined);
    this.#input.on('data', onKeys);
  }

  /** Not by Node's own, which has line feeds return to the first column: the agent's terminal has done that already. */
  makeRaw(): void {
    if (!this.hasKeyboard) return;
    this.#modes ??= terminalModes(0);
    const raw = Buffer.from(this.#modes);
    const clear = (at: number, bits: number): void => {
      raw.writeUInt32LE((raw.readUInt32LE(at) & ~bits) >>> 0, at);
    };
    clear(IFLAG, INPUT_OFF);
    clear(OFLAG, OPOST);
    clear(CFLAG, CS8 | PARENB);
    raw.writeUInt32LE(raw.readUInt32LE(CFLAG) | CS8, CFLAG);
    clear(LFLAG, LOCAL_OFF);
    raw[CC + VTIME] = 0;
    raw[CC + VMIN] = 1;
    setTerminalModes(0, raw);
  }

  /** Puts the modes back that were found. */
  restoreModes(): void {
    if (!this.#modes) return;
    try {
      setTerminalModes(0, this.#modes);
    } catch {
      this.#forsake();
    }
    this.#modes = null;
  }

  /**
   * Reads no further. A paused stream alone would go on filling its buffer, with what is typed to the shell, or be stopped
   * for reading in the background (SIGTTIN). As Node does it for process.stdin.
   */
  pauseInput(): void {
    const input = this.#input as Internals | null;
    input?.pause();
    if (!input?._handle?.reading) return;
    input._handle.reading = input._readableState.reading = false;
    input._handle.readStop();
  }

  resumeInput(): void {
    this.#input?.resume();
  }

  /** False when it should be asked again at `onDrain`. */
  write(data: Buffer | string): boolean {
    return this.#output.write(data);
  }

  onDrain(act: () => void): void {
    this.#output.once('drain', act);
  }

  /** At the very end, when nothing asynchronous happens any more. */
  writeNow(text: string): void {
    try {
      if (text) writeSync(this.#outputDescriptor, text);
    } catch {
      // The terminal is gone or stands still.
    }
  }

  /** struct winsize; null when it has none. */
  size(): Buffer | null {
    try {
      return windowSize(this.descriptors[0] ?? 0);
    } catch {
      return null;
    }
  }

  close(): void {
    this.restoreModes();
    this.#input?.destroy();
    process.once('exit', this.#leaveToOthers);
  }

  get #outputDescriptor(): number {
    return this.descriptors.includes(1) ? 1 : this.descriptors.includes(2) ? 2 : 0;
  }

  get #output(): NodeJS.WriteStream {
    return this.descriptors.includes(1) ? process.stdout : process.stderr;
  }

  /** Node sets the terminal at its exit as it found it, even from the background, where that is a shell's line editor's. */
  readonly #leaveToOthers = (): void => {
    if (!inForeground()) this.#forsake();
  };

  /** The terminal is gone. Node aborts at its exit when it cannot reset one that it started with, unless that is closed. */
  #forsake(): void {
    for (const fd of this.descriptors) {
      try {
        closeSync(fd);
      } catch {
        // Closed already.
      }
    }
  }
}
