import { closeSync, openSync, readSync } from 'node:fs';

/** proc_pid_stat(5), the fields in use. Ids are as the reader's own /proc has them. */
export interface ProcessStat {
  /** `T` when it is stopped by a signal. */
  state: string;
  parent: number;
  group: number;
  /** Process group in the foreground of its terminal; -1 without one. */
  foreground: number;
  threads: number;
  /** When it started, in clock ticks since boot: a later process with its id has another. */
  start: string;
}

/** The line is some 300 bytes; the name in it is 64 at most. Read by one thread at a time: each has its own module. */
const line = Buffer.alloc(1024);

/** What the kernel says of a process; null when there is none. */
export function processStat(pid: number | 'self'): ProcessStat | null {
  let size: number;
  try {
    const fd = openSync(`/proc/${pid}/stat`, 'r');
    try {
      size = readSync(fd, line);
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
  const text = line.toString('latin1', 0, size);
  // Counted from behind the name in brackets, which may hold anything: the state is field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ', 20);
  return {
    state: fields[0] ?? '',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    foreground: Number(fields[5]),
    threads: Number(fields[17]),
    start: fields[19] ?? '',
  };
}

/** Parent of a process as the kernel has it, 0 when it is gone. */
export function parentOf(pid: number): number {
  return processStat(pid)?.parent ?? 0;
}

/** Whether this process may use its terminal; without one there is nothing to be in the background of. */
export function inForeground(): boolean {
  const self = processStat('self');
  return !self || self.foreground < 0 || self.foreground === self.group;
}
