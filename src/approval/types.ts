import type { DecisionEvent, RequestEvent } from '../session/events.ts';
import type { Verdict } from '../policy/types.ts';

/** What a person is asked. Facts that guard measured; every string may be hostile and is escaped when it is shown. */
export interface Question {
  /** Of the request it belongs to; unique within the session. */
  id: number;
  gate: RequestEvent['gate'];
  /** The command as resolved, or the host. */
  title: string;
  /** The file that would run and its arguments: shown in place of the title, each argument told from the next. */
  argv?: readonly string[];
  /** What the caller calls the program, where that is not its name: argv[0] is the caller's to choose. */
  calledAs?: string;
  /** What guard would run in its place, to the letter: the same words may lead elsewhere a moment later. */
  made?: string;
  /** What the caller wants, where it is neither a command nor a connection: `wants railway (api.example) to do`. */
  wants?: string;
  /** Shown with the rest at once; nothing to be measured. */
  known?: readonly Fact[];
  cwd: string;
  /** From the agent down to the caller. */
  ancestry: readonly string[];
  verdict: Pick<Verdict, 'rule' | 'reason' | 'safer' | 'tier' | 'resource'> &
    Partial<Pick<Verdict, 'source'>>;
  /** Tells what would run from whatever else the same words may mean later; a yes can be kept only where it is known. */
  keep?: string;
  /** How often the user has refused this before, where that raised its tier. */
  refusedBefore?: number;
  /** Measured when the question is shown, not before. Settles soon after `signal` aborts; rejecting means nothing is known. */
  facts?: (signal: AbortSignal) => Promise<readonly Fact[]>;
}

/** Something guard measured about what would happen, e.g. how many files a deletion would take. May be hostile text. */
export interface Fact {
  label: string;
  text: string;
}

/** The words only the user and guard know, or why there are none. */
export type Sign = { words: string } | { missing: string };

export interface Answer {
  outcome: 'allow' | 'deny';
  by: DecisionEvent['by'];
  /** Milliseconds between asking and the answer. */
  ms: number;
}

/** A terminal that the agent can neither read nor type into while a question is on it. */
export interface TerminalChannel {
  /** `full-screen`: a program of the session has the whole screen, and a plain question would be drawn over. */
  available(): 'yes' | 'no-terminal' | 'full-screen';
  /** Takes the keyboard and keeps the session's output away until `release`. Rejects when it cannot. */
  acquire(): Promise<PromptScreen>;
}

export interface PromptScreen {
  /** Of the terminal as it is now. */
  readonly columns: number;
  readonly rows: number;
  /** Calls `listener` whenever the size changes, until the returned function is called. */
  onResize?: (listener: () => void) => () => void;
  /** Text is written as it is. Line ends are `\r\n`. */
  write(text: string): void;
  /**
   * The next chunk of raw input, in the order it came, including what was typed before the call; empty at end of file or
   * hang-up. When `signal` aborts it rejects with the signal's reason, and no input is lost.
   */
  readKey(signal: AbortSignal): Promise<Buffer>;
  /**
   * Where the question has a screen of its own: shows the line that is left of it on the screen that is given back.
   */
  farewell?: (line: string) => void;
  /** Gives keyboard and screen back. Does nothing the second time. */
  release(): Promise<void>;
}
