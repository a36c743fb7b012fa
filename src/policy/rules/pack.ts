/** Rule packs as plain data, after the YAML of `profiles/rules` was checked: see docs/rules-format.md. */
import type { StatementDialect } from '../sql/types.ts';
import type { Action, Reversibility, Tier } from '../types.ts';

export interface RulePackData {
  pack: string;
  about: string;
  /** As shown to people, e.g. `profiles/rules/git.yaml`. */
  file: string;
  commands: Record<string, GrammarData>;
  rules: RuleData[];
}

/** How programs of a family read their options. */
export const STYLES = ['getopt', 'git', 'pflag', 'words'] as const;
export type Style = (typeof STYLES)[number];

/** What a command does with its operands beyond its own work. */
export const RUNS = ['operands', 'applet'] as const;

/** How a command (or a subcommand) reads its arguments. */
export interface GrammarData {
  /** Other names: of the program at the top (`mkfs.*` allowed), of the subcommand below. */
  aliases?: string[];
  style?: Style;
  /** Options as in `--help`, one a line. */
  flags?: string;
  /** False when the first operand ends the options. */
  interspersed?: boolean;
  /** Flag conditions under which nothing is done; replaces the usual help, version and dry run. */
  harmless?: string[];
  /** The operand that is meant when none is given. */
  'default-operand'?: string;
  /** `git-push` is `git push`. */
  dashed?: boolean;
  /** A program of its own that is this subcommand, e.g. `docker-compose`. */
  program?: string;
  runs?: (typeof RUNS)[number];
  /** Options whose value names the applet, written `--x=APPLET`: what follows are the applet's words. */
  'applet-flags'?: string[];
  /** Users can define subcommands: one that is not declared can be anything, and its `--help` promises nothing. */
  aliasable?: boolean;
  /** A subcommand that is installed beside the program: an alias of the user's may have its name. */
  extra?: boolean;
  subcommands?: Record<string, GrammarData>;
  /** That many plain words are subcommands, declared or not: `aws SERVICE OPERATION`. */
  depth?: number;
  /** Plain words are subcommands up to and with the first that is one of these patterns: `gcloud GROUP… VERB`. */
  verbs?: string[];
  /** Options behind whose value all is an operand: `python -c CODE ARGUMENTS…`. */
  'ends-options'?: string[];
  /** Where the text of a one-line program stands: options, `operands` or `stdin`; what `text: { in: code }` reads. */
  code?: string[];
  /** With `runs: operands`: options whose value names the program in place of the first operand: `python -m MODULE`. */
  'runs-flags'?: string[];
  /** Options that answer a confirmation before it is asked (`--yes`): they raise the tier of every rule that asks. */
  'pre-answers'?: string[];
  /** Programs it starts, of which each meets the exec gate by itself, or runs elsewhere. */
  starts?: StartData[];
}

/** Where a started command runs. `here`: a child; `elsewhere`: another machine or a container that lives; `container`: one made for it. */
export const START_PLACES = ['here', 'elsewhere', 'container'] as const;

/** A command among the words of another. */
export interface StartData {
  /** `operands`, the id of an option whose value it is, or `subcommand` for one that is not declared and what follows. */
  from: string;
  /** Operands that come before it: the duration of `timeout`, the host of `ssh`. */
  skip?: number;
  /** With `operands`: an option whose value stands before them, as the program they are given to (`--entrypoint`). */
  behind?: string;
  /** `NAME=VALUE` words before it are variables: `env`. */
  assignments?: boolean;
  /** `argv` (default): the words are its arguments. `shell`: joined by blanks, they are text for a shell. */
  as?: 'argv' | 'shell';
  where?: (typeof START_PLACES)[number];
  /** Operands that nobody sees are put behind it: `xargs`. */
  more?: boolean;
  /** The program may carry a version: `npx prisma@5`. */
  versioned?: boolean;
  /** Flag conditions of which one must hold for it to be so. */
  when?: string[];
}

/** Where an operand points, judged by its text alone. */
export const PLACES = [
  'root',
  'home',
  'repository',
  'above',
  'inside',
  'git',
  'temporary',
  'device',
  'system',
  'outside',
  // Ignored by git and not tracked, as the gate found it.
  'ignored',
  // On another machine: `host:path`, a URL.
  'remote',
  // Where disks are mounted: hier(7), and the desktop's folders.
  'mount',
  // A name that says production.
  'production',
  // Not known from the text: a variable nobody set, the output of a command.
  'unknown',
] as const;
export type Place = (typeof PLACES)[number];

