import { lstatSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { decodePath, encodePath } from '../byte-path.ts';
import { answerNotification, notificationIsValid, type Notification } from '../kernel/seccomp.ts';
import { parentOf, processStat } from '../process-stat.ts';
import type { ExecRequest, Verdict } from '../policy/types.ts';
import { readHeldCall, release, type HeldCall } from './held-call.ts';
import { ProgramIdentity } from './identity.ts';
import { interpreters } from './indirect.ts';
import type { AllowListOrder, GateReport } from './protocol.ts';
import { recorded } from './recorded.ts';
import { refusalText, tellCaller } from './refusal.ts';
import { startedInstead, startOf, type Start } from './start.ts';
import { UNREAD, unreadable } from './unread.ts';
import { CHANGED, unwatchable } from './unverified.ts';
import { isTraced, letGoVerified } from './verified-start.ts';

const { EPERM } = constants.errno;

/**
 * The gate of a sibling sandbox: a file is executed if it is on the list and is the file that the host has at that path,
 * and so is the interpreter of a script. Nothing is asked, and what is refused is reported.
 */
export class AllowListGate {
  readonly reporting = false;
  readonly asking = false;
  readonly #order: AllowListOrder;
  readonly #report: (report: GateReport) => void;
  /** What is listed is known by its path and inode, not by its content. */
  readonly #identity = new ProgramIdentity([], []);
  #command: number | null = null;
  #nextId = 0;

  constructor(order: AllowListOrder, report: (report: GateReport) => void) {
    this.#order = order;
    this.#report = report;
  }

  judge(notification: Notification): void {
    const { tid } = notification;
    // bubblewrap's exec by the first stage.
    if (this.#command === null && tid === this.#order.stageOne)
      return this.#answer(notification, null);
    let request = UNREAD;
    let start: Start | null = null;
    let verdict: Verdict | null;
    try {
      const call = readHeldCall(notification);
      try {
        if (!notificationIsValid(this.#order.listener, notification.id)) return;
        if (!('fd' in call.file)) return this.#answer(notification, call.file.errno);
        request = requestOf(call, call.file.path);
        const chain = interpreters(call, call.file, () => []);
        start = startOf(call, call.file, chain);
        verdict = this.#follows(tid) ?? this.#judge(call.file, chain);
      } finally {
        release(call.file);
      }
    } catch (error) {
      if (!notificationIsValid(this.#order.listener, notification.id)) return;
      verdict = unreadable(error);
    }
    const first = this.#command === null;
    if (first) {
      this.#command = tid;
      this.#report({ type: 'started', pid: tid, init: parentOf(tid) });
    }
    verdict ??= start && this.#letGo(notification, request, start);
    if (verdict) this.#refuse(notification, request, verdict, first);
  }

  /** The verdict on a call that nobody can look at the start of: it is still held. */
  #letGo(notification: Notification, request: ExecRequest, start: Start): Verdict | null {
    const { tid } = notification;
    const alone = processStat(tid)?.threads === 1;
    const outcome = letGoVerified(this.#order.listener, notification, alone, (pid) => {
      const instead = startedInstead(pid, start, this.#identity);
      if (instead && isTraced(pid)) this.#tell(pid, { ...request, ...instead }, CHANGED);
      return !instead;
    });
    return outcome === 'unwatchable' ? unwatchable(tid) : null;
  }

  dropTheGone(): void {
    // Nobody waits.
  }

  flush(): void {
    // What is refused is reported at once.
  }

  end(): void {
    this.#report({ type: 'end' });
  }

  #judge(
    file: { path: string; dev: number; ino: number },
    chain: readonly { path: string }[],
  ): Verdict | null {
    if (!this.#lists(file.path)) return this.#unlisted(file.path);
    const onHost = lstatSync(encodePath(file.path));
    if (onHost.dev !== file.dev || onHost.ino !== file.ino) return this.#unlisted(file.path);
    for (const { path } of chain) if (!this.#lists(path)) return this.#unlisted(path);
    return null;
  }

  /** Before the first program: bubblewrap binds what was bound so, and whether it kept that is its own affair. */
  #follows(tid: number): Verdict | null {
    if (this.#command !== null) return null;
    const followed = followedMounts(tid, this.#order.unfollowed);
    return followed.length === 0
      ? null
      : this.#deny(`links in ${followed.join(', ')} would be followed there`);
  }

  #lists(path: string): boolean {
    return this.#order.runs.some((allowed) => path === allowed || path.startsWith(`${allowed}/`));
  }

  #unlisted(path: string): Verdict {
    return this.#deny(
      `a command that guard runs with a credential starts nothing but its own programs, and ${path} is none`,
    );
  }

  #deny(reason: string): Verdict {
    return {
      action: 'deny',
      rule: `broker.${this.#order.broker}.runs`,
      reason,
      source: { layer: 'default', file: 'guard', line: 0 },
    };
  }

  #refuse(
    notification: Notification,
    request: ExecRequest,
    verdict: Verdict,
    first: boolean,
  ): void {
    this.#tell(notification.tid, request, verdict);
    if (first) this.#report({ type: 'command-refused' });
    this.#answer(notification, EPERM);
  }

  #tell(pid: number, request: ExecRequest, verdict: Verdict): void {
    const event = {
      ...({ type: 'request', gate: 'exec', id: (this.#nextId += 1), pid } as const),
      ...{ request: recorded(request), verdict },
    };
    this.#report({ type: 'requests', events: [event] });
    tellCaller(pid, refusalText(verdict, 'policy'));
  }

  #answer(notification: Notification, error: number | null): void {
    answerNotification(this.#order.listener, notification.id, error);
  }
}

/** proc_pid_mountinfo(5): the mount that is seen at a path is the last one of it. */
function followedMounts(tid: number, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const options = new Map<string, string>();
  for (const line of readFileSync(`/proc/${tid}/mountinfo`, 'latin1').split('\n')) {
    const [, , , , point = '', flags = ''] = line.split(' ');
    options.set(decodePath(Buffer.from(unescaped(point), 'latin1')), flags);
  }
  return paths.filter((path) => !options.get(path)?.split(',').includes('nosymfollow'));
}

function unescaped(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function requestOf({ argv, cwd }: HeldCall, path: string): ExecRequest {
  return { kind: 'exec', path, names: [], argv, cwd, repository: '', home: '' };
}
