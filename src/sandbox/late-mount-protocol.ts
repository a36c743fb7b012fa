/** What guard and the late mounter say to each other: a JSON line an order, one back for each, in the same order. */

/** Descriptor of the mount namespace in the late mounter. */
export const MOUNT_NAMESPACE_FD = 3;

export interface LateMountOrder {
  /** Seen inside; `path` itself to make it read-only where it is. */
  source: string;
  /** `dev:ino` of the stand-in on the host: another file there is refused. */
  sourceInode: string | null;
  path: string;
  /** `dev:ino` of what guard looked at; null when it does not matter. */
  inode: string | null;
  /** Read-write, where the namespace allows it. */
  writable: boolean;
}

export interface LateMountReply {
  /** Null when the mount is in place. */
  error: string | null;
  /** Another file stood at the path than the one that was looked at. */
  changed: boolean;
}
