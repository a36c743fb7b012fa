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
import type { StandIns } from '../secrets/stand-ins.ts';
import { readHandle } from './inside.ts';
import type { CoverKind } from './name-patterns.ts';

/** No settings file is longer; whatever is, is hidden instead of redacted. */
const LONGEST_REDACTED = 1024 * 1024;

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
}

export interface StandInOptions {
  kind: CoverKind;
  /** In git's index: the stand-in must then have the same size. */
  tracked: boolean;
  /** Git will open it to compare: a hidden file is then readable, and all zeros. */
  opened: boolean;
  standIns: StandIns;
}

/** What stands in for the file behind a handle. A FIFO, a socket or a device is never opened. */
export function standInContent(
  handle: number,
  stat: BigIntStats,
  { kind, tracked, opened, standIns }: StandInOptions,
): StandInContent {
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
  return {
    ...common,
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

/**
 * Writes a stand-in into the session's folder. An existing one is rewritten in place: it stays the same inode, which is
 * the one mounted in the session.
 */
export function writeStandIn(source: string, content: StandInContent, exists: boolean): void {
  if (content.folder) {
    mkdirSync(source, { mode: 0o500, recursive: true });
    return;
  }
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const flags = O_WRONLY | O_NOFOLLOW | (exists ? 0 : O_CREAT | O_EXCL);
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
function wholeMicroseconds(ns: bigint): number {
  const second = ns / 1_000_000_000n;
  const rest = (ns % 1_000_000_000n) / 1000n;
  return Number(second) + Number(rest) / 1e6;
}
