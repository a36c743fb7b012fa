import { closeSync, openSync } from 'node:fs';
import { checked, libc } from './libc.ts';

const ioctlCall = libc.func('ioctl', 'int', ['int', 'ulong', 'ulong']) as (
  fd: number,
  request: number,
  value: number,
) => number;

/** ioctl_ns(2): _IO(0xb7, 0x1) */
const NS_GET_USERNS = 0xb701;

/** The mount namespace of a process, and the user namespace that owns it; both to be closed by the caller. */
export interface MountNamespace {
  mount: number;
  user: number;
}

/**
 * Whoever enters the owning user namespace may mount in the mount namespace. The process's own user namespace may be
 * a child of it, which may not.
 */
export function openMountNamespace(pid: number): MountNamespace {
  const mount = openSync(`/proc/${pid}/ns/mnt`, 'r');
  try {
    return { mount, user: checked('NS_GET_USERNS', ioctlCall(mount, NS_GET_USERNS, 0)) };
  } catch (error) {
    closeSync(mount);
    throw error;
  }
}
