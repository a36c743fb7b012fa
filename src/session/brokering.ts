import { closeSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Fact } from '../approval/types.ts';
import { Answer } from '../broker/answer.ts';
import { CallerProcess } from '../broker/caller.ts';
import { Sibling } from '../broker/sibling.ts';
import { openSiblingEgress } from '../broker/sibling-egress.ts';
import { planSibling, writableFolders, type SiblingPlan } from '../broker/sibling-plan.ts';
import { Slots } from '../broker/slots.ts';
import type { BrokerDecision, BrokeredRun } from '../broker/types.ts';
import type { Gate } from '../exec/gate.ts';
import type { GateReport, ShimCall } from '../exec/protocol.ts';
import { tellCaller } from '../exec/refusal.ts';
import { EXIT, GuardError } from '../guard-error.ts';
import type { ConnectRequest, ExecRequest, Verdict } from '../policy/types.ts';
import { printableArgv } from '../printable.ts';
import type { Brokers } from './brokers.ts';
import type { Decisions } from './decisions.ts';
import type { RequestEvent } from './events.ts';
import { runSecrets } from './known-secrets.ts';
import type { Prepared } from './prepare.ts';

/** Brokered runs at once; each is a Node start and two sandboxes. */
const AT_ONCE = 4;

export interface BrokeringOptions {
  prepared: Prepared;
  brokers: Brokers;
  bwrap: string;
  gate: Gate;
  decisions: Decisions;
  /** Real values that the record must not hold. */
  onSecrets: (secrets: string[]) => void;
  notice: (text: string) => void;
}

/** Held or waiting calls; each has descriptors of guard's. */
const CALLS = 64;

/** A call from its shim's exec to its end. */
interface Call {
  event: RequestEvent;
  shim: ShimCall;
  abort: AbortController;
  released: (went: boolean) => void;
}

/** Makes the calls of a session that need a credential, in its place. */
export class Brokering {
  readonly #options: BrokeringOptions;
  readonly #calls = new Map<number, Call>();
  readonly #running = new Set<Sibling>();
  readonly #ends = new Set<Promise<void>>();
  readonly #slots = new Slots(AT_ONCE);
  #closed = false;

  constructor(options: BrokeringOptions) {
    this.#options = options;
  }

  onGateReport(report: GateReport): void {
    if (report.type === 'released') this.#calls.get(report.id)?.released(report.went);
    else if (report.type === 'gone') this.#forget(report.id);
    else if (report.type === 'broker') {
      const end = this.#take(report.event, report.call).finally(() => this.#ends.delete(end));
      this.#ends.add(end);
    }
  }

