/** A host of a brokered command, reached by name on exactly this port. */
export interface BrokerHost {
  host: string;
  port: number;
}

/** A line of the question and of the record: what guard measured or resolved, never what the caller says. */
export interface BrokerFact {
  label: string;
  text: string;
}

/** One run of a command that guard makes for the session, in a sibling sandbox. Plain data, all of it guard's own words. */
export interface BrokeredRun {
  /** Name of the definition in `profiles/brokers`. */
  broker: string;
  /** Absolute path of the real program on the host, then its arguments. */
  argv: [string, ...string[]];
  /** A folder inside the repository. */
  cwd: string;
  /** The whole environment of the sibling, credentials included: never written anywhere. */
  env: Record<string, string>;
  /** All that can be reached. */
  hosts: BrokerHost[];
  /** Credential files and folders of the host, bound read-only at their own paths. */
  files: string[];
  /**
   * Files that guard wrote for this run, bound read-only over these paths of the sibling after everything else: for git
   * its settings (a file that exists, in the repository or, with a linked worktree, beside it: the session's own are never
   * read there) and `~/.ssh/config` by the home of passwd(5). Of the user, mode 600: ssh refuses other settings files.
   */
  generated: { path: string; content: string }[];
  /** Unix sockets of the host (an ssh agent's), bound at their own paths. */
  sockets: string[];
  /** Files, or folders with all in them, that the sibling may execute; everything else is refused there. Absolute, of the host. */
  runs: string[];
  /** Whether the repository is bound read-write. */
  writesRepository: boolean;
  /** For the question and the record. */
  facts: BrokerFact[];
  /** Why a person has to be asked, whatever the rules say; null when the rules decide alone. */
  askBecause: string | null;
}

/** What becomes of a call that met a shim. */
export type BrokerDecision =
  /** Nothing to broker: the real program runs in the session, without the credential. */
  | { kind: 'inside' }
  | { kind: 'refuse'; reason: string; safer: string | null }
  | { kind: 'run'; run: BrokeredRun };