/** What a statement would do to what a database holds, or beside it. */
export const SQL_CLASSES = [
  'drop',
  // A whole database, schema or keyspace.
  'drop-database',
  'truncate',
  'delete-all',
  'update-all',
  'alter-drop',
  // Something filled is replaced: a restore, `CREATE OR REPLACE TABLE`.
  'overwrite',
  // It runs a program, or writes a file that is more than data.
  'program',
  // What is run stands elsewhere, or is put together as it runs.
  'opaque',
  // The server stops, or sessions of others end.
  'server',
  // Logs and versions from which something could be brought back.
  'history',
  'revoke',
] as const;
export type SqlClass = (typeof SQL_CLASSES)[number];

/** What a pathspec covers: gitglossary(7). */
export const PATHSPECS = ['everything'] as const;

/** Which subcommand is meant by its kind rather than by name. */
export const SUBCOMMANDS = ['undeclared'] as const;

/** All keys must hold. */
export interface OperandData {
  is?: Place[];
  /** Patterns for the operand as written. */
  like?: string[];
  /** Patterns for what is not meant after all. */
  unlike?: string[];
  /** Patterns for the path below the home folder, outside the repository. */
  home?: string[];
  /** Patterns of which one matches a component of the path below the repository. */
  named?: string[];
  /** A pathspec of git that covers the whole tree, whichever way it is written. */
  pathspec?: (typeof PATHSPECS)[number];
  /** Patterns for the host when the operand is a URL. */
  host?: string[];
  /** Only the operand at this place, counted from 1. */
  at?: number;
  /** Leaves out the first operands. */
  skip?: number;
  /** Only operands that stand behind a `--`. */
  'behind-dashes'?: boolean;
  /** Only operands that start so; the rest is what is looked at (`of=`). */
  prefix?: string;
  /** Upper and lower case are the same in `like`. */
  'any-case'?: boolean;
}

/** All keys must hold. */
export interface TextData {
  /** Flags whose values are read, `operands`, `stdin`, `code` for what the grammar says is one, or `argv` for all words. */
  in: string[];
  sql?: SqlClass[];
  /** Whose statements `sql` means; any server's where it is missing. */
  dialect?: StatementDialect;
  /** Whole identifiers, of which one must occur. */
  words?: string[];
  /** Pieces, of which one must occur; case and blanks do not count. */
  contains?: string[];
  /** Host names, of which one must be mentioned. */
  hosts?: string[];
  /**
   * Functions, of which one is called by that name or the end of one: `rmtree`, `os.remove`, `Path().unlink`; a pattern is for
   * the last part. With `sql` what it is given is the statement.
   */
  calls?: string[];
  /** With `calls`: what is given to it is one of these; a part that is no plain text is not known. */
  argument?: OperandData[];
  /** With `argument`: what is one of these does not count. */
  except?: OperandData[];
}

/** All keys must hold. */
export interface ConditionData {
  /** All must hold; `a | b` is one or the other, `!a` is not given, `a=PATTERN` has such a value. */
  flags?: string[];
  /** This flag is given behind every other. */
  'last-flag'?: string;
  /** Some operand is one of these. */
  operand?: OperandData[];
  /** There are operands and each is one of these. */
  'every-operand'?: OperandData[];
  /** Where things are put: the value of `--target-directory`, or the last operand. */
  target?: OperandData[];
  /** A subcommand beyond those of `command` is one of these patterns: `delete`, `delete-*`. */
  verb?: string[];
  /** All subcommands, joined by blanks, are one of these patterns: `* rm`. */
  path?: string[];
  /** The word behind `command` is a subcommand that no pack declares, and not part of the program's own name. */
  subcommand?: (typeof SUBCOMMANDS)[number];
  'operand-count'?: { 'at-least'?: number; 'at-most'?: number };
  /** All must hold. */
  text?: TextData[];
  /** The program that makes the call is one of these. */
  caller?: string[];
}

export interface MatchData extends ConditionData {
  /** Program and subcommands, e.g. `git push`; any of them. */
  command: string[];
}

/** Words of one command, or the command as a shell would split it; the test does the splitting. */
export type ExampleData = string | string[];

export interface RuleData {
  id: string;
  line: number;
  /** Any of them. */
  match: MatchData[];
  /** None of them. */
  unless: ConditionData[];
  action: Action;
  reason: string;
  safer?: string;
  /** Required of a rule that asks. */
  reversibility?: Reversibility;
  /** Whether it acts on something beyond this machine; then production by name raises the tier. */
  reach?: 'local' | 'remote';
  /** In place of the one that follows from reversibility and reach. */
  tier?: Tier;
  /** Where the name of what would be lost stands, the first that is given: `operands`, `operand 2`, `subcommand`, or an option. */
  resource?: string[];
  /** Measurements to make before it is asked. */
  facts?: string[];
  /** `session`: speaks of what cannot work in a session, so `guard check` leaves it out. */
  applies?: 'session';
  /** Left out of the built data. */
  examples?: { match: ExampleData[]; pass: ExampleData[] };
}
