import { processStat } from '../process-stat.ts';

/** A terminal sends these to the whole foreground group; a supervisor sends the others to one process. */
const TO_GROUP: NodeJS.Signals[] = ['SIGINT', 'SIGHUP', 'SIGQUIT'];
const TO_PROCESS: NodeJS.Signals[] = ['SIGTERM', 'SIGUSR1', 'SIGUSR2'];
const FORWARDED = [...TO_GROUP, ...TO_PROCESS];

export interface Forwarding {
  /** The command's process id on the host, or null before it started. */
  target: () => number | null;
  /** There is nobody to pass it on to yet. */
  beforeStart: () => void;
  /** It was passed on. */
  passedOn: () => void;
  /** The command has ended, and the session has not. */
  afterEnd: () => void;
}

/**
 * Passes on to the session's command what a shell, a supervisor or a closing terminal sends to guard. Returns a function
 * that stops.
 */
export function forwardSignals(forwarding: Forwarding): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    const pid = forwarding.target();
    if (pid === null) return forwarding.beforeStart();
    const sent = sendTo(pid, signal);
    (sent ? forwarding.passedOn : forwarding.afterEnd)();
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}

/**
 * Sends a signal to the command's process group. Without a terminal that is the one of bubblewrap's process 1, which no such
 * signal from outside reaches (pid_namespaces(7)). False when the command has ended.
 */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  const stat = processStat(pid);
  if (!stat) return false;
  try {
    process.kill(-stat.group, signal);
  } catch {
    return false;
  }
  // One that nobody has waited for still takes signals.
  return stat.state !== 'Z';
}

function sendTo(pid: number, signal: NodeJS.Signals): boolean {
  if (TO_GROUP.includes(signal)) return signalGroup(pid, signal);
  try {
    process.kill(pid, signal);
  } catch {
    return false;
  }
  return processStat(pid)?.state !== 'Z';
}
