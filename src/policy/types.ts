/** The vocabulary of every decision: a gate makes a Request out of facts, `decide` answers with a Verdict. */

/** From the mildest to the strictest; the order is the meaning. */
export const ACTIONS = ['allow', 'ask', 'deny', 'kill'] as const;
export type Action = (typeof ACTIONS)[number];

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
}

/** A connection about to be made: what the agent dialled and what it called it. */
export interface ConnectRequest {
  kind: 'connect';
  /** Lower-case name from SNI, the Host header or the resolver; null when it dialled a bare address. */
  host: string | null;
  /** The address that was dialled inside the session. */
  address: string;
  port: number;
}

export type Request = ExecRequest | ConnectRequest;

export interface Verdict {
  action: Action;
  /** Id of the rule, e.g. `git.push.force`; `default` when nothing matched. */
  rule: string;
  /** One sentence for people: why this rule exists. */
  reason: string;
  /** What to do instead, if the rule knows. */
  safer?: string;
  source: Source;
}
