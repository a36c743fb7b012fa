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
import { startedInstead } from './start.ts';
import { UNREAD, unreadable } from './unread.ts';
import { CHANGED, unwatchable } from './unverified.ts';
import { isTraced, letGoVerified } from './verified-start.ts';

/** EPERM, not EACCES: after EACCES execvp(3) goes on to the next folder of PATH. */
const { EPERM } = constants.errno;
const REPORT_BATCH = 256;

interface PendingAsk {
  notification: Notification;
  event: RequestEvent;
  read: ReadExec;
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
    let judged: ReadExec | null = null;
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
      judged = read;
      if (read.settled === 'judged') {
        this.#letGo(notification, read, null);
        return;
      }
      verdict = read.settled ?? decideExec(this.#policy, this.#by.identity, read, notification.tid);
    } catch (error) {
      if (!notificationIsValid(this.#order.listener, notification.id)) return;
      verdict = unreadable(error);
    }
    this.#enforce(notification, judged, verdict);
  }

  /** Ends a pending ask the way guard says. */
  answer(id: number, outcome: 'allow' | 'deny', by: string): void {
    const pending = this.#asks.get(id);
    if (!pending) return;
    this.#asks.delete(id);
    const goes = pending.read.shim ? 'inside' : 'run';
    this.#settle(pending, outcome === 'allow' ? goes : null, by);
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

  /** `inside`: the real program of a shim runs in the session. False when the call did not go on after all. */
  #settle({ notification, event }: PendingAsk, goes: 'inside' | 'run' | null, by: string): boolean {
    const read = goes && this.#reread(notification, event.request);
    if (read) return this.#letGo(notification, read, goes === 'inside' ? read.shim : null);
    const changed = 'its arguments changed while it was being asked about';
    this.#refuse(notification, event, goes ? changed : by);
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

  #enforce(notification: Notification, read: ReadExec | null, verdict: Verdict): void {
    const { tid } = notification;
    const { request, shim } = read ?? { request: UNREAD, shim: null };
    if ((verdict.action !== 'allow' || shim) && this.#repeats(tid, request)) {
      this.#answer(notification, EPERM);
      return;
    }
    if (!this.#command) {
      this.#command = { pid: tid, init: this.#launcher.initOf(tid) };
      this.#ancestry.begin(tid, this.#order.agent);
      this.#report({ type: 'started', ...this.#command });
    }
    const event = this.#eventOf(tid, request, verdict);
    const refused = verdict.action === 'deny' || verdict.action === 'kill';
    if (!read || refused) {
      if (verdict.action === 'kill') this.#killSession(event);
      else this.#refuseAtOnce(notification, event);
    } else if (shim && mayBeBrokered(shim.shim, request.names[0] ?? '', request.argv)) {
      this.flush();
      this.#asks.set(event.id, { notification, event, read });
      this.#report({ type: 'broker', event, call: shimCall(shim.shim, shim.caller) });
    } else if (verdict.action === 'ask') {
      this.flush();
      this.#asks.set(event.id, { notification, event, read });
      this.#report({ type: 'ask', event });
    } else if (this.#letGo(notification, read, shim)) {
      this.#batch.push({ ...event, request: recorded(request) });
      if (this.#batch.length >= REPORT_BATCH) this.flush();
    }
  }

  #eventOf(tid: number, request: ExecRequest, verdict: Verdict): RequestEvent {
    const ancestry = tid === this.#command?.pid ? [] : this.#ancestry.of(tid);
    const id = (this.#nextId += 2);
    return { type: 'request', gate: 'exec', id, pid: tid, ancestry, request, verdict };
  }

  #killSession(event: RequestEvent): void {
    const { init = 0 } = this.#command ?? {};
    // Process 1 of the session takes every other with it before this call could return.
    if (init > 1) process.kill(init, 'SIGKILL');
    this.flush();
    this.#report({ type: 'killed', event });
  }

  /** `shim` goes on to the real program in the session. False when nothing of what was judged is started after all. */
  #letGo(notification: Notification, read: ReadExec, shim: Met | null): boolean {
    const { tid } = notification;
    const { request, start } = read;
    try {
      if (shim) this.#shims.pass(shim.caller, shim.shim, request);
    } catch {
      this.#answer(notification, EPERM);
      return false;
    }
    const alone = this.#ancestry.isAlone(tid);
    const outcome = letGoVerified(this.#order.listener, notification, alone, (pid) => {
      const instead = startedInstead(pid, start, this.#by.identity);
      // What was killed meanwhile shows nothing either.
      if (instead && isTraced(pid)) this.#reportEnded(pid, { ...request, ...instead });
      return !instead;
    });
    if (outcome === 'went') this.#ancestry.record(tid, request.names[0] ?? '?');
    else if (
      outcome === 'unwatchable' &&
      notificationIsValid(this.#order.listener, notification.id)
    )
      this.#refuseAtOnce(notification, this.#eventOf(tid, request, unwatchable(tid)));
    return outcome === 'went';
  }

  /** It still has the descriptors of its caller, to be told on. */
  #reportEnded(pid: number, request: ExecRequest): void {
    tellCaller(pid, refusalText(CHANGED, 'policy'));
    const event = this.#eventOf(pid, request, CHANGED);
    this.#batch.push({ ...event, request: recorded(request) });
    this.flush();
  }

  #refuseAtOnce(notification: Notification, event: RequestEvent): void {
    this.#batch.push({ ...event, request: recorded(event.request as ExecRequest) });
    this.#refuse(notification, event, 'policy');
    this.flush();
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

  /** Whether the session's own command was ever let go. */
  #started(): boolean {
    return this.#ancestry.knows(this.#command?.pid ?? 0);
  }

  /** Reads the held call once more: a human's yes is for what was shown. */
  #reread(notification: Notification, shown: RequestEvent['request']): ReadExec | null {
    try {
      const read = this.#read(notification);
      if ('errno' in read) return null;
      return JSON.stringify(read.request) === JSON.stringify(shown) ? read : null;
    } catch {
      return null;
    }
  }
}

/** The file and what it is given: the name it was called by may differ. */
function keyOf({ path, argv, cwd }: ExecRequest): string {
  return JSON.stringify([path, argv.slice(1), cwd]);
}
