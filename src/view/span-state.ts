import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { Pair } from './restore.ts';

/** What guard knows of a stand-in that the session may edit, and of the file it stands for. */
export interface SpanState {
  /** All that stood in this stand-in, during the whole session: what is cut now may be pasted later. */
  pairs: readonly Pair[];
  /** Digest of the file's content that the stand-in shows. */
  real: string;
  /** Digest of the stand-in as it is when nothing has to be carried back. */
  standIn: string;
  /** {@link touchOf} of the stand-in when it was last looked at. */
  seen: string;
}

export function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Changes with whatever is done to a file: nobody can set the time of its last change (inode(7)). */
export function touchOf(stat: BigIntStats): string {
  return `${stat.size}:${stat.ctimeNs}`;
}
