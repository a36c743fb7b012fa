import type { SecretSpan, Tier } from '../secrets/engine/detector.ts';

/** Where in a repository a text stands. */
export type Place = 'content' | 'name' | 'message';

export interface CommitFacts {
  hash: string;
  /** ISO 8601, as the author's clock had it. */
  date: string;
}

/** The line of a finding, safe to show: every secret in it is cut out, long lines are cut around the finding. */
export interface Excerpt {
  before: string;
  secret: string;
  after: string;
  cutBefore: boolean;
  cutAfter: boolean;
}

/** A secret that was found. Holds no secret. */
export interface Finding {
  rule: string;
  tier: Tier;
  place: Place;
  /** Relative to the repository, or as it was named; secrets in it are cut out. */
  file: string;
  /** 1-based; columns in characters, in bytes where the line is not UTF-8. The end is the place behind the last character. */
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** 16 hex characters; the same while the line and the secret are the same. */
  fingerprint: string;
  /** What is left of the secret to tell it by. */
  secret: string;
  encoding?: SecretSpan['encoding'];
  /** The first that has it. */
  commit?: CommitFacts;
  excerpt: Excerpt;
}

/** A place that could not be looked at, or only in part: then the audit cannot say that nothing is there. */
export interface Unread {
  file: string;
  why: string;
}

/** What kinds of secrets are, for people. */
export interface RuleFacts {
  description: string;
  power?: string;
  unlimited?: boolean;
  revoke?: string;
  /** How its secrets begin, where all of the kind begin so. */
  prefixes?: readonly string[];
}

export type DescribeRule = (rule: string) => RuleFacts | null;
