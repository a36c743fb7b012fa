import type { CompactRule } from '../rules/rule-format.ts';
import type { KnownValue, SecretSpan } from './detector.ts';
import type { FileState } from './open-files.ts';

/** What a worker is started with. */
export interface ScanOrder {
  root: string;
  known: readonly KnownValue[];
  /** The user's own kinds, as `loadUserRules` gives them. */
  rules: readonly CompactRule[];
}

/** Paths relative to the root; answered by a list as long, in the same order. */
export type ScanBatch = readonly string[];

export interface ScannedFile {
  path: string;
  /** Bytes that were looked through. */
  size: number;
  spans: SecretSpan[];
  /** As it was when it was opened. */
  state: FileState;
}

export interface UnscannedFile {
  path: string;
  /** As `open(2)` and `read(2)` name it; `ENOTREG` where there is no regular file; `ESCAN` where the scanner gave up. */
  code: string;
  error: string;
}

export type ScanResult = ScannedFile | UnscannedFile;
