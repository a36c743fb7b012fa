import type { Style } from '../policy/rules/pack.ts';
import type { BrokerHost } from './types.ts';

/** What the operands of a brokered command may be. */
export const OPERANDS = ['none', 'word', 'path', 'text'] as const;
export type Operands = (typeof OPERANDS)[number];

/** One command that guard runs with the credential: nothing else of the program is. Plain data, after checking. */
export interface BrokerCommand {
  /** As typed behind the program: `pr create`. */
  words: string;
  /** Other words for the same: `pr new`. */
  aliases: string[];
  about: string;
  /** Every option that is passed on, as in a rule pack; any other is refused, because options run programs and read files. */
  flags: string;
  /** By option: what its value must be, patterns with `*`, or `word`, `path`, `text` as for operands. Default `text`. */
  values: Record<string, string[]>;
  /** `none`; `word`: a name, a number, a branch; `path`: in the repository; `text`: anything that is no option. */
  operands: Operands;
  atLeast: number;
  atMost: number;
  /** By its place, counted from 1: patterns with `*` of which the operand must match one. */
  operandAt: Record<string, string[]>;
  /** Put behind the words, before what the caller gave. */
  add: string[];
  /** Why a person has to be asked, always; null when the rules decide. */
  ask: string | null;
  /** By option: why a person has to be asked when it is given. */
  askIf: Record<string, string>;
  writesRepository: boolean;
}

/** A broker: one program, its credential, where it may reach, and the commands it is run for. */
export interface BrokerDefinition {
  name: string;
  /** As shown to people. */
  file: string;
  /** Whether the user wrote it. */
  own: boolean;
  about: string;
  /** Looked up on the user's PATH. */
  program: string;
  /** Programs that may be executed in the sibling besides: names looked up as `program` is, absolute paths, or `git-core`. */
  runs: string[];
  hosts: BrokerHost[] | 'git-remote';
  credential: {
    /** `~/…` or absolute; what exists is bound read-only. */
    files: string[];
    /** Names of variables that hold the path of a socket. */
    sockets: string[];
    /** Names of variables that hold the credential. */
    env: string[];
    /** How a person gets one, for the sentence when there is none. */
    login: string;
  };
  /** Files the program needs besides and that hold no credential. */
  files: string[];
  /** Variables of the sibling. */
  set: Record<string, string>;
  style: Style;
  /** Options read before or behind any command's words. */
  flags: string;
  values: Record<string, string[]>;
  askIf: Record<string, string>;
  /** What becomes of commands that are not listed: `inside` runs them in the session, without the credential. */
  otherwise: 'inside' | 'refuse';
  /** Words of commands, or `--options`, that are refused in words of their own. */
  never: Record<string, string>;
  /** Words of commands that run in the session, as they need no credential. */
  inside: string[];
  commands: BrokerCommand[];
}

/** A command line that met a shim. */
export interface BrokerCall {
  /** As the kernel would pass it: `argv[0]` is the program's name. */
  argv: readonly string[];
  /** The caller's folder, as it is called in the session. */
  cwd: string;
}

/** Where it is resolved: all of the host. */
export interface BrokerContext {
  /** Root of the session's repository, links resolved. */
  repository: string;
  /** The user's home. */
  home: string;
  /** The user's environment, never the session's. */
  env: Readonly<Record<string, string | undefined>>;
  /** Further folders of the host that the session can write: no program is taken from there. */
  writable?: readonly string[];
  /**
   * What of all that the session cannot write after all. Null outside of one: settings of git's would be among it.
   * A git folder that the session made is not, nor what a link of its making calls one.
   */
  readOnly?: readonly string[] | null;
  /** Ends what is asked of other programs. */
  signal?: AbortSignal;
}
