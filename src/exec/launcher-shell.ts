import { constants } from 'node:os';
import { answerNotification, notificationIsValid, type Notification } from '../kernel/seccomp.ts';
import { parentOf, processStat } from '../process-stat.ts';
import { SUSPENDED_PATH } from '../suspended-path.ts';

const { ENOENT } = constants.errno;

/** What starts the session's command, as the exec gate sees it: a shell, when there is a terminal. */
export class LauncherShell {
  readonly #listener: number;
  /** Its execs that are still to come. */
  #coming: number;
  #pid: number | null = null;
  /** Its call that says the command was stopped. */
  #stop: Notification | null = null;

  constructor(listener: number, execs: number) {
    this.#listener = listener;
    this.#coming = execs;
  }

  /** Whether an exec before the command's is the launcher's: nothing of the agent's runs before them. */
  launches(tid: number): boolean {
    if (this.#coming === 0) return false;
    this.#coming -= 1;
    this.#pid = tid;
    return true;
  }

  /** Process 1 of the session, whose child is the shell, or the command when there is none. */
  initOf(command: number): number {
    return parentOf(this.#pid ?? command);
  }

  /**
   * Holds the call with which the shell says that its job, the command, was stopped. Whoever else calls that path, or calls
   * it while the command runs, finds nothing there.
   */
  hold(notification: Notification, called: string, command: number | undefined): boolean {
    if (called !== SUSPENDED_PATH || this.#pid === null || command === undefined) return false;
    const { tid } = notification;
    if (tid === command || parentOf(tid) !== this.#pid) return false;
    if (processStat(command)?.state !== 'T') return false;
    if (this.#stop && notificationIsValid(this.#listener, this.#stop.id)) return false;
    this.#stop = notification;
    return true;
  }

  /** The command may go on: guard runs again. */
  resume(): void {
    if (this.#stop) answerNotification(this.#listener, this.#stop.id, ENOENT);
    this.#stop = null;
  }
}
