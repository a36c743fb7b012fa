/** What one row says about this machine. */
export type Status = 'ok' | 'warn' | 'fail';

export interface Row {
  /** Stable, for programs: `bubblewrap`, `user-namespaces`, … */
  id: string;
  title: string;
  /** `fail`: `guard run` cannot enforce here. `warn`: it can, with what `meaning` says is lost. */
  status: Status;
  /** What was found. */
  found: string;
  /** What it means for enforcement; empty when there is nothing to say. */
  meaning: string;
  /** The commands that mend it, one an entry, to be run as they are. */
  fix: string[];
}

/** What the checks may look at: the machine itself, or in tests a made-up one. */
export interface Machine {
  platform: string;
  arch: string;
  nodeVersion: string;
  /** `uname -r`. */
  kernelRelease: string;
  env: NodeJS.ProcessEnv;
  /** Content of a small text file, trimmed; null when it cannot be read. */
  read(path: string): string | null;
  /** Runs a program without a shell. Null when there is no such program; it is ended after a few seconds. */
  run(program: string, args: readonly string[]): Promise<Run | null>;
  /** Absolute path of bubblewrap. Throws GuardError when there is none that can be trusted. */
  findBubblewrap(): string;
  /** Loads the library behind every system call that Node lacks; its version. Rejects when it does not load. */
  loadKoffi(): Promise<string>;
  /** Traces a program of this process's own for a moment; why it cannot, or null. */
  tryTracing(): Promise<string | null>;
}

export interface Run {
  /** Null when it was ended by a signal or ran out of time. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export function row(
  id: string,
  title: string,
  status: Status,
  found: string,
  { meaning = '', fix = [] }: { meaning?: string; fix?: string[] } = {},
): Row {
  return { id, title, status, found, meaning, fix };
}
