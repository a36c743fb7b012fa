import { GuardError } from '../guard-error.ts';
import { printable } from '../printable.ts';

/** Something wrong with a profile, where it stands. */
export interface Problem {
  /** As shown to people. */
  file: string;
  /** 1-based; 0 when it is about the file as a whole. */
  line: number;
  column: number;
  /** Path of the key, e.g. `network.allow[0]`; empty for the document. */
  key: string;
  /** What was expected and what is there. */
  message: string;
  /** What to write instead. */
  fix: string;
}

/** A profile that cannot be used. The error shows the first problem; `problems` has them all. */
export class ProfileError extends GuardError {
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    const [first] = problems;
    if (!first) throw new Error('a ProfileError without a problem');
    const more = problems.length - 1;
    super({
      what: place(first),
      why: (first.key ? `${first.key}: ` : '') + first.message,
      fix: first.fix + (more ? ` (and ${more} more: see \`guard profile validate\`)` : ''),
    });
    this.name = 'ProfileError';
    this.problems = problems;
  }
}

/** `FILE:LINE:COLUMN: KEY: MESSAGE. FIX`, safe for a terminal. */
export function formatProblem(problem: Problem): string {
  const key = problem.key ? `${problem.key}: ` : '';
  return printable(`${place(problem)}: ${key}${problem.message}. ${problem.fix}`, 2000);
}

function place({ file, line, column }: Problem): string {
  return line ? `${file}:${line}:${column}` : file;
}

/** A problem of a whole file as an error: unreadable, a folder, too large … */
export function fileProblem(file: string, message: string, fix: string): ProfileError {
  return new ProfileError([{ file, line: 0, column: 0, key: '', message, fix }]);
}
