import { closeSync, constants, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { pidfdGetfd, pidfdOpen, sendNoWait } from '../kernel/descriptors.ts';
import type { Verdict } from '../policy/types.ts';
import { printable } from '../printable.ts';

/** More than anybody reads. */
const TEXT_LIMIT = 4096;

/** What the agent reads on the refused command's stderr. */
export function refusalText(verdict: Verdict, decidedBy: string): string {
  const safer = verdict.safer ? `\nguard: instead: ${printable(verdict.safer)}` : '';
  return (
    `guard: refused (${decidedBy}): ${printable(verdict.reason)} [rule ${printable(verdict.rule)}]${safer}\n` +
    'guard: do not try another way to the same end; ask the user.\n'
  );
}

/**
 * Tells the caller why, on its own descriptor 2. Best effort: a full pipe or a closed descriptor loses the text, never
 * the refusal, and never blocks the gate.
 */
export function tellCaller(tid: number, text: string): void {
  let pidfd: number | undefined;
  let fd: number | undefined;
  try {
    pidfd = pidfdOpen(processOf(tid));
    fd = pidfdGetfd(pidfd, 2);
    const data = Buffer.from(text).subarray(0, TEXT_LIMIT);
    if (sendNoWait(fd, data) >= 0) return;
    writeWithoutWaiting(fd, data);
  } catch {
    // The caller has no stderr, or is gone: the refusal itself still reaches it as EPERM.
  } finally {
    if (fd !== undefined) closeSync(fd);
    if (pidfd !== undefined) closeSync(pidfd);
  }
}

/**
 * The descriptor is the caller's, and so is whether writing to it waits. A pipe or terminal is opened once more, for a
 * description of guard's own that does not (open(2), O_NONBLOCK); a file never waits; anything else is not written to.
 */
function writeWithoutWaiting(fd: number, data: Buffer): void {
  const stats = fstatSync(fd);
  if (stats.isFile()) {
    writeSync(fd, data);
    return;
  }
  if (!stats.isFIFO() && !stats.isCharacterDevice()) return;
  const own = openSync(
    `/proc/self/fd/${fd}`,
    constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY,
  );
  try {
    writeSync(own, data);
  } finally {
    closeSync(own);
  }
}

/** pidfd_open(2) takes a process; a notification names the thread. */
function processOf(tid: number): number {
  const status = readFileSync(`/proc/${tid}/status`, 'latin1');
  return Number(/^Tgid:\t(\d+)$/m.exec(status)?.[1] ?? tid);
}
