/** Everything that makes a session's sandbox, as plain data: built first, printed by `--explain`, then carried out. */

/** One step of building the view, in order; later steps cover earlier ones. Paths as in `byte-path.ts`. */
export type MountStep =
  | { op: 'bind'; source: string; target: string }
  | { op: 'ro-bind'; source: string; target: string }
  | { op: 'tmpfs'; target: string }
  | { op: 'dir'; target: string }
  | { op: 'symlink'; source: string; target: string }
  | { op: 'proc'; target: string }
  | { op: 'dev'; target: string }
  | { op: 'remount-ro'; target: string };

export interface SandboxPlan {
  mounts: MountStep[];
  /** The whole environment of the command. */
  env: Record<string, string>;
  /** Names (never values) of what the user's environment has and the session does not. */
  withheldEnv: string[];
  cwd: string;
  argv: string[];
  uid: number;
  gid: number;
  hostname: string;
  network: {
    /** TCP ports on which every address is answered by guard. */
    tcpPorts: number[];
    /** User's loopback ports reachable inside. */
    hostPorts: number[];
    publish: number[];
  };
  /** May processes inside make user namespaces of their own? */
  userNamespaces: boolean;
}
