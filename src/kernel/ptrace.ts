import { checked, errno, libc, SystemCallError } from './libc.ts';

/**
 * ptrace(2), as far as it takes to look at a program that has been started and has not run yet. What is traced belongs to
 * the thread that seized it: every call here is to be made by that one thread.
 */

const ptraceCall = libc.func('long ptrace(int request, int tid, size_t address, size_t data)') as (
  request: number,
  tid: number,
  address: number,
  data: number,
) => number;
const waitpidCall = libc.func('int waitpid(int pid, void *status, int options)') as (
  pid: number,
  status: Buffer,
  options: number,
) => number;

// Requests, options and events of linux/ptrace.h
const PTRACE_DETACH = 17;
const PTRACE_SEIZE = 0x4206;
const PTRACE_INTERRUPT = 0x4207;
const PTRACE_O_TRACEEXEC = 0x10;
const PTRACE_O_EXITKILL = 0x100000;
const PTRACE_EVENT_EXEC = 4;

// waitpid(2), linux/wait.h
const WNOHANG = 1;
const WNOTHREAD = 0x20000000;
const WALL = 0x40000000;

const EINTR = 4;
const ECHILD = 10;

/** What a seized thread did; an exec gives it the number of its process. */
export type Stop =
  /** It runs another program now, of which nothing has been executed. */
  | { kind: 'exec'; pid: number }
  /** It stopped elsewhere; `signal` is what it was to be sent, 0 when nothing was. */
  | { kind: 'other'; pid: number; signal: number }
  | { kind: 'ended'; pid: number };

/**
 * Seizes a thread without stopping it, so that it stops when it has executed a program; it dies when this process does.
 * Throws a SystemCallError: EPERM when another traces it, or the system forbids it.
 */
export function seize(tid: number): void {
  checked('ptrace', ptraceCall(PTRACE_SEIZE, tid, 0, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL));
}

/** Has it stop at the next occasion, if it does not before; any stop takes this back. */
export function interrupt(tid: number): void {
  ptraceCall(PTRACE_INTERRUPT, tid, 0, 0);
}

/** Lets a stopped thread go on, untraced, with `signal` if it is not 0. False when it is not stopped: it was killed. */
export function detach(tid: number, signal = 0): boolean {
  return Number(ptraceCall(PTRACE_DETACH, tid, 0, signal)) === 0;
}

const status = Buffer.alloc(4);

/**
 * The next stop or end of any thread that this one has seized, number 0 when there is no such thread. Null when `wait` is
 * false and nothing has happened yet.
 */
export function nextStop(wait: boolean): Stop | null {
  for (;;) {
    const pid = waitpidCall(-1, status, WALL | WNOTHREAD | (wait ? 0 : WNOHANG));
    if (pid > 0) return stopOf(pid, status.readUInt32LE(0));
    if (pid === 0) return null;
    if (errno() === ECHILD) return { kind: 'ended', pid: 0 };
    if (errno() !== EINTR) throw new SystemCallError('waitpid', errno());
  }
}

/** waitpid(2): the low byte is 0x7f for a stop; the signal is above it, and the event above that. */
function stopOf(pid: number, value: number): Stop {
  if ((value & 0xff) !== 0x7f) return { kind: 'ended', pid };
  const event = value >>> 16;
  if (event === PTRACE_EVENT_EXEC) return { kind: 'exec', pid };
  return { kind: 'other', pid, signal: event === 0 ? (value >>> 8) & 0xff : 0 };
}

const sigactionCall = libc.func('int sigaction(int number, void *action, void *old)') as (
  number: number,
  action: Buffer | null,
  old: Buffer | null,
) => number;
/** signal(7); struct sigaction { void *handler; 128 bytes of mask; int flags; … } */
const SIGCHLD = 17;
const ACTION_SIZE = 152;
const FLAGS_AT = 136;
const SA_NOCLDSTOP = 1;

/**
 * Keeps the process from being sent SIGCHLD whenever a traced thread stops: its main thread would wake for nothing, as it
 * goes by the ends of its children only.
 */
export function ignoreStops(): void {
  const action = Buffer.alloc(ACTION_SIZE);
  if (sigactionCall(SIGCHLD, null, action) !== 0) return;
  action.writeUInt32LE((action.readUInt32LE(FLAGS_AT) | SA_NOCLDSTOP) >>> 0, FLAGS_AT);
  sigactionCall(SIGCHLD, action, null);
}
