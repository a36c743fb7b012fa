import type { BrokerFact } from '../broker/types.ts';
import type { LayerName, Request, Tier, Verdict } from '../policy/types.ts';
import type { CoverKind } from '../view/name-patterns.ts';

/** A line of the journal, before it is numbered, dated, redacted and chained by `Journal`. */
export type JournalEvent =
  | SessionStart
  | RequestEvent
  | DecisionEvent
  | BrokeredEvent
  | CoverEvent
  | HeldEvent
  | ExposedEvent
  | KeptEvent
  | NoticeEvent
  | SessionEnd;

export interface SessionStart {
  type: 'session-start';
  session: string;
  guard: string;
  agent: string | null;
  /** What `AGENT --version` is not asked for: the file that will run and its SHA-256. */
  program: { path: string; sha256: string } | null;
  argv: string[];
  task: string | null;
  user: string;
  uid: number;
  repository: string;
  commit: string | null;
  profiles: { layer: LayerName; file: string; sha256: string; trusted: boolean }[];
  withheldEnv: string[];
  /** What the session can use and does not have. `grants`: what of it `--grant` left. */
  credentials: { name: string; to: string; expires: string | null; grants: string[] | null }[];
  covered: string[];
}

/** Something the agent did that a gate judged. */
export interface RequestEvent {
  type: 'request';
  gate: 'exec' | 'egress';
  /** Unique within the session; a later `decision` refers to it. */
  id: number;
  pid?: number;
  /** From the agent down to the caller, e.g. `["codex", "bash"]`. */
  ancestry?: string[];
  request: Request;
  verdict: Verdict;
  /** What guard runs for the session where it is allowed, in place of what was asked for. */
  broker?: { name: string; argv: string[]; cwd: string; facts: BrokerFact[] };
}

/** A command that guard ran for the session has ended. */
export interface BrokeredEvent {
  type: 'brokered';
  /** Of the request. */
  id: number;
  exitCode: number;
  ms: number;
}

/** How an `ask` ended. Verdicts other than ask are final in the request line. */
export interface DecisionEvent {
  type: 'decision';
  id: number;
  outcome: 'allow' | 'deny';
  by: 'user' | 'user-earlier' | 'timeout' | 'no-terminal' | 'full-screen' | 'gone' | 'queue-full';
  /** Milliseconds between asking and the answer. */
  ms: number;
  /** Of the question, where refusals raised it above the verdict's. */
  tier?: Tier;
}

export interface CoverEvent {
  type: 'cover';
  path: string;
  kind: CoverKind;
  pattern: string;
  /** How many secrets are replaced in it. */
  spans?: number;
}

/** What the session wrote into a file whose secrets it does not see could not be carried back into it. */
export interface KeptEvent {
  type: 'kept';
  path: string;
  kept: string;
  why: string;
}

/** A secret stands in git's history, where no view hides it. */
export interface ExposedEvent {
  type: 'exposed';
  /** Which kind it is. */
  rule: string;
  path: string;
  /** The first that has it. */
  commit: string;
}

/** A file others would execute later was created, and moved out of the repository. */
export interface HeldEvent {
  type: 'held';
  path: string;
  kept: string;
}

/** Anything else a reader of the record must know, e.g. a part that could not enforce. */
export interface NoticeEvent {
  type: 'notice';
  text: string;
}

export interface SessionEnd {
  type: 'session-end';
  exitCode: number | null;
  signal: string | null;
  /** Set when a `kill` rule ended the session. */
  killedBy?: string;
}
