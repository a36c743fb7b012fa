import { checked, libc } from './libc.ts';

const mkfifoCall = libc.func('int mkfifo(const char *path, unsigned int mode)') as (
  path: string,
  mode: number,
) => number;

/** fifo(7). The process's umask takes away from `mode`. */
export function makeFifo(path: string, mode: number): void {
  checked('mkfifo', mkfifoCall(path, mode));
}
