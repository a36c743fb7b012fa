import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const { O_NONBLOCK, O_RDONLY } = constants;

const REASONS: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'cannot be read: permission is denied',
  ELOOP: 'is a loop of links',
};

/** The whole of a regular file of at most `limit` bytes, or why not. A FIFO or a device is not waited for. */
export function readBounded(path: string, limit: number): Buffer | string {
  let fd: number;
  try {
    fd = openSync(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return REASONS[code] ?? `cannot be opened (${code})`;
  }
  try {
    if (!fstatSync(fd).isFile()) return 'is not a regular file';
    const bytes = Buffer.alloc(limit + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes.length; length += got)
      got = readSync(fd, bytes, length, bytes.length - length, null);
    return length > limit ? `is longer than ${limit / 1024} KiB` : bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}
