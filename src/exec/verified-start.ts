import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { SystemCallError } from '../kernel/libc.ts';
import { detach, interrupt, nextStop, seize, type Stop } from '../kernel/ptrace.ts';
import { answerNotification, type Notification } from '../kernel/seccomp.ts';
import { processStat } from '../process-stat.ts';

const { ESRCH } = constants.errno;

/** What became of a call that was to be let go. */
export type Outcome =
  /** What was judged is started; or nothing is, for the kernel found no program there, or the caller is gone. */
  | 'went'
  /** Another program was started than the one that was judged, and was ended before it ran. */
  | 'ended'
  /** The call is still held: nobody can look at what it starts. */
  | 'unwatchable';

/**
 * A caller with one thread stops or ends at once. One with several may be kept waiting in the kernel, by whoever traces
 * one of the others, until they are gone.
 */
const PATIENCE_MS = 2000;
const STEP_MS = 0.1;

/**
 * Lets held calls go and looks at what they start before it runs: the kernel reads path and arguments from the caller's
 * memory a second time, and another thread or process may have written there since they were judged.
 *
 * The thread is seized while it is held. Let go, it stops in any case: at the end of an exec that succeeds, with nothing of
 * the new program executed, or, since it is interrupted as well, on its way back from one that fails.
 */
export function letGoVerified(
  listener: number,
  { id, tid }: Notification,
  alone: boolean,
  isAsJudged: (pid: number) => boolean,
): Outcome {
  try {
    seize(tid);
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === ESRCH) return 'went';
    return 'unwatchable';
  }
  const mine = alone ? [tid] : [tid, processOf(tid)];
  answerNotification(listener, id, null);
  interrupt(tid);
  const stop = stopOf(mine, alone);
  if (stop === null || stop.kind === 'ended') return 'went';
  if (stop.kind === 'exec' && !isAsJudged(stop.pid)) {
    kill(stop.pid);
    awaitEnd(stop.pid, true);
    return 'ended';
  }
  // What dies while it is stopped cannot be let go any more, and its parent learns of it only when it is waited for.
  if (!detach(stop.pid, stop.kind === 'other' ? stop.signal : 0)) awaitEnd(stop.pid, alone);
  return 'went';
}

/** Null when it had to be killed. */
function stopOf(mine: readonly number[], alone: boolean): Stop | null {
  const stop = patiently(mine, alone);
  if (stop) return stop;
  for (const pid of mine) kill(pid);
  return patiently(mine, false);
}

function awaitEnd(pid: number, alone: boolean): void {
  for (let stop; (stop = patiently([pid], alone)) !== null && stop.kind !== 'ended';);
}

/** The next stop of a thread of these numbers. What another does, it does after its time was over. */
function patiently(mine: readonly number[], alone: boolean): Stop | null {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const stop = nextStop(alone);
    if (stop && (stop.pid === 0 || mine.includes(stop.pid))) return stop;
    if (stop && stop.kind !== 'ended') kill(stop.pid);
    if (performance.now() > until && !alone) return null;
    if (!stop) Atomics.wait(CLOCK, 0, 0, STEP_MS);
  }
}

const CLOCK = new Int32Array(new SharedArrayBuffer(4));

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

/** Whether it is stopped for its tracer, and not on its way out: proc_pid_stat(5). */
export function isTraced(pid: number): boolean {
  return processStat(pid)?.state === 't';
}

/** A notification names the thread. */
export function processOf(tid: number): number {
  return statusNumber(tid, 'Tgid') ?? tid;
}

/** Who traces it, 0 when nobody does. */
export function tracerOf(tid: number): number {
  return statusNumber(tid, 'TracerPid') ?? 0;
}

/** proc_pid_status(5) */
function statusNumber(tid: number, field: string): number | null {
  try {
    const status = readFileSync(`/proc/${tid}/status`, 'latin1');
    const found = new RegExp(`^${field}:\\t(\\d+)$`, 'm').exec(status)?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}
