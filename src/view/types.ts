import type { StandIns } from '../secrets/stand-ins.ts';
import type { GitCover } from './git-session.ts';
import type { CoverKind } from './name-patterns.ts';
import type { SpanState } from './span-state.ts';

/** What the agent will see in place of what is there. Absolute paths, as in `byte-path.ts`. */

export interface Cover {
  /** File that is covered; a folder where nothing in it may be seen. */
  path: string;
  /**
   * Not in the repository: what a secret name in it leads to, or what lies beside git's own files in an extra bind. To be
   * covered only where another mount shows it.
   */
  outside?: true;
  /** `spans`: the secrets in it are replaced. `redact`: every secret value of a settings file is. `hide`: unreadable. */
  kind: CoverKind;
  /** How many secrets are replaced in it, where that is told. */
  spans?: number;
  /** What the session writes into it is carried back into the file. */
  writable?: true;
  /** Why what is written into it could not be carried back, or why it is hidden instead of redacted: for people. */
  why?: string;
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
  /** Of covers that the session may edit, by `source`. Holds real values: in memory only. */
  spans: Map<string, SpanState>;
  /** What git is told of each cover, by `source`. */
  git: Map<string, GitCover>;
  /** What stands for them in the covers: as the secrets, and of files that turn up later as well. */
  standIns: StandIns;
}
