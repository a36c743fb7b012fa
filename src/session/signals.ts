import { readFileSync } from 'node:fs';

/** A terminal sends these to the whole foreground group; a supervisor sends the others to one process. */
const TO_GROUP: NodeJS.Signals[] = ['SIGINT', 'SIGHUP', 'SIGQUIT'];
const TO_PROCESS: NodeJS.Signals[] = ['SIGTERM', 'SIGUSR1', 'SIGUSR2'];
const FORWARDED = [...TO_GROUP, ...TO_PROCESS];

/**
 * Passes on to the session's command what a shell, a supervisor or a closing terminal sends to guard. `target` is its
 * process id on the host, or null before it started.
 * Returns a function that stops.
 */
export function forwardSignals(target: () => number | null, beforeStart: () => void): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    const pid = target();
    if (pid === null) return beforeStart();
    try {
      process.kill(TO_GROUP.includes(signal) ? -groupOf(pid) : pid, signal);
    } catch {
      // It has ended already; its exit code is on the way.
    }
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}

/**
 * Its process group, proc_pid_stat(5) field 5. Without a terminal that is the one of bubblewrap's process 1, which no such
 * signal from outside reaches (pid_namespaces(7)).
 */
function groupOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ', 3)[2]);
}
