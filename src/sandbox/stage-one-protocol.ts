/** What guard and the first stage say to each other: one JSON line each way, then `go`. */

export const ORDERS_FD = 3;
export const REPORT_FD = 4;

export interface StageOneOrder {
  /** Absolute path of bubblewrap. */
  bwrap: string;
  /** Options of the inner bubblewrap, paths as in `byte-path.ts`. */
  bwrapArguments: string[];
  /** The command and its arguments. */
  argv: string[];
  tcpPorts: number[];
  /** Limit of user namespaces below the outer one, or null for none. */
  maxUserNamespaces: number | null;
  /** Folders in which no symbolic link is followed; without links themselves, as in `byte-path.ts`. */
  unfollowed: Unfollowed[];
}

export interface Unfollowed {
  path: string;
  /** As it is bound afterwards. */
  readOnly: boolean;
}

export type StageOneReport =
  | {
      pid: number;
      /** Descriptors in the first stage, for pidfd_getfd. */
      listener: number;
      tcp: [port: number, fd: number][];
      dns: number;
    }
  | { error: string };
