/** What a text for a shell would do, as far as it can be read without running anything. */

/** What a command is given on standard input, or prints. `UNRESOLVED` stands in `text` for what is not known. */
export interface Stream {
  text: string;
  /** `file`: as it is in a file on this machine, which nobody reads here. */
  from: 'text' | 'file' | 'command';
  /** Programs whose output the unknown parts are. */
  programs: readonly string[];
  /** The words of the `find` whose paths these are. */
  found?: readonly string[];
}

/** Things of which nobody has seen how many there are, or what they are called. */
export interface Listed {
  /** Programs that print their names. */
  programs: readonly string[];
  found?: readonly string[];
}

/** Why a part of a word is not known. `listed`: it stands for one after another, or for several. */
export type Cause = ({ variable: string } | { programs: readonly string[] }) & { listed?: Listed };

/** A program that the text starts, or a builtin that does something. */
export interface ShellCommand {
  argv: string[];
  cwd: string;
  /** Null where it is the shell's own. */
  stdin: Stream | null;
  /** What is not known of its name. */
  causes: readonly Cause[];
  /** What is not known of its arguments. */
  argumentCauses: readonly Cause[];
  /** For a shell that it starts. */
  variables: ReadonlyMap<string, string>;
  /** Files whose content this text wrote itself, by absolute path. */
  files: ReadonlyMap<string, Stream>;
}

/** A file that the shell itself opens for writing. */
export interface ShellWrite {
  /** As a word: `UNRESOLVED` in it where it is not known. */
  target: string;
  cwd: string;
  appends: boolean;
  /** More than what the command prints goes there: `>&`, `<>`. */
  both: boolean;
  /** The command whose redirection it is; null for those of several. */
  argv: readonly string[] | null;
}

/** Hears what a text would do, in its order. */
export interface ShellListener {
  onCommand(command: ShellCommand): void;
  onWrite(write: ShellWrite): void;
  /** What was sent to `/dev/tcp/HOST/PORT`. */
  onSent(path: string, stream: Stream): void;
  /** A function that starts itself over and over. */
  onForkBomb(name: string): void;
  /** It is more than guard reads: too deep, too long, too many commands. */
  onTooMuch(): void;
}

/** Where a text is read. */
export interface ShellContext {
  cwd: string;
  home: string;
  repository: string;
  user: string;
  /** Known from whoever starts the shell. */
  variables?: ReadonlyMap<string, string>;
  files?: ReadonlyMap<string, Stream>;
  /** `$1`, `$2`, …; null where nobody knows them. */
  positional?: readonly string[] | null;
  stdin?: Stream | null;
  /** Shared by all texts of one item, so that no nesting multiplies it. */
  budget: Budget;
}

/** What may still be read. */
export interface Budget {
  commands: number;
  loops: number;
  depth: number;
}
