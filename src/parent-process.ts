import { readFileSync } from 'node:fs';

/**
 * Parent of a process as the kernel has it, 0 when it is gone: proc_pid_stat(5), field 4, counted from behind the name in
 * brackets, which may hold anything.
 */
export function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ', 2)[1]);
  } catch {
    return 0;
  }
}
