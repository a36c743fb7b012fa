/** Rule packs as plain data, after the YAML of `profiles/rules` was checked: see docs/rules-format.md. */
import type { Action } from '../types.ts';

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
  subcommands?: Record<string, GrammarData>;
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
] as const;
export type Place = (typeof PLACES)[number];

export const SQL_CLASSES = ['drop', 'truncate', 'delete-all', 'update-all', 'alter-drop'] as const;
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
  /** Only operands that start so; the rest is what is looked at (`of=`). */
  prefix?: string;
  /** Upper and lower case are the same in `like`. */
  'any-case'?: boolean;
}

/** All keys must hold. */
export interface TextData {
  /** Flags whose values are read, `operands`, or `argv` for all words. */
  in: string[];
  sql?: SqlClass[];
  /** Whole identifiers, of which one must occur. */
  words?: string[];
  /** Pieces, of which one must occur; case and blanks do not count. */
  contains?: string[];
  /** Host names, of which one must be mentioned. */
  hosts?: string[];
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
  /** Left out of the built data. */
  examples?: { match: ExampleData[]; pass: ExampleData[] };
}
