import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  ftruncateSync,
  futimesSync,
  mkdirSync,
  openSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { encodePath } from '../byte-path.ts';
import { redactDotenv } from '../secrets/dotenv.ts';
import type { Scanner } from '../secrets/engine/detector.ts';
import type { StandIns } from '../secrets/stand-ins.ts';
import { readHandle } from './inside.ts';
import type { CoverKind } from './name-patterns.ts';
import { redactSpans, type RedactedSpans } from './redact-spans.ts';
import type { Pair } from './restore.ts';

/** No settings file is longer; whatever is, is hidden instead of redacted. */
const LONGEST_REDACTED = 1024 * 1024;

/** Bytes. A longer file that holds a secret is hidden: it is read and written whole. */
export const LONGEST_SPANS = 64 * 1024 * 1024;

export interface StandInContent {
  kind: CoverKind;
  /** What the agent reads; null for nothing. */
  bytes: Buffer | null;
  mode: number;
  size: number;
  mtimeNs: bigint;
  /** Real values that were replaced. */
  secrets: string[];
  folder: boolean;
  /** Of a file whose secrets alone are replaced. */
  redaction?: RedactedSpans & { content: Buffer };
  /** Why it is hidden though its kind asks for less. */
  why?: string;
}

export interface StandInOptions {
  kind: CoverKind;
  /** In git's index: the stand-in must then have the same size. */
  tracked: boolean;
  /** Git will open it to compare: a hidden file is then readable, and all zeros. */
  opened: boolean;
  standIns: StandIns;
  /** Relative to the repository: what is found in a file depends on its name. */
  path: string;
  /** Absent where nothing is looked for: then what is secret by its content is hidden. */
  scanner?: () => Scanner;
  /** What this file's values were replaced by before. */
  before?: readonly Pair[];
}

/** What stands in for the file behind a handle. A FIFO, a socket or a device is never opened. */
export function standInContent(
  handle: number,
  stat: BigIntStats,
  options: StandInOptions,
): StandInContent {
  const { kind, tracked, opened, standIns } = options;
  const mode = Number(stat.mode) & 0o777;
  const common = { mtimeNs: stat.mtimeNs, folder: stat.isDirectory() };
  const redaction = kind === 'redact' && stat.isFile() ? redacted(handle, standIns) : null;
  if (redaction)
    return {
      ...common,
      kind: 'redact',
      bytes: redaction.redacted,
      size: redaction.redacted.length,
      mode,
      secrets: redaction.secrets,
    };
  const spans = kind === 'spans' && stat.isFile() ? withoutSpans(handle, options) : null;
  if (spans && typeof spans !== 'string')
    return {
      ...common,
      kind: 'spans',
      bytes: spans.redacted,
      size: spans.redacted.length,
      mode,
      secrets: spans.secrets,
      redaction: spans,
    };
  return {
    ...common,
    ...(spans === null ? {} : { why: spans }),
    kind: 'hide',
    bytes: null,
    // Git records whether a file may be executed, nothing else of its mode.
    mode: tracked ? (mode & 0o111) | (opened ? 0o444 : 0) : 0,
    size: tracked && stat.isFile() ? Number(stat.size) : 0,
    secrets: [],
  };
}

function redacted(handle: number, standIns: StandIns): ReturnType<typeof redactDotenv> {
  try {
    const content = readHandle(handle, LONGEST_REDACTED);
    return content && redactDotenv(content, standIns);
  } catch {
    return null;
  }
}

/** Finds the secrets in what is read here and now; what was found before says nothing of where they stand. */
function withoutSpans(
  handle: number,
  { scanner, path, standIns, before = [] }: StandInOptions,
): (RedactedSpans & { content: Buffer }) | string {
  if (!scanner) return 'nothing looks for its secrets';
  try {
    const content = readHandle(handle, LONGEST_SPANS);
    if (!content) return 'it is too long to be shown without its secrets';
    const spans = scanner().scan(path, content);
    const redaction = redactSpans(content, spans, { standIns, before });
    return redaction ? { ...redaction, content } : 'it holds too many secrets';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return `it cannot be read: ${code}`;
  }
}

/**
 * Writes a stand-in into the session's folder. An existing one is rewritten in place: it stays the same inode, which is
 * the one mounted in the session.
 */
export function writeStandIn(source: string, content: StandInContent, exists: boolean): void {
  if (content.folder) {
    mkdirSync(source, { mode: 0o500, recursive: true });
    return;
  }
  // Not held up by a lease that the session has on it.
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
  const flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | (exists ? 0 : O_CREAT | O_EXCL);
  const fd = openWritable(source, flags, exists);
  try {
    if (content.bytes) {
      for (let at = 0; at < content.bytes.length;) at += writeSync(fd, content.bytes, at);
    } else if (exists) ftruncateSync(fd, 0);
    ftruncateSync(fd, content.size);
    fchmodSync(fd, content.mode);
    const seconds = wholeMicroseconds(content.mtimeNs);
    futimesSync(fd, seconds, seconds);
  } finally {
    closeSync(fd);
  }
}

/** An unreadable stand-in is unwritable too, until its owner makes it writable. It lies where no session can write. */
function openWritable(source: string, flags: number, exists: boolean): number {
  if (exists) chmodSync(encodePath(source), 0o600);
  return openSync(encodePath(source), flags, 0o600);
}

/** Seconds for `futimes`; rounded down, because a float of today's seconds holds microseconds, no more. */
export function wholeMicroseconds(ns: bigint): number {
  const second = ns / 1_000_000_000n;
  const rest = (ns % 1_000_000_000n) / 1000n;
  return Number(second) + Number(rest) / 1e6;
}
