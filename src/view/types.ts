import type { StandIns } from '../secrets/stand-ins.ts';

/** What the agent will see in place of what is there. Absolute paths, as in `byte-path.ts`. */

export interface Cover {
  /** File that is covered; a folder where nothing in it may be seen. */
  path: string;
  /**
   * Not in the repository: what a secret name in it leads to, or what lies beside git's own files in an extra bind. To be
   * covered only where another mount shows it.
   */
  outside?: true;
  /** `redact`: readable, secret values replaced. `hide`: unreadable. */
  kind: 'redact' | 'hide';
  /** The stand-in, a file in the session's `covers` folder. */
  source: string;
  /** In git's index at launch: the stand-in then has the same length and modification time. */
  tracked: boolean;
  /** Which pattern covered it, for `--explain` and the journal. */
  pattern: string;
}

export interface ViewPlan {
  repository: string;
  /** What turns up while the session runs is added. */
  covers: Cover[];
  /** Existing files and folders bound read-only: what others execute later. */
  readOnly: string[];
  /** Bound over themselves read-write so that they cannot be renamed (`.git`). */
  pinned: string[];
  /** Further folders git needs, bound read-write (a linked worktree's common directory). */
  extraBinds: string[];
  /** Protected names that are symbolic links, with what they say: another link in their place is held. */
  links: Record<string, string>;
  /** `GIT_CONFIG_COUNT` and its keys: what keeps covered tracked files unmodified to git. */
  gitEnv: Record<string, string>;
  /** Real values behind the covers: for redaction of the journal, in memory only, never written. */
  secrets: string[];
  /** What stands for them in the covers: as the secrets, and of files that turn up later as well. */
  standIns: StandIns;
}
