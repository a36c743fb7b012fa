import { closeSync } from 'node:fs';
import { checked, libc } from './libc.ts';

/**
 * Mounting by descriptor, so that no path is looked up twice: open_tree(2), mount_setattr(2), move_mount(2). The calls'
 * numbers are the same on every architecture (since Linux 5.2; mount_setattr 5.12).
 */
const SYS_open_tree = 428;
const SYS_move_mount = 429;
const SYS_mount_setattr = 442;

const CLONE_FS = 0x200;
const CLONE_NEWNS = 0x20000;
const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;
const OPEN_TREE_CLONE_CLOEXEC = 0x1 | 0o2000000;
const MOUNT_ATTR_RDONLY = 1n;
const MOUNT_ATTR_NOSUID = 2n;
const MOUNT_ATTR_NODEV = 4n;
/** Since Linux 5.14. */
const MOUNT_ATTR_NOSYMFOLLOW = 0x200000n;
const MOVE_MOUNT_F_EMPTY_PATH = 0x4;
const MOVE_MOUNT_T_EMPTY_PATH = 0x40;

const unshareCall = libc.func('int unshare(int flags)') as (flags: number) => number;
const setnsCall = libc.func('int setns(int fd, int type)') as (fd: number, type: number) => number;
const openTreeCall = libc.func('syscall', 'long', ['long', 'int', 'void *', 'uint']) as (
  number: number,
  fd: number,
  path: Buffer,
  flags: number,
) => number;
const setattrCall = libc.func('syscall', 'long', [
  'long',
  'int',
  'void *',
  'uint',
  'void *',
  'size_t',
]) as (
  number: number,
  fd: number,
  path: Buffer,
  flags: number,
  attributes: Buffer,
  size: number,
) => number;
const moveMountCall = libc.func('syscall', 'long', [
  'long',
  'int',
  'void *',
  'int',
  'void *',
  'uint',
]) as (
  number: number,
  from: number,
  fromPath: Buffer,
  to: number,
  toPath: Buffer,
  flags: number,
) => number;

const EMPTY = Buffer.alloc(1);

/**
 * Enters a mount namespace with the calling thread alone, whose root and current folder become the namespace's. Needs
 * CAP_SYS_ADMIN in the user namespace that owns it. setns(2) refuses a thread that shares these with others.
 */
export function enterMountNamespace(fd: number): void {
  checked('unshare', unshareCall(CLONE_FS));
  checked('setns', setnsCall(fd, CLONE_NEWNS));
}

/** A new mount of what `fd` is, attached nowhere yet, read-only from the start. */
export function cloneReadOnly(fd: number): number {
  return clone(fd, MOUNT_ATTR_RDONLY, 0);
}

/**
 * A new mount of what `fd` is, attached nowhere yet, that can be written to though the one it is seen in cannot. Where the
 * kernel has locked that (mount_namespaces(7), "Restrictions"), it stays read-only.
 */
export function cloneWritable(fd: number): number {
  try {
    return clone(fd, 0n, 0, MOUNT_ATTR_RDONLY);
  } catch {
    return cloneReadOnly(fd);
  }
}

/**
 * A new mount of what `fd` is and of all that is mounted below it, in which no symbolic link is followed: mount(2),
 * MS_NOSYMFOLLOW. With what bubblewrap sets in any case, so that it has nothing left to set, which would take that away.
 */
export function cloneUnfollowed(fd: number, readOnly: boolean): number {
  const flags = MOUNT_ATTR_NOSYMFOLLOW | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  return clone(fd, readOnly ? flags | MOUNT_ATTR_RDONLY : flags, AT_RECURSIVE);
}

function clone(fd: number, flags: bigint, recursive: number, cleared = 0n): number {
  const tree = checked(
    'open_tree',
    openTreeCall(SYS_open_tree, fd, EMPTY, OPEN_TREE_CLONE_CLOEXEC | AT_EMPTY_PATH | recursive),
  );
  // struct mount_attr { u64 attr_set; u64 attr_clr; u64 propagation; u64 userns_fd; }
  const attributes = Buffer.alloc(32);
  attributes.writeBigUInt64LE(flags, 0);
  attributes.writeBigUInt64LE(cleared, 8);
  const set = setattrCall(
    SYS_mount_setattr,
    tree,
    EMPTY,
    AT_EMPTY_PATH | recursive,
    attributes,
    attributes.length,
  );
  try {
    checked('mount_setattr', set);
  } catch (error) {
    closeSync(tree);
    throw error;
  }
  return tree;
}

/** Lays the mount `tree` over exactly the file or folder that `target` is. */
export function attachOver(tree: number, target: number): void {
  const flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  checked('move_mount', moveMountCall(SYS_move_mount, tree, EMPTY, target, EMPTY, flags));
}
