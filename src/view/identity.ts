import type { BigIntStats } from 'node:fs';
import { lstatAt } from './inside.ts';

/** What the kernel tells files apart by, as long as both exist. */
export function inodeOf(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}`;
}

/** The same file over time: file systems give an inode's number to a new file when the old one is gone, but not its birth. */
export function identityOf(stat: BigIntStats): string {
  return `${inodeOf(stat)}:${stat.birthtimeNs}`;
}

/** Empty where nothing is. */
export function identityAt(path: string): string {
  const stat = lstatAt(path);
  return stat ? identityOf(stat) : '';
}
