import type { Function as ShellFunction } from 'unbash';
import { posix } from 'node:path';
import { UNRESOLVED } from '../policy/types.ts';
import type { Listed, ShellContext, Stream } from './types.ts';

/** A folder that is not known, taken to be one of the repository's. */
export function unknownFolder(repository: string): string {
  return `${repository}/${UNRESOLVED}`;
}

/** What a shell knows while it runs: variables, functions, aliases, its folder. A copy is a subshell. */
export class Environment {
  readonly context: ShellContext;
  readonly variables: Map<string, string>;
  readonly arrays: Map<string, readonly string[]>;
  readonly functions: Map<string, ShellFunction>;
  readonly aliases: Map<string, string>;
  /** `declare -n`. */
  readonly references: Map<string, string>;
  /** Variables that hold one of many after another. */
  readonly listed: Map<string, Listed>;
  /** Shared by subshells: files are not theirs alone. */
  readonly files: Map<string, Stream>;
  positional: readonly string[] | null;
  /** What `exec <` gave to all that follows. */
  input: Stream | null;
  cwd: string;
  folders: string[] = [];

  constructor(context: ShellContext, parent?: Environment) {
    this.context = context;
    this.variables = new Map(parent?.variables ?? usual(context));
    this.arrays = new Map(parent?.arrays);
    this.functions = new Map(parent?.functions);
    this.aliases = new Map(parent?.aliases);
    this.references = new Map(parent?.references);
    this.listed = new Map(parent?.listed);
    this.files = parent?.files ?? new Map(context.files);
    this.positional = parent ? parent.positional : (context.positional ?? null);
    this.input = parent?.input ?? null;
    this.cwd = parent?.cwd ?? context.cwd;
    this.folders = [...(parent?.folders ?? [])];
  }

  copy(): Environment {
    return new Environment(this.context, this);
  }

  /** Goes on as either of two ways may have left it: where they differ nothing is known. */
  meet(one: Environment, other: Environment): void {
    for (const name of new Set([...one.variables.keys(), ...other.variables.keys()])) {
      const [a, b] = [one.variables.get(name), other.variables.get(name)];
      // What only one way has set was set for what follows.
      this.variables.set(
        name,
        a === undefined ? (b ?? '') : b === undefined || a === b ? a : UNRESOLVED,
      );
    }
    for (const [name, words] of [...one.arrays, ...other.arrays]) this.arrays.set(name, words);
    for (const [name, body] of [...one.functions, ...other.functions])
      this.functions.set(name, body);
    for (const [name, text] of [...one.aliases, ...other.aliases]) this.aliases.set(name, text);
    for (const [name, text] of [...one.references, ...other.references])
      this.references.set(name, text);
    for (const [name, list] of [...one.listed, ...other.listed]) this.listed.set(name, list);
    this.cwd = one.cwd === other.cwd ? one.cwd : unknownFolder(this.context.repository);
    this.positional = one.positional === other.positional ? one.positional : null;
  }

  /** With these as `$1`, `$2`, … for a while. */
  given<T>(args: readonly string[], run: () => T): T {
    const { positional } = this;
    this.positional = args;
    const result = run();
    this.positional = positional;
    return result;
  }

  /** Changes folder as `cd` does. */
  enter(folder: string): void {
    this.variables.set('OLDPWD', this.cwd);
    this.cwd = this.path(folder);
    this.variables.set('PWD', this.cwd);
  }

  /** Absolute, where the word is known. */
  path(word: string): string {
    if (word.startsWith(UNRESOLVED)) return unknownFolder(this.context.repository);
    const path = posix.normalize(word.startsWith('/') ? word : `${this.cwd}/${word}`);
    return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  }

  assign(name: string, value: string, listed?: Listed): void {
    const meant = this.references.get(name) ?? name;
    this.arrays.delete(meant);
    this.variables.set(meant, value);
    if (listed && value.includes(UNRESOLVED)) this.listed.set(meant, listed);
    else this.listed.delete(meant);
  }
}

function usual(context: ShellContext): Map<string, string> {
  return new Map([
    ['HOME', context.home],
    ['PWD', context.cwd],
    ['OLDPWD', context.repository],
    ['TMPDIR', '/tmp'],
    ['USER', context.user],
    ['LOGNAME', context.user],
    ['SHELL', '/bin/bash'],
    ['IFS', ' \t\n'],
    ...(context.variables ?? []),
  ]);
}
