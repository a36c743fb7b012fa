import { constants } from 'node:os';
import { answerNotification, notificationIsValid, type Notification } from '../kernel/seccomp.ts';
import { compilePolicy, type Policy } from '../policy/decide.ts';
import type { ExecRequest, Verdict } from '../policy/types.ts';
import type { RequestEvent } from '../session/events.ts';
import { Ancestry } from './ancestry.ts';
import { decideExec } from './decide-exec.ts';
import { ProgramIdentity } from './identity.ts';
import type { GateInstruction, GateOrder, GateReport } from './protocol.ts';
import { LauncherShell } from './launcher-shell.ts';
import { readExec, type Met, type ReadBy, type ReadErrno, type ReadExec } from './read-exec.ts';
import { recorded } from './recorded.ts';
import { refusalText, tellCaller } from './refusal.ts';
import { mayBeBrokered, shimCall, Shims } from './shims.ts';
import { UNREAD, unreadable } from './unread.ts';

/** EPERM, not EACCES: after EACCES execvp(3) goes on to the next folder of PATH. */
const { EPERM } = constants.errno;
const REPORT_BATCH = 256;

interface PendingAsk {
  notification: Notification;
  event: RequestEvent;
  shim: Met | null;
}

/** Judges held execs one after the other. */
export class ExecGate {
  readonly #order: GateOrder;
  readonly #report: (report: GateReport) => void;
  readonly #policy: Policy;
  readonly #by: ReadBy;
  readonly #ancestry = new Ancestry();
  readonly #shims: Shims;
  readonly #asks = new Map<number, PendingAsk>();
  #batch: RequestEvent[] = [];
  /** Odd; the egress gate's are even, so that an id is unique within the session. */
  #nextId = -1;
  readonly #launcher: LauncherShell;
  #command: { pid: number; init: number } | null = null;
  /** The last call that was refused. */
  #refused: { tid: number; key: string } | null = null;

