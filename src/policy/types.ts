/** The vocabulary of every decision: a gate makes a Request out of facts, `decide` answers with a Verdict. */

/** From the mildest to the strictest; the order is the meaning. */
export const ACTIONS = ['allow', 'ask', 'deny', 'kill'] as const;
export type Action = (typeof ACTIONS)[number];

/** Whether what a command does can be undone: by undoing it, from what is left (a reflog, a trash, a rebuild), or not. */
export const REVERSIBILITIES = ['reversible', 'recoverable', 'irreversible'] as const;
export type Reversibility = (typeof REVERSIBILITIES)[number];

/**
 * How a person says yes, from the easiest to the hardest: nobody is asked; one key; Enter after what was measured is
 * there; the name of what would be lost, typed.
 */
export const TIERS = ['log', 'confirm', 'review', 'type'] as const;
export type Tier = (typeof TIERS)[number];

/** Where a line of policy came from, so that a verdict can be traced to it. */
export interface Source {
  layer: LayerName;
  /** File as shown to a person, e.g. `profiles/rules/git.yaml` or `/home/me/.config/guard/profile.yaml`. */
  file: string;
  /** 1-based; 0 when the line is not known. */
  line: number;
}

/** `default` holds built-in rules and the agent's profile. See `decide` for how the layers meet. */
export type LayerName = 'default' | 'user' | 'repository' | 'organisation';

/** A program about to start: read from the kernel while the caller is held in `execve`. */
export interface ExecRequest {
  kind: 'exec';
  /** File to be run, as seen inside the session, links resolved where they could be. */
  path: string;
  /** Every name the file goes by: last component as called, as resolved, and the program it was identified as. */
  names: string[];
  /** As the kernel will pass it; may be empty. */
  argv: string[];
  /** Working directory of the caller inside the session. */
  cwd: string;
  /** Root of the session's repository. */
  repository: string;
  /** Home directory inside the session. */
  home: string;
  /** Every name of the program that makes the call, known as `names` are; rules use it to spare a tool's own steps. */
  caller?: string[];
  /** What it is given on standard input, where that is known (`guard check`; never at a gate). */
  stdin?: string;
  /** Absolute paths of operands that git ignores and does not track, looked up by the gate. */
  ignored?: readonly string[];
}

/**
 * Stands in a word for text that is not known: an unset variable, what a command prints. A private-use character, so no
 * word of earnest has it; one that does is read more strictly.
 */
export const UNRESOLVED = '\uF8E5';

/** A connection about to be made: what the agent dialled and what it called it. */
export interface ConnectRequest {
  kind: 'connect';
  /** Lower-case name from SNI, the Host header or the resolver; null when it dialled a bare address. */
  host: string | null;
  /** The address that was dialled inside the session. */
  address: string;
  port: number;
}

/** What an operation does to what it is about. `access`: to who may do what; `unknown`: it cannot be told. */
export const OPERATION_CLASSES = ['read', 'change', 'destroy', 'access', 'unknown'] as const;
export type OperationClass = (typeof OPERATION_CLASSES)[number];

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One thing that a request asks a service to do, as the wire shows it. Every text may be hostile. */
export interface Operation {
  /** As rules name it: `mutation volumeDelete`, `DELETE /repos/{owner}/{repo}`, `s3:DeleteBucket`, `push delete`, `sql DROP TABLE`. */
  name: string;
  class: OperationClass;
  /** What it acts on; null when the wire does not show it. */
  target: string | null;
  /** With variables substituted; never recorded. */
  arguments: Json;
  /** Why it has its class, where its name does not say: `volumes.x.isDeleted is true`. */
  because?: string;
}

/** What a request shows as its right to be made. */
export type CredentialFact =
  | { kind: 'none' }
  /** A placeholder of guard's, at its host, in its place. */
  | { kind: 'granted'; name: string }
  | { kind: 'expired' | 'revoked' | 'not-granted'; name: string }
  /** A placeholder where it does not belong: another host, a body, a name. */
  | { kind: 'misplaced'; name: string; where: string }
  /** The stand-in of a covered file that no credential is bound to. */
  | { kind: 'stand-in'; where: string }
  /** What looks like a credential and is none of guard's. */
  | { kind: 'foreign'; where: string }
  /** A real value that guard knows. */
  | { kind: 'leak'; where: string };

/** A request to a service, read as far as it takes to judge it; no byte of it has gone out. */
export interface CallRequest {
  kind: 'call';
  protocol: 'http' | 'graphql' | 'grpc' | 'git' | 'aws' | 'postgres';
  /** Id of the provider that speaks for the host; null where none does. */
  provider: string | null;
  host: string;
  port: number;
  /** Empty where the protocol has none. */
  method: string;
  /** Without its query. */
  path: string;
  operations: readonly [Operation, ...Operation[]];
  credential: CredentialFact;
}

export type Request = ExecRequest | ConnectRequest | CallRequest;

export interface Verdict {
  action: Action;
  /** Id of the rule, e.g. `git.push.force`; `default` when nothing matched. */
  rule: string;
  /** One sentence for people: why this rule exists. */
  reason: string;
  /** What to do instead, if the rule knows. */
  safer?: string;
  source: Source;
  reversibility?: Reversibility;
  /** How it is to be confirmed, where the action is `ask`; `confirm` where it is missing. */
  tier?: Tier;
  /** What would be lost, by name; typed at the top tier. May be hostile text. */
  resource?: string;
  /** What is to be measured before it is asked: names of measurements, from the rule. */
  facts?: readonly string[];
}
