import type { Finding, Unread } from './finding.ts';

/** A finding that does not count, and by whose word. */
export interface Allowed {
  finding: Finding;
  by: 'comment' | 'profile' | 'baseline';
  reason: string;
}

/** Something that was meant to count and does not. */
export interface Notice {
  file: string;
  line: number;
  text: string;
}

export interface AuditResult {
  /** By file and place; in history by commit. */
  findings: Finding[];
  allowed: Allowed[];
  notices: Notice[];
  unread: Unread[];
  /** Texts that were looked at. */
  looked: number;
  /** The files among them, as findings name them. */
  files: Set<string>;
}
