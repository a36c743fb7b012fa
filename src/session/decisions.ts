import type { Approvals } from '../approval/approvals.ts';
import type { Fact, Question } from '../approval/types.ts';
import type { Judgement } from '../egress/types.ts';
import type { GateReport } from '../exec/protocol.ts';
import { decide, type Policy } from '../policy/decide.ts';
import type { ConnectRequest, ExecRequest, Verdict } from '../policy/types.ts';
import { printableArgv } from '../printable.ts';
import type { BrokeredEvent, RequestEvent } from './events.ts';
import type { Journal } from './journal.ts';

/** How a human's or the queue's answer is told to the agent. */
const ANSWERED_BY: Record<string, string> = {
  user: 'the user said no',
  'user-earlier': 'the user has said no to this already',
  timeout: 'nobody answered in time',
  'no-terminal': 'it needs a yes and there is no terminal to ask on',
  'full-screen': 'it needs a yes and a full-screen program has the terminal',
  gone: 'the caller is gone',
  'queue-full': 'too many questions wait already',
};

/** The one path of every decision behind the gates: verdict, approval where it asks, journal. */
export class Decisions {
  readonly #policy: Policy;
  readonly #approvals: Approvals;
  readonly #journal: Journal;
  /** Even; the exec gate's are odd. */
  #nextId = 0;

  constructor(policy: Policy, approvals: Approvals, journal: Journal) {
    this.#policy = policy;
    this.#approvals = approvals;
    this.#journal = journal;
  }

  /** Records what the exec gate decided, and has a human decide what it asks. */
  onGateReport(
    report: GateReport,
    answer: (id: number, outcome: 'allow' | 'deny', by: string) => void,
  ): void {
    // Without a record nothing is decided: the session is being ended, and who asks gets no answer.
    if (this.#journal.failure) return;
    switch (report.type) {
      case 'requests':
        for (const event of report.events) {
          if (this.#journal.failure) return;
          this.#journal.append(event);
        }
        return;
      case 'killed':
        this.#journal.append(report.event);
        return;
      case 'ask':
        this.#journal.append(report.event);
        void this.#ask(report.event).then(
          ({ outcome, by }) => answer(report.event.id, outcome, ANSWERED_BY[by] ?? by),
          () => answer(report.event.id, 'deny', 'it cannot be recorded'),
        );
        return;
      case 'gone':
        this.#approvals.cancel(report.id);
        return;
      case 'ready':
      case 'broker':
      case 'released':
      case 'started':
      case 'suspended':
      case 'command-refused':
      case 'end':
    }
  }

  /**
   * A call that met a shim: recorded, and asked about where it has to be. `facts` are what guard found out about what it
   * would run.
   */
  async judgeCall(
    event: RequestEvent,
    facts: readonly Fact[] = [],
  ): Promise<{ allowed: boolean; by: string }> {
    if (this.#journal.failure) return { allowed: false, by: 'it cannot be recorded' };
    this.#journal.append(event);
    const { action } = event.verdict;
    if (action !== 'ask') return { allowed: action === 'allow', by: 'policy' };
    const { outcome, by } = await this.#ask(event, facts);
    return { allowed: outcome === 'allow', by: ANSWERED_BY[by] ?? by };
  }

  /** How a command that guard ran has ended, or what it was not let start. */
  recordBrokered(event: BrokeredEvent | RequestEvent): void {
    if (this.#journal.failure) return;
    // The gates of siblings number for themselves.
    this.#journal.append(event.type === 'request' ? { ...event, id: (this.#nextId += 2) } : event);
  }

  /** Pure verdict, unrecorded. */
  decideConnection(request: ConnectRequest): Verdict {
    return decide(this.#policy, request);
  }

  async judgeConnection(request: ConnectRequest, gone: AbortSignal): Promise<Judgement> {
    const verdict = decide(this.#policy, request);
    if (this.#journal.failure) return { allowed: false, verdict };
    const event = this.recordConnection(request, verdict);
    if (verdict.action !== 'ask') return { allowed: verdict.action === 'allow', verdict };
    const cancel = (): void => this.#approvals.cancel(event.id);
    gone.addEventListener('abort', cancel);
    try {
      return { allowed: (await this.#ask(event)).outcome === 'allow', verdict };
    } finally {
      gone.removeEventListener('abort', cancel);
    }
  }

  recordConnection(request: ConnectRequest, verdict: Verdict): RequestEvent {
    const event: RequestEvent = {
      type: 'request',
      gate: 'egress',
      id: (this.#nextId += 2),
      request,
      verdict,
    };
    if (!this.#journal.failure) this.#journal.append(event);
    return event;
  }

  /** The approvals record the answer themselves, before it takes effect. */
  #ask(
    event: RequestEvent,
    known: readonly Fact[] = [],
  ): Promise<{ outcome: 'allow' | 'deny'; by: string }> {
    const asked = question(event, this.#policy);
    if (known.length === 0) return this.#approvals.ask(asked);
    const measured = async (signal: AbortSignal): Promise<Fact[]> => [
      ...known,
      ...((await asked.facts?.(signal).catch(() => [])) ?? []),
    ];
    return this.#approvals.ask({ ...asked, facts: measured });
  }
}

function question(event: RequestEvent, { known: programs }: Policy): Question {
  const { id, gate, pid, request, verdict, broker, ancestry = [] } = event;
  const exec = request.kind === 'exec';
  return {
    id,
    gate,
    ...(exec ? command(request) : { title: `${request.host ?? request.address}:${request.port}` }),
    ...(broker ? { made: JSON.stringify(broker) } : {}),
    cwd: exec ? request.cwd : '',
    ancestry,
    verdict,
    ...(exec && pid !== undefined
      ? {
          facts: async (signal) =>
            (await import('./facts/measure.ts')).measureFacts(request, { pid, programs }, signal),
        }
      : {}),
  };
}

/** The file, as the kernel has it; its own word for itself (argv[0]) only where it differs. */
function command({ path, argv }: ExecRequest): Pick<Question, 'title' | 'argv' | 'calledAs'> {
  const shown = [path, ...argv.slice(1)];
  const [own = ''] = argv;
  const name = (text: string): string => text.slice(text.lastIndexOf('/') + 1);
  return {
    title: printableArgv(shown),
    argv: shown,
    ...(name(own) === name(path) ? {} : { calledAs: own }),
  };
}
