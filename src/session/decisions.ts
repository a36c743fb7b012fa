import type { Approvals } from '../approval/approvals.ts';
import type { Fact, Question } from '../approval/types.ts';
import type { Judgement } from '../egress/types.ts';
import type { GateReport } from '../exec/protocol.ts';
import { decide, type Policy } from '../policy/decide.ts';
import type { CallRequest, ConnectRequest, ExecRequest, Verdict } from '../policy/types.ts';
import { operationText } from '../policy/operation-text.ts';
import { printableArgv } from '../printable.ts';
import type { BrokeredEvent, RequestEvent } from './events.ts';
import { keepIdentity } from './keep-identity.ts';
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
  readonly #onKill: (rule: string) => void;
  readonly #policy: Policy;
  readonly #approvals: Approvals;
  readonly #journal: Journal;
  /** Even; the exec gate's are odd. */
  #nextId = 0;

  /** @param onKill ends the session before it returns */
  constructor(
    policy: Policy,
    approvals: Approvals,
    journal: Journal,
    onKill: (rule: string) => void,
  ) {
    this.#onKill = onKill;
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
    const { outcome } = await this.#askUntil(gone, question(event, this.#policy));
    return { allowed: outcome === 'allow', verdict };
  }

  /**
   * A request to a service. `shown` is what a person is told besides its operations; `identity` tells it from every other.
   * Resolves never when a rule ends the session: nothing is answered any more.
   */
  async judgeOperations(
    request: CallRequest,
    shown: { who: readonly string[]; facts: readonly Fact[]; identity: string },
    gone: AbortSignal,
  ): Promise<{ allowed: boolean; verdict: Verdict; by: string; asked: boolean }> {
    const verdict = decide(this.#policy, request);
    const refused = { allowed: false, verdict, asked: false };
    if (this.#journal.failure) return { ...refused, by: 'it cannot be recorded' };
    const event = this.#recordCall(request, verdict);
    if (verdict.action === 'kill') {
      this.#onKill(verdict.rule);
      return new Promise(() => undefined);
    }
    if (verdict.action !== 'ask')
      return { ...refused, allowed: verdict.action === 'allow', by: 'policy' };
    const { outcome, by } = await this.#askUntil(
      gone,
      callQuestion(event.id, request, verdict, shown),
    );
    return { allowed: outcome === 'allow', verdict, by: ANSWERED_BY[by] ?? by, asked: true };
  }

  /** What was let through, and held what must not leave in a part that came later. */
  recordStopped(request: CallRequest, verdict: Verdict): void {
    this.#recordCall(request, verdict);
  }

  /** Without arguments: they may hold anything, and a rule that counted says which it was. */
  #recordCall(request: CallRequest, verdict: Verdict): RequestEvent {
    const [first, ...rest] = request.operations.map((one) => ({ ...one, arguments: null }));
    const recorded: CallRequest = {
      ...request,
      operations: first ? [first, ...rest] : request.operations,
    };
    return this.#recordEgress(recorded, verdict);
  }

  /**
   * A placeholder or a secret turned up where none belongs. What held it is refused already; the user is asked whether the
   * session may go on. Nobody there to ask is no answer: then it goes on.
   */
  async tripped(what: string, who: readonly string[]): Promise<void> {
    if (this.#journal.failure) return;
    this.#journal.append({ type: 'notice', text: `tripwire: ${what}` });
    const { outcome, by } = await this.#approvals.ask({
      id: (this.#nextId += 2),
      gate: 'egress',
      wants: 'tried to send out what must not leave, and was refused. Let the session go on?',
      title: what,
      cwd: '',
      ancestry: who,
      verdict: {
        rule: 'credential.tripwire',
        reason:
          'a program that sends credentials to places where they do not belong is not to be trusted; n ends the session',
      },
    });
    if (outcome === 'deny' && (by === 'user' || by === 'user-earlier'))
      this.#onKill('credential.tripwire');
  }

  async #askUntil(gone: AbortSignal, asked: Question): ReturnType<Approvals['ask']> {
    const cancel = (): void => this.#approvals.cancel(asked.id);
    gone.addEventListener('abort', cancel);
    try {
      return await this.#approvals.ask(asked);
    } finally {
      gone.removeEventListener('abort', cancel);
    }
  }

  recordConnection(request: ConnectRequest, verdict: Verdict): RequestEvent {
    return this.#recordEgress(request, verdict);
  }

  #recordEgress(request: ConnectRequest | CallRequest, verdict: Verdict): RequestEvent {
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
  // What guard would run in its place goes by files and settings of its own.
  const keep = verdict.action === 'ask' && !broker ? keepIdentity(request, pid) : null;
  const wanted = verdict.facts ?? [];
  return {
    id,
    gate,
    ...(exec ? command(request) : { title: whereTo(request) }),
    ...(broker ? { made: JSON.stringify(broker) } : {}),
    cwd: exec ? request.cwd : '',
    ancestry,
    verdict,
    ...(keep === null ? {} : { keep }),
    ...(exec && pid !== undefined
      ? {
          facts: async (signal) => {
            const { measureFacts } = await import('./facts/measure.ts');
            return measureFacts(request, { pid, programs, wanted }, signal);
          },
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

function whereTo(request: ConnectRequest | CallRequest): string {
  const host = request.kind === 'call' ? request.host : (request.host ?? request.address);
  return `${host}:${request.port}`;
}

function callQuestion(
  id: number,
  request: CallRequest,
  verdict: Verdict,
  { who, facts, identity }: { who: readonly string[]; facts: readonly Fact[]; identity: string },
): Question {
  const { provider, host, operations } = request;
  return {
    id,
    gate: 'egress',
    wants: `asks ${provider === null ? host : `${provider} (${host})`} for`,
    title: operations.map(operationText).join(' + '),
    made: identity,
    known: facts,
    cwd: '',
    ancestry: who,
    verdict,
  };
}
