import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import { couldNotLook } from '../audit/git.ts';

/** Writes a report into a file that was named. A repository may have a link there, which is not followed. */
export function writeReport(file: string, report: string): void {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  // `/dev/stdout` and `/dev/fd/3` are links of the system's.
  const links = file.startsWith('/dev/') ? 0 : O_NOFOLLOW;
  try {
    const fd = openSync(file, O_WRONLY | O_CREAT | O_TRUNC | links, 0o666);
    try {
      writeFileSync(fd, report);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ELOOP' ? 'it is a symbolic link' : (code ?? String(error));
    throw couldNotLook(`cannot write ${file}`, why, 'Name another file');
  }
}
