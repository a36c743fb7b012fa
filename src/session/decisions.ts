import type { Approvals } from '../approval/approvals.ts';
import type { Question } from '../approval/types.ts';
import type { Judgement } from '../egress/types.ts';
import type { GateReport } from '../exec/protocol.ts';
import { decide, type Policy } from '../policy/decide.ts';
import type { ConnectRequest, ExecRequest, Verdict } from '../policy/types.ts';
import { printableArgv } from '../printable.ts';
import type { RequestEvent } from './events.ts';
import type { Journal } from './journal.ts';

/** How a human's or the queue's answer is told to the agent. */
const ANSWERED_BY: Record<string, string> = {
  user: 'the user said no',
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
      case 'started':
      case 'command-refused':
      case 'end':
    }
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
  #ask(event: RequestEvent): Promise<{ outcome: 'allow' | 'deny'; by: string }> {
    return this.#approvals.ask(question(event));
  }
}

function question(event: RequestEvent): Question {
  const { id, gate, request, verdict, ancestry = [] } = event;
  const exec = request.kind === 'exec';
  return {
    id,
    gate,
    ...(exec ? command(request) : { title: `${request.host ?? request.address}:${request.port}` }),
    cwd: exec ? request.cwd : '',
    ancestry,
    verdict,
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
