/**
 * Mounts in a session that runs: a program of its own, started by guard in the user namespace that owns the session's
 * mount namespace. It runs nothing of the session's and believes no path of it: a path is opened once, without links, and
 * compared with what guard saw on the host. Everything is synchronous, on the one thread that has entered the namespace.
 */
import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';
import { pathBytes } from '../byte-path.ts';
import { openWithoutLinks } from '../kernel/descriptors.ts';
import { attachOver, cloneReadOnly, cloneWritable, enterMountNamespace } from '../kernel/mounts.ts';
import {
  MOUNT_NAMESPACE_FD,
  type LateMountOrder,
  type LateMountReply,
} from './late-mount-protocol.ts';

class Changed extends Error {}

enterMountNamespace(MOUNT_NAMESPACE_FD);
let pending = '';
for (;;) {
  const chunk = Buffer.alloc(65536);
  const size = readSync(0, chunk);
  // guard has closed its end, or is gone.
  if (size === 0) break;
  pending += chunk.toString('latin1', 0, size);
  for (let end; (end = pending.indexOf('\n')) >= 0; pending = pending.slice(end + 1))
    writeSync(1, `${JSON.stringify(carryOut(pending.slice(0, end)))}\n`);
}

function carryOut(line: string): LateMountReply {
  try {
    lay(JSON.parse(line) as LateMountOrder);
    return { error: null, changed: false };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { error: text, changed: error instanceof Changed };
  }
}

function lay({ source, sourceInode, path, inode, writable }: LateMountOrder): void {
  const target = openWithoutLinks(pathBytes(path));
  try {
    const seen = inodeOf(target);
    // An earlier order that failed half-way, or in another namespace, has covered it here already.
    if (source !== path && seen === sourceInode) return;
    if (inode !== null && seen !== inode) throw new Changed(`another file stands at ${path}`);
    const from = source === path ? target : openWithoutLinks(pathBytes(source));
    try {
      if (from !== target && inodeOf(from) !== sourceInode)
        throw new Changed(`another file stands at ${source}`);
      const tree = writable ? cloneWritable(from) : cloneReadOnly(from);
      attachOver(tree, target);
      closeSync(tree);
    } finally {
      if (from !== target) closeSync(from);
    }
  } finally {
    closeSync(target);
  }
}

function inodeOf(fd: number): string {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return `${dev}:${ino}`;
}
