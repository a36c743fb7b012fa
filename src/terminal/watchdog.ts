import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import type { Socket } from 'node:net';

/** struct termios of the kernel: 4 flag words, c_line, then 19 control characters; the C library has room for 32. */
const FLAG_WORDS = 4;
const CHARACTERS_AT = 17;
const KERNEL_CHARACTERS = 19;
const LIBRARY_CHARACTERS = 32;
/** What undoes an agent's modes is some hundred bytes; anything longer is none. */
const RESET_LIMIT = 4096;

/** Modes of the terminal as guard found it, and as guard has set it. */
export interface TerminalState {
  saved: Buffer;
  raw: Buffer;
}

/**
 * A small shell that waits for guard's end and gives the user's terminal back if guard could not: killed, it leaves the
 * terminal raw, with whatever the agent switched on. It holds the terminal and a pipe of guard's, nothing else, and ends
 * with guard in any case.
 */
export class Watchdog {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    // Without it the session is as it was; its end is not guard's.
    child.on('error', () => undefined);
    child.stdin?.on('error', () => undefined);
    child.unref();
    (child.stdin as Socket | null)?.unref();
  }

  /** Starts it for the terminal on a descriptor. In a session of its own no signal of that terminal reaches it. */
  static start(terminal: number): Watchdog {
    const fd = openBothWays(terminal);
    try {
      const child = spawn('/bin/sh', ['-c', SCRIPT, 'guard-watchdog'], {
        cwd: '/',
        env: {},
        detached: true,
        stdio: ['pipe', fd ?? terminal, 'ignore'],
      });
      return new Watchdog(child);
    } finally {
      if (fd !== null) closeSync(fd);
    }
  }

  /** Guard has the terminal; `reset` is the text that undoes what the agent has switched on. */
  held({ saved, raw }: TerminalState, reset: string): void {
    const bytes = Buffer.from(reset);
    const octal = bytes.length > RESET_LIMIT ? '' : [...bytes].map(octalEscape).join('');
    this.#tell(`held ${sttyState(saved)} ${sttyKernelState(raw)} ${octal}`);
  }

  /** The shell that guard was started from has the terminal. */
  suspended(): void {
    this.#tell('suspended');
  }

  /** Guard has given the terminal back. */
  done(): void {
    this.#tell('done');
    this.#child.stdin?.end();
  }

  #tell(line: string): void {
    if (this.#child.stdin?.writable) this.#child.stdin.write(`${line}\n`);
  }
}

/** The form of `stty -g`, which `stty` takes back: hexadecimal, stty(1). */
export function sttyState(modes: Buffer): string {
  return sttyKernelState(modes) + ':0'.repeat(LIBRARY_CHARACTERS - KERNEL_CHARACTERS);
}

/** Its part that comes from the kernel; what the C library has behind it may differ. */
function sttyKernelState(modes: Buffer): string {
  const words = Array.from({ length: FLAG_WORDS }, (_, index) => modes.readUInt32LE(index * 4));
  const characters = modes.subarray(CHARACTERS_AT, CHARACTERS_AT + KERNEL_CHARACTERS);
  return [...words, ...characters].map((value) => value.toString(16)).join(':');
}

/** printf(1): %b takes a byte as \0 and three octal digits. */
function octalEscape(byte: number): string {
  return `\\0${byte.toString(8).padStart(3, '0')}`;
}

/** The descriptor guard was given may be open for reading only. */
function openBothWays(terminal: number): number | null {
  try {
    return openSync(`/proc/self/fd/${terminal}`, constants.O_RDWR | constants.O_NOCTTY);
  } catch {
    return null;
  }
}

/**
 * Standard input is guard's pipe, standard output the terminal. The reset text is written at once, before a shell can have
 * drawn its prompt. The modes wait a moment: a shell with line editing sets its own, and those are to stay.
 */
const SCRIPT = `
PATH=/usr/bin:/bin:/run/current-system/sw/bin
exec 3<&1
trap '' HUP INT QUIT TERM TSTP TTIN TTOU
state=
while read -r next a b c; do
  test "$next" = done && exit
  state=$next saved=$a raw=$b reset=$c
done
test "$state" = held || exit
printf %b "$reset"
sleep 0.1 || sleep 1
case $(stty -g <&3) in
  "$raw":*) stty "$saved" <&3 ;;
esac
`;
