import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  openSync,
  readSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { stateOf } from './covers.ts';
import { openInside, statHandle } from './inside.ts';
import { wholeMicroseconds } from './stand-in.ts';

/** The file is not the one that was looked at. */
export class FileChanged extends Error {}

export interface NewContent {
  bytes: Buffer;
  /** Of which those that let it be executed are taken over. */
  mode: number;
  mtimeNs: bigint;
}

/**
 * Writes a file of the repository in place, so that it stays the file that the session's mount hangs on. No link is followed.
 * What needs space is written first: where there is none, the file is as it was. Throws what the kernel reports.
 * @param state {@link stateOf} the file that was looked at; another one is not written
 */
export function writeBack(
  root: string,
  relative: string,
  state: string,
  { bytes, mode, mtimeNs }: NewContent,
): BigIntStats {
  const handle = openInside(root, relative);
  try {
    const stat = statHandle(handle);
    if (!stat.isFile() || stateOf(stat) !== state) throw new FileChanged('it is another file now');
    const fd = openSync(`/proc/self/fd/${handle}`, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      overwrite(fd, bytes);
      // As the kernel does where others write (chmod(2)): whoever runs it later is nobody else for it.
      const executable = (Number(stat.mode) & 0o1666) | (mode & 0o111);
      if (executable !== (Number(stat.mode) & 0o7777)) fchmodSync(fd, executable);
      futimesSync(fd, wholeMicroseconds(mtimeNs), wholeMicroseconds(mtimeNs));
      return fstatSync(fd, { bigint: true });
    } finally {
      closeSync(fd);
    }
  } finally {
    closeSync(handle);
  }
}

function overwrite(fd: number, bytes: Buffer): void {
  const old = readAll(fd);
  try {
    writeAll(fd, bytes.subarray(old.length), old.length);
  } catch (error) {
    ftruncateSync(fd, old.length);
    throw error;
  }
  try {
    writeAll(fd, bytes.subarray(0, old.length), 0);
  } catch (error) {
    // On a file system that writes everything anew there may be no space for what was there either: then this throws.
    writeAll(fd, old, 0);
    ftruncateSync(fd, old.length);
    throw error;
  }
  ftruncateSync(fd, bytes.length);
}

function readAll(fd: number): Buffer {
  const old = Buffer.alloc(fstatSync(fd).size);
  let at = 0;
  for (let read = 1; read > 0 && at < old.length; at += read)
    read = readSync(fd, old, at, old.length - at, at);
  return old.subarray(0, at);
}

function writeAll(fd: number, bytes: Buffer, from: number): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, from + at);
}