  /** Ends what runs; resolves when nothing is left of it. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#calls.values()) {
      call.abort.abort();
      call.released(false);
    }
    for (const sibling of this.#running) sibling.kill();
    await Promise.all(this.#ends);
  }

  /** Its caller is dead, so the gate says no more of it. */
  #forget(id: number): void {
    const call = this.#calls.get(id);
    call?.abort.abort();
    call?.released(false);
  }

  async #take(event: RequestEvent, shim: ShimCall): Promise<void> {
    const call: Call = { event, shim, abort: new AbortController(), released: () => undefined };
    this.#calls.set(event.id, call);
    try {
      if (this.#calls.size > CALLS) throw new Error(`${CALLS} others wait already`);
      const decision = await this.#resolve(call);
      if (decision.kind === 'run') await this.#broker(call, decision.run);
      else if (decision.kind === 'inside') await this.#letInside(call);
      else await this.#refuse(call, decision.reason, decision.safer);
    } catch (error) {
      await this.#refuse(call, `guard cannot make this call: ${reasonOf(error)}`, null);
    } finally {
      this.#calls.delete(event.id);
    }
  }

  #resolve({ event, shim, abort }: Call): Promise<BrokerDecision> {
    const { prepared, brokers } = this.#options;
    const { argv, cwd } = event.request as ExecRequest;
    return brokers.resolve({
      broker: shim.broker,
      argv,
      cwd,
      repository: prepared.view.repository,
      home: prepared.home,
      writable: writableFolders(prepared),
      readOnly: prepared.view.readOnly,
      signal: abort.signal,
    });
  }

  async #letInside({ event }: Call): Promise<void> {
    const { gate, decisions } = this.#options;
    const { allowed, by } = await decisions.judgeCall(event);
    gate.answerShim({ id: event.id, outcome: allowed ? 'inside' : 'refuse', by, verdict: null });
  }

  async #refuse({ event, shim }: Call, reason: string, safer: string | null): Promise<void> {
    const { gate, decisions } = this.#options;
    const verdict = verdictOf('deny', shim.broker, reason, safer);
    const { by } = await decisions.judgeCall({ ...event, verdict });
    gate.answerShim({ id: event.id, outcome: 'refuse', by, verdict });
  }

  async #broker(call: Call, run: BrokeredRun): Promise<void> {
    const { prepared, decisions, gate, onSecrets } = this.#options;
    const { shim } = call;
    const { id } = call.event;
    if (shim.inside === null)
      throw new Error('the caller is in a process namespace of its own making');
    onSecrets(runSecrets(run.env));
    // Whatever cannot be done is found out before anybody is asked.
    const folder = join(prepared.folder.path, 'brokered', String(id));
    const plan = (): SiblingPlan => planSibling(run, folder, prepared);
    plan();
    const caller = new CallerProcess(shim.pid);
    try {
      const { cwd } = call.event.request as ExecRequest;
      if (!caller.standsIn(cwd)) throw new Error(`${cwd} is another folder outside of the session`);
      const event = withRun(call.event, run);
      const { allowed, by } = await decisions.judgeCall(event, facts(run));
      // Planned anew: what is covered, and where, may have changed while it was asked about.
      if (allowed)
        await this.#serve({ ...call, event }, caller, shim.inside, { run, sibling: plan() });
      else gate.answerShim({ id, outcome: 'refuse', by, verdict: event.verdict });
    } finally {
      caller.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Lets the shim go to wait, and gives it the exit code of what is run in its place. */
  async #serve(call: Call, caller: CallerProcess, inside: number, what: Work): Promise<void> {
    const { prepared, gate } = this.#options;
    const { id } = call.event;
    const stdio = caller.stdio();
    let answer: Answer | null = null;
    try {
      answer = new Answer(join(prepared.folder.path, 'shims', 'calls'), inside);
      const known = this.#calls.get(id);
      const went = new Promise<boolean>((resolve) => {
        if (known) known.released = resolve;
        if (call.abort.signal.aborted) resolve(false);
      });
      gate.answerShim({ id, outcome: 'run', by: 'policy', verdict: null });
      if (this.#closed || !(await went)) return;
      const code = await this.#run(call, caller, stdio, what);
      if (code === null) return;
      answer.give(code);
      await caller.ended();
    } finally {
      for (const fd of stdio.splice(0)) closeSync(fd);
      answer?.remove();
    }
  }

  /** Null when nobody waits for it any more. Takes the descriptors out of `stdio`. */
  async #run(
    { event, shim }: Call,
    caller: CallerProcess,
    stdio: number[],
    { run, sibling: plan }: Work,
  ): Promise<number | null> {
    const { prepared, bwrap, decisions, notice } = this.#options;
    let sibling: Sibling | null = null;
    caller.watch((change) => {
      if (change === 'gone') sibling?.end();
      else sibling?.signal(change === 'stopped' ? 'SIGSTOP' : 'SIGCONT');
    });
    const giveBack = await this.#slots.take();
    try {
      if (this.#closed || caller.gone()) return null;
      const start = performance.now();
      const record = (request: ConnectRequest, verdict: Verdict): void =>
        void decisions.recordConnection(request, verdict);
      sibling = new Sibling({
        bwrap,
        broker: run.broker,
        stdio: stdio.splice(0) as [number, number, number],
        openNetwork: (listeners) =>
          openSiblingEgress(run, listeners, {
            hosts: prepared.profile.network.hosts,
            record,
            onNotice: notice,
          }),
        onRefused: (refused) => decisions.recordBrokered(refused),
      });
      this.#running.add(sibling);
      const code = await sibling.run(plan).catch((error: unknown) => {
        // Ended because nobody waits for it any more: nothing has failed.
        if (caller.gone()) return EXIT.cannotEnforce;
        const failure = cannotRun(run, error);
        notice(failure.message);
        tellCaller(shim.pid, `${failure.format()}\n`);
        return EXIT.cannotEnforce;
      });
      const ms = Math.round(performance.now() - start);
      decisions.recordBrokered({ type: 'brokered', id: event.id, exitCode: code, ms });
      return code;
    } finally {
      if (sibling) this.#running.delete(sibling);
      giveBack();
    }
  }
}

interface Work {
  run: BrokeredRun;
  sibling: SiblingPlan;
}

/** The request as it is recorded and asked about: with what would really run, and why a person has to say yes. */
function withRun(
  event: RequestEvent,
  { broker, argv, cwd, facts, askBecause }: BrokeredRun,
): RequestEvent {
  const asks = askBecause !== null && event.verdict.action === 'allow';
  const verdict = asks ? verdictOf('ask', broker, askBecause, null) : event.verdict;
  return { ...event, verdict, broker: { name: broker, argv, cwd, facts } };
}

function facts({ argv, hosts, facts: found }: BrokeredRun): Fact[] {
  return [
    { label: 'guard runs', text: printableArgv(argv) },
    {
      label: 'reaches',
      text: hosts.map(({ host, port }) => `${host}:${port}`).join(', ') || 'nothing',
    },
    ...found,
  ];
}

function verdictOf(
  action: 'ask' | 'deny',
  broker: string,
  reason: string,
  safer: string | null,
): Verdict {
  const source = { layer: 'default', file: `profiles/brokers/${broker}.yaml`, line: 0 } as const;
  return { action, rule: `broker.${broker}`, reason, ...(safer === null ? {} : { safer }), source };
}

function cannotRun({ argv }: BrokeredRun, cause: unknown): GuardError {
  return new GuardError({
    what: `cannot run ${printableArgv(argv, 200)} for the session`,
    why: reasonOf(cause),
    fix: 'Run `guard doctor`',
    cause,
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
