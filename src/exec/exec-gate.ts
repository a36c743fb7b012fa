import { constants } from 'node:os';
import { answerNotification, notificationIsValid, type Notification } from '../kernel/seccomp.ts';
import { parentOf } from '../parent-process.ts';
import { compilePolicy, decide, type Policy } from '../policy/decide.ts';
import { strictest } from '../policy/strictest.ts';
import type { ExecRequest, Verdict } from '../policy/types.ts';
import type { RequestEvent } from '../session/events.ts';
import { Ancestry } from './ancestry.ts';
import { readCaller, readHeldCall, release } from './held-call.ts';
import { lastComponent, ProgramIdentity } from './identity.ts';
import type { GateOrder, GateReport } from './protocol.ts';
import { indirectPrograms, type Identify } from './indirect.ts';
import { recorded } from './recorded.ts';
import { refusalText, tellCaller } from './refusal.ts';

/** EPERM, not EACCES: after EACCES execvp(3) goes on to the next folder of PATH. */
const { EPERM } = constants.errno;
const REPORT_BATCH = 256;

/** Stands in the record for a call that could not be read. */
const UNREAD: ExecRequest = {
  kind: 'exec',
  path: '',
  names: [],
  argv: [],
  cwd: '',
  repository: '',
  home: '',
};

/** What an exec was found to run. */
interface Read {
  request: ExecRequest;
  /** What it runs beyond that, without another exec. */
  indirect: ExecRequest[];
}

interface PendingAsk {
  notification: Notification;
  event: RequestEvent;
}

/** Judges held execs one after the other. */
export class ExecGate {
  readonly #order: GateOrder;
  readonly #report: (report: GateReport) => void;
  readonly #policy: Policy;
  readonly #identity: ProgramIdentity;
  readonly #ancestry = new Ancestry();
  readonly #asks = new Map<number, PendingAsk>();
  #batch: RequestEvent[] = [];
  /** Odd; the egress gate's are even, so that an id is unique within the session. */
  #nextId = -1;
  #launching: boolean;
  #command: { pid: number; init: number } | null = null;
  /** The last call that was refused. */
  #refused: { tid: number; key: string } | null = null;

  constructor(order: GateOrder, report: (report: GateReport) => void) {
    this.#order = order;
    this.#report = report;
    this.#launching = order.launcher;
    this.#policy = compilePolicy(order.policy);
    this.#identity = new ProgramIdentity(this.#policy.programs, order.path);
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
    let verdict: Verdict;
    try {
      const read = this.#read(notification);
      // What was read is the caller's own only if it is still held.
      if (!notificationIsValid(this.#order.listener, notification.id)) return;
      if ('errno' in read) {
        // Shells try one folder of PATH after the other. Answered here, so that no file can appear meanwhile.
        this.#answer(notification, read.errno);
        return;
      }
      request = read.request;
      verdict = this.#decide(read, notification.tid);
    } catch (error) {
      if (!notificationIsValid(this.#order.listener, notification.id)) return;
      verdict = unreadable(error);
    }
    this.#enforce(notification, request, verdict);
  }

  /** Ends a pending ask the way guard says. */
  answer(id: number, outcome: 'allow' | 'deny', by: string): void {
    const pending = this.#asks.get(id);
    if (!pending) return;
    this.#asks.delete(id);
    const { notification, event } = pending;
    if (outcome === 'allow' && this.#unchanged(notification, event.request as ExecRequest)) {
      this.#record(notification.tid, event.request as ExecRequest);
      this.#answer(notification, null);
      return;
    }
    const reason =
      outcome === 'allow' ? 'its arguments changed while it was being asked about' : by;
    this.#refuse(notification, event, reason);
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

  /** Who calls is only looked at where it could spare the call: git runs git for work of its own. */
  #decide({ request, indirect }: Read, tid: number): Verdict {
    const all = [request, ...indirect];
    const verdict = this.#strictest(all);
    if (verdict.action === 'allow') return verdict;
    const caller = readCaller(tid);
    try {
      // By what it is: a name would be the agent's to choose.
      const names = this.#identity.names(caller, caller.path);
      return this.#strictest(all.map((one) => ({ ...one, caller: names })));
    } finally {
      release(caller);
    }
  }

  #strictest(requests: readonly ExecRequest[]): Verdict {
    return requests
      .map((request) => decide(this.#policy, request))
      .reduce((worst, next) => strictest(worst, next));
  }

  /** bubblewrap's exec by the first stage, then the launcher's by bubblewrap: nothing of the agent's runs before them. */
  #isGuards(tid: number): boolean {
    if (this.#command) return false;
    if (tid === this.#order.stageOne) return true;
    const launching = this.#launching;
    this.#launching = false;
    return launching;
  }

  #read(notification: Notification): Read | { errno: number } {
    const call = readHeldCall(notification);
    try {
      if (!('fd' in call.file)) return call.file;
      const identify: Identify = (file, calledAs) => this.#identity.names(file, calledAs);
      const { path } = call.file;
      const names = [
        ...[lastComponent(call.called), lastComponent(path)],
        ...identify(call.file, call.argv[0] ?? ''),
      ];
      const { repository, home } = this.#order;
      const common = { kind: 'exec', cwd: call.cwd, repository, home } as const;
      const request = { ...common, path, names: [...new Set(names)], argv: call.argv };
      const indirect = indirectPrograms(call, request.names, identify);
      return { request, indirect: indirect.map((program) => ({ ...common, ...program })) };
    } finally {
      release(call.file);
    }
  }

  #enforce(notification: Notification, request: ExecRequest, verdict: Verdict): void {
    const { tid } = notification;
    if (verdict.action !== 'allow' && this.#repeats(tid, request)) {
      this.#answer(notification, EPERM);
      return;
    }
    if (!this.#command) {
      this.#command = { pid: tid, init: parentOf(tid) };
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
    switch (verdict.action) {
      case 'allow':
        this.#record(tid, request);
        this.#answer(notification, null);
        this.#batch.push({ ...event, request: recorded(request) });
        if (this.#batch.length >= REPORT_BATCH) this.flush();
        return;
      case 'ask':
        this.flush();
        this.#asks.set(event.id, { notification, event });
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

function unreadable(error: unknown): Verdict {
  const reason = `guard could not read what was to be run (${error instanceof Error ? error.message : 'unknown error'})`;
  return {
    action: 'deny',
    rule: 'exec.unreadable',
    reason,
    source: { layer: 'default', file: 'guard', line: 0 },
  };
}
