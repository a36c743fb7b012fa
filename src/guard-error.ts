import { printable } from './printable.ts';

/** Exit codes of guard itself; a command's own code is passed through untouched. */
export const EXIT = {
  /** guard could not start or could not enforce. */
  cannotEnforce: 125,
  /** Refused by policy. */
  refused: 126,
  /** Killed by a rule: 128 + SIGKILL. */
  killed: 137,
} as const;

export interface GuardErrorParts {
  /** What happened, as the start of a sentence without a full stop. */
  what: string;
  /** Why: the measured reason. */
  why: string;
  /** What to do: a command or an action. */
  fix: string;
  exitCode?: number;
  cause?: unknown;
}

/** The one error class a user sees. It prints as `guard: WHAT: WHY. FIX.` */
export class GuardError extends Error {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly exitCode: number;

  constructor({ what, why, fix, exitCode = EXIT.cannotEnforce, cause }: GuardErrorParts) {
    super(`${what}: ${why}. ${fix}`, { cause });
    this.name = 'GuardError';
    this.what = what;
    this.why = why;
    this.fix = fix;
    this.exitCode = exitCode;
  }

  /** Safe for a terminal: parts may quote file names and messages that others chose. */
  format(): string {
    const [what, why, fix] = [this.what, this.why, this.fix].map((part) => printable(part, 2000));
    return `guard: ${what}: ${why}. ${fix}${/[.!?]$/.test(fix ?? '') ? '' : '.'}`;
  }
}
