import type { Tier } from '../../secrets/engine/detector.ts';

export const KINDS = ['repository', 'history', 'home', 'environment', 'agent', 'machine'] as const;
export type Kind = (typeof KINDS)[number];

/**
 * What `guard run` makes of it. `hidden`, `redacted`: in the repository, by name or by content. `not in its home`,
 * `not passed`, `not reachable`: a session has its own home, environment and sockets. `in history`: no view can take it
 * out of git's objects. `visible`: the profile lets a session have it. `unknown`: what a session would be cannot be told.
 */
export const TREATMENTS = [
  'visible',
  'in history',
  'unknown',
  'redacted',
  'hidden',
  'not in its home',
  'not passed',
  'not reachable',
] as const;
export type Treatment = (typeof TREATMENTS)[number];

/** Something an agent without guard could use. Holds no secret. */
export interface ReachItem {
  kind: Kind;
  /** A path, a variable, a socket: for people, and not yet safe for a terminal. */
  where: string;
  /** What it is, in a few words. */
  what: string;
  /** The rule that knows it; null for what is known by its place. */
  rule: string | null;
  tier: Tier;
  /** As in profiles/secrets; null where nobody can tell from here. */
  provider: { id: string; name: string } | null;
  /** What it opens, as far as that is known without asking anybody. */
  power: string | null;
  /** It opens all that the account has, whatever it was made for. */
  unlimited: boolean;
  /** Its place or name says so. */
  production: boolean;
  /** Whether it reaches the backups of what it can destroy: only where that is sure. */
  backups: string | null;
  /** How many there are. */
  count: number;
  underGuard: Treatment;
  /** Of what is in the working tree: git's history has it too. */
  alsoInHistory: boolean;
  /** The first commit that has it, for what is in history. */
  commit: string | null;
}

/** An item as a source finds it, with what tells its secrets apart: keyed hashes, in memory only. */
export interface Found extends Omit<ReachItem, 'production' | 'backups' | 'alsoInHistory'> {
  secrets: readonly string[];
}

/** What a session would have. The parts of guard that make one answer. */
export interface UnderGuard {
  /** Absolute path. */
  file: (path: string) => Treatment;
  variable: (name: string) => Treatment;
  /** A socket or a device: absolute path. */
  socket: (path: string) => Treatment;
  /** What lies in git's objects. */
  history: Treatment;
}

export interface Reach {
  /** The most dangerous first. */
  items: ReachItem[];
  /** Each secret once, wherever it stands; keys that an agent signs with count as well. */
  total: number;
  unlimited: number;
  providers: string[];
  /** Ways to act that are no secrets: services behind sockets, what the machine gives. */
  ways: number;
  /** How many secrets and ways a session would have. */
  visible: number;
  inHistory: number;
  /** What could not be looked at, or only in part. */
  incomplete: string[];
  /** Why nothing can be said of a session; null where it can. */
  noSession: string | null;
}
