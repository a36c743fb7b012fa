import { readdirSync, readlinkSync } from 'node:fs';
import { parentOf } from '../process-stat.ts';

/**
 * One process for each mount namespace of the session below `init`. There is one, unless the profile lets the session's
 * processes make user namespaces: mounts of the first do not reach those.
 */
export function sessionMountNamespaces(init: number): number[] {
  const found = new Map<string, number>();
  for (const pid of [init, ...descendants(init)]) {
    const namespace = mountNamespace(pid);
    if (namespace !== null && !found.has(namespace)) found.set(namespace, pid);
  }
  return [...found.values()];
}

function mountNamespace(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return null;
  }
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = [...(children.get(root) ?? [])];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}
