import { setTimeout } from 'node:timers/promises';
import type { PromptScreen, TerminalChannel } from '../approval/types.ts';
import { terminalModes } from '../kernel/pty.ts';
import { inForeground } from '../process-stat.ts';
import type { TerminalRelay } from '../terminal/terminal-relay.ts';
import { Watchdog, type TerminalState } from '../terminal/watchdog.ts';
import { signalGroup } from './signals.ts';

/** A stopped process has no timers, so the first one to fire says that it runs; as long is waited when nothing stopped it. */
const TURN_MS = 100;

export interface JobControlParts {
  relay: TerminalRelay;
  /** The command's process id on the host, or null before it started. */
  command: () => number | null;
  /** Lets the stopped command go on. */
  resumeCommand: () => void;
}

/**
 * What a shell expects of a job: when the session's command is stopped, guard gives the terminal back and stops as well,
 * with its whole process group; continued in the foreground, it takes the terminal again and lets the command go on.
 */
export class JobControl {
  readonly #parts: JobControlParts;
  #state: TerminalState | null = null;
  #watchdog: Watchdog | null = null;
  #reset = '';
  #suspended = false;
  /** A signal was passed on to a stopped command: it has to run to hear it. */
  #urgent = false;
  /** It was to be stopped once more before it had the terminal again. */
  #again = false;
  #closed = false;
  #prompts = 0;
  #wake: () => void = () => undefined;

  constructor(parts: JobControlParts) {
    this.#parts = parts;
  }

  /** Takes the terminal. */
  begin(): void {
    const saved = terminalModes(0);
    this.#parts.relay.start();
    this.#state = { saved, raw: terminalModes(0) };
    process.on('SIGTSTP', this.#onStop);
    process.on('SIGCONT', this.#onContinue);
  }

  /** Has the terminal given back even if guard is killed. After the launch, which it would delay. */
  watch(): void {
    if (this.#closed) return;
    this.#watchdog = Watchdog.start(0);
    this.#parts.relay.onResetText((text) => {
      this.#reset = text;
      this.#tellHeld();
    });
  }

  /** The command was stopped. */
  async suspend(): Promise<void> {
    if (this.#suspended || this.#closed) return;
    this.#suspended = true;
    this.#urgent = false;
    // A question that stands is answered first: it would be gone from the screen afterwards.
    while (this.#prompts > 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#parts.relay.suspend();
    this.#watchdog?.suspended();
    while (!this.#urgent && !this.#closed) {
      this.#again = false;
      this.#stopOwnGroup();
      await setTimeout(TURN_MS);
      // Signals that came with the continuation are heard before it is judged; another thread may have taken them.
      if (!inForeground()) await setTimeout(TURN_MS);
      if (inForeground() && !this.#again) break;
    }
    if (inForeground()) this.#takeBack();
    // The size may have changed, and the kernel tells the foreground group alone, which is the launcher's now.
    const command = this.#parts.command();
    if (command !== null) signalGroup(command, 'SIGWINCH');
    this.#parts.resumeCommand();
    while (this.#suspended && !this.#closed) {
      await setTimeout(TURN_MS);
      if (inForeground()) this.#takeBack();
    }
  }

  /** A signal for the command has come. */
  hurry(): void {
    this.#urgent = true;
  }

  /** The channel, with questions that wait while the terminal is the shell's. */
  guarding(channel: TerminalChannel): TerminalChannel {
    return {
      available: () => channel.available(),
      acquire: async () => {
        while (this.#suspended && !this.#closed) await setTimeout(TURN_MS);
        this.#prompts += 1;
        try {
          return this.#counted(await channel.acquire());
        } catch (error) {
          this.#released();
          throw error;
        }
      },
    };
  }

  /** The terminal has been given back. */
  close(): void {
    this.#closed = true;
    this.#wake();
    process.off('SIGTSTP', this.#onStop);
    process.off('SIGCONT', this.#onContinue);
    this.#watchdog?.done();
  }

  #counted(screen: PromptScreen): PromptScreen {
    const release = screen.release.bind(screen);
    let released = false;
    screen.release = async () => {
      await release();
      if (!released) this.#released();
      released = true;
    };
    return screen;
  }

  #released(): void {
    this.#prompts -= 1;
    this.#wake();
  }

  /** The kernel drops the signal when nobody could continue the group: setpgid(2), orphaned process groups. */
  #stopOwnGroup(): void {
    process.off('SIGTSTP', this.#onStop);
    process.kill(0, 'SIGTSTP');
    process.on('SIGTSTP', this.#onStop);
  }

  #takeBack(): void {
    this.#suspended = false;
    try {
      const saved = terminalModes(0);
      this.#parts.relay.resume();
      this.#state = { saved, raw: terminalModes(0) };
      this.#tellHeld();
    } catch {
      // The terminal went away; SIGHUP says so too.
    }
  }

  #tellHeld(): void {
    if (this.#state && !this.#suspended && !this.#closed)
      this.#watchdog?.held(this.#state, this.#reset);
  }

  /** Somebody stops guard itself: the command is what is to stop, and guard stops when it has. */
  readonly #onStop = (): void => {
    const pid = this.#parts.command();
    if (this.#suspended) this.#again = true;
    else if (pid === null) void this.suspend();
    else signalGroup(pid, 'SIGTSTP');
  };

  /** After a SIGSTOP, which nobody hears, the shell may have set the terminal as it likes it. */
  readonly #onContinue = (): void => {
    if (this.#suspended || !this.#state || !inForeground()) return;
    try {
      if (terminalModes(0).equals(this.#state.raw)) return;
      this.#parts.relay.suspend();
      this.#takeBack();
    } catch {
      // The terminal went away.
    }
  };
}
