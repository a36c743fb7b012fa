import type { GuardError } from '../guard-error.ts';
import type { EffectiveProfile } from '../profile/types.ts';
import type { ContentOptions } from './content-scan.ts';
import type { EarlierCovers } from './earlier-covers.ts';
import type { ScanRecord } from './scan-record.ts';
import type { Cover, ViewPlan } from './types.ts';

export interface LateMount {
  /** On the host; may be `path` itself, which is then only made read-only. */
  source: string;
  path: string;
  /** `dev:ino` of what stood at `path` when guard looked: anything else that is seen there must not be covered. */
  inode?: string;
  /** What the session writes there goes into `source`. */
  writable?: boolean;
}

export interface WatchOptions {
  files: EffectiveProfile['files'];
  sessionDir: string;
  plan: ViewPlan;
  /** How files are looked through, and what came of it at launch. Absent where they are not. */
  content?: Pick<ContentOptions, 'load' | 'scanner' | 'known' | 'rules' | 'remembered'> & {
    record: ScanRecord;
  };
  /** Is told what is covered later. */
  earlier?: EarlierCovers;
  /** Binds `source` read-only over `path` in every mount namespace of the session; waits until there is one, and does
   * nothing when the session is over. Rejects when another file than `inode` is seen at `path` in the session. */
  mount: (mount: LateMount) => Promise<void>;
  /** A file that was not covered before is now. `secrets`: the real values in it. */
  onCover: (cover: Cover, secrets: string[]) => void;
  /** A covered file changed outside; these values are in it now. */
  onSecrets: (secrets: string[]) => void;
  /** `path` would have been run or obeyed by others; it is at `kept` now. */
  onHeld: (path: string, kept: string) => void;
  /** What the session wrote into its view of the file at `path` cannot be carried back into it; it is at `kept`. */
  onKept?: (path: string, kept: string, why: string) => void;
  /** Something a reader of the record must know; the view still holds. */
  onNotice: (text: string) => void;
  /** The view no longer holds: end the session. */
  onFailure: (error: GuardError) => void;
}

export interface ViewWatcher {
  /** Resolves when the watch has begun; until then the repository is walked. */
  watching: Promise<void>;
  /** To be called when no process of the session is left: looks through the repository once more. */
  close(): Promise<void>;
}