  constructor(order: GateOrder, report: (report: GateReport) => void) {
    this.#order = order;
    this.#report = report;
    this.#launcher = new LauncherShell(order.listener, order.launcherExecs);
    this.#policy = compilePolicy(order.policy);
    this.#shims = new Shims(order.shims);
    const identity = new ProgramIdentity(this.#policy.programs, order.path);
    this.#by = { ...order, identity, shims: this.#shims };
  }

  /** Something allowed is not reported yet. */
  get reporting(): boolean {
    return this.#batch.length > 0;
  }

  get asking(): boolean {
    return this.#asks.size > 0;
  }

  judge(notification: Notification): void {
    if (this.#isGuards(notification.tid)) {
      this.#answer(notification, null);
      return;
    }
    let request = UNREAD;
    let shim: Met | null = null;
    let verdict: Verdict;
    try {
      const read = this.#read(notification);
      // What was read is the caller's own only if it is still held.
      if (!notificationIsValid(this.#order.listener, notification.id)) return;
      if ('errno' in read) {
        if (this.#launcher.hold(notification, read.called, this.#command?.pid)) {
          this.#report({ type: 'suspended' });
          return;
        }
        // Shells try one folder of PATH after the other. Answered here, so that no file can appear meanwhile.
        this.#answer(notification, read.errno);
        return;
      }
      ({ request, shim } = read);
      if (read.settled === 'judged') {
        this.#record(notification.tid, request);
        this.#answer(notification, null);
        return;
      }
      verdict = read.settled ?? decideExec(this.#policy, this.#by.identity, read, notification.tid);
    } catch (error) {
      if (!notificationIsValid(this.#order.listener, notification.id)) return;
      verdict = unreadable(error);
    }
    this.#enforce(notification, request, verdict, shim);
  }

  /** Ends a pending ask the way guard says. */
  answer(id: number, outcome: 'allow' | 'deny', by: string): void {
    const pending = this.#asks.get(id);
    if (!pending) return;
    this.#asks.delete(id);
    this.#settle(pending, outcome === 'allow' ? (pending.shim ? 'inside' : 'allow') : null, by);
  }

  /** Ends a call that met a shim the way guard says. */
  answerShim({ id, outcome, by, verdict }: Extract<GateInstruction, { type: 'broker' }>): void {
    const pending = this.#asks.get(id);
    if (!pending) return;
    this.#asks.delete(id);
    if (verdict) pending.event = { ...pending.event, verdict };
    const went = this.#settle(pending, outcome === 'refuse' ? null : outcome, by);
    if (outcome === 'run') this.#report({ type: 'released', id, went });
  }

  #settle(pending: PendingAsk, goes: 'allow' | 'inside' | 'run' | null, by: string): boolean {
    const { notification, event, shim } = pending;
    const request = event.request as ExecRequest;
    if (goes === null) this.#refuse(notification, event, by);
    else if (!this.#unchanged(notification, request))
      this.#refuse(notification, event, 'its arguments changed while it was being asked about');
    else return this.#letGo(notification, request, goes === 'inside' ? shim : null);
    return false;
  }

  /** The command may go on: guard runs again. */
  resume(): void {
    this.#launcher.resume();
  }

  /** Forgets asks whose caller died. */
  dropTheGone(): void {
    for (const [id, { notification }] of this.#asks) {
      if (notificationIsValid(this.#order.listener, notification.id)) continue;
      this.#asks.delete(id);
      this.#report({ type: 'gone', id });
    }
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    this.#report({ type: 'requests', events: this.#batch });
    this.#batch = [];
  }

  end(): void {
    this.flush();
    this.#report({ type: 'end' });
  }

  /** bubblewrap's exec by the first stage, then the launcher's. */
  #isGuards(tid: number): boolean {
    if (this.#command) return false;
    return tid === this.#order.stageOne || this.#launcher.launches(tid);
  }

  #read(notification: Notification): ReadExec | ReadErrno {
    return readExec(notification, this.#by);
  }

  #enforce(
    notification: Notification,
    request: ExecRequest,
    verdict: Verdict,
    shim: Met | null,
  ): void {
    const { tid } = notification;
    if ((verdict.action !== 'allow' || shim) && this.#repeats(tid, request)) {
      this.#answer(notification, EPERM);
      return;
    }
    if (!this.#command) {
      this.#command = { pid: tid, init: this.#launcher.initOf(tid) };
      this.#ancestry.begin(tid, this.#order.agent);
      this.#report({ type: 'started', ...this.#command });
    }
    const command = this.#command;
    const ancestry = tid === command.pid ? [] : this.#ancestry.of(tid);
    const event: RequestEvent = {
      type: 'request',
      gate: 'exec',
      id: (this.#nextId += 2),
      pid: tid,
      ancestry,
      request,
      verdict,
    };
    const refused = verdict.action === 'deny' || verdict.action === 'kill';
    if (shim && !refused && mayBeBrokered(shim.shim, request.names[0] ?? '', request.argv)) {
      this.flush();
      this.#asks.set(event.id, { notification, event, shim });
      this.#report({ type: 'broker', event, call: shimCall(shim.shim, shim.caller) });
      return;
    }
    switch (verdict.action) {
      case 'allow':
        if (!this.#letGo(notification, request, shim)) return;
        this.#batch.push({ ...event, request: recorded(request) });
        if (this.#batch.length >= REPORT_BATCH) this.flush();
        return;
      case 'ask':
        this.flush();
        this.#asks.set(event.id, { notification, event, shim });
        this.#report({ type: 'ask', event });
        return;
      case 'deny':
        this.#batch.push({ ...event, request: recorded(request) });
        this.#refuse(notification, event, 'policy');
        this.flush();
        return;
      case 'kill':
        // Process 1 of the session takes every other with it before this call could return.
        if (command.init > 1) process.kill(command.init, 'SIGKILL');
        this.flush();
        this.#report({ type: 'killed', event });
        return;
    }
  }

  /** `shim` goes on to the real program in the session. False when the caller is refused after all. */
  #letGo(notification: Notification, request: ExecRequest, shim: Met | null): boolean {
    try {
      if (shim) this.#shims.pass(shim.caller, shim.shim, request);
    } catch {
      this.#answer(notification, EPERM);
      return false;
    }
    this.#record(notification.tid, request);
    this.#answer(notification, null);
    return true;
  }

  #refuse(notification: Notification, event: RequestEvent, by: string): void {
    const { tid } = notification;
    this.#refused = { tid, key: keyOf(event.request as ExecRequest) };
    tellCaller(tid, refusalText(event.verdict, by));
    if (tid === this.#command?.pid && !this.#started()) this.#report({ type: 'command-refused' });
    this.#answer(notification, EPERM);
  }

  /** dash goes on along PATH after a refusal and meets the same file again through /bin: told and asked once. */
  #repeats(tid: number, request: ExecRequest): boolean {
    return this.#refused?.tid === tid && this.#refused.key === keyOf(request);
  }

  #answer(notification: Notification, error: number | null): void {
    answerNotification(this.#order.listener, notification.id, error);
  }

  #record(pid: number, request: ExecRequest): void {
    this.#ancestry.record(pid, request.names[0] ?? '?');
  }

  /** Whether the session's own command was ever let go. */
  #started(): boolean {
    return this.#ancestry.knows(this.#command?.pid ?? 0);
  }

  /** Reads the held call once more: a human's yes is for what was shown. */
  #unchanged(notification: Notification, shown: ExecRequest): boolean {
    try {
      const read = this.#read(notification);
      return 'request' in read && JSON.stringify(read.request) === JSON.stringify(shown);
    } catch {
      return false;
    }
  }
}

/** The file and what it is given: the name it was called by may differ. */
function keyOf({ path, argv, cwd }: ExecRequest): string {
  return JSON.stringify([path, argv.slice(1), cwd]);
}
