/** Service names of git's smart protocol (gitprotocol-http(5)). */
export type GitService = 'git-upload-pack' | 'git-receive-pack';

/** One ref update of a push; ids are hexadecimal, 40 or 64 digits, all zeroes for "none". */
export interface RefUpdate {
  kind: 'create' | 'update' | 'delete';
  old: string;
  new: string;
  ref: string;
}

/** The beginning of the body of a push (gitprotocol-pack(5)). */
export interface Push {
  updates: readonly RefUpdate[];
  capabilities: readonly string[];
  /** Why the updates may not be all; a clause for people. */
  doubtful: string | null;
}

/** What a request under a repository's address asks for. `repository` is the path before it, without slashes at the ends and `.git`. */
export type GitRequest = { repository: string; doubtful: string | null } & (
  | { kind: 'refs'; service: GitService }
  | { kind: 'fetch' }
  | { kind: 'push'; push: Push }
  /** Files of the dumb protocol. */
  | { kind: 'file' }
  | {
      kind: 'lfs';
      asks: 'download' | 'upload' | 'verify' | 'locks' | 'lock' | 'unlock' | 'unknown';
    }
);

/** Whether an update drops commits, where that can be known. */
export type IsForced = (update: RefUpdate) => boolean | null;
