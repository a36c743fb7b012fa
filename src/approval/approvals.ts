import type { DecisionEvent } from '../session/events.ts';
import { askPlainly, leaveAnswer } from './plain-question.ts';
import type { Answer, PromptScreen, Question, TerminalChannel } from './types.ts';

/** Questions that may wait at once: more than a person can mean to answer, fewer than would fill memory. */
const QUEUE_LIMIT = 100;

export interface ApprovalOptions {
  terminal: TerminalChannel;
  /** From asking to being refused, waiting in the queue included. */
  timeoutSeconds: number;
  /** Gets every answer before it takes effect; when it throws, the answer is a refusal. */
  record?: (decision: DecisionEvent) => void;
  queueLimit?: number;
  /** Milliseconds, from any fixed point. */
  now?: () => number;
}

export interface Approvals {
  /** Asks a person, one question at a time. Never rejects: whatever goes wrong is a refusal. */
  ask(question: Question): Promise<Answer>;
  /** The asker died: its question is taken back. */
  cancel(id: number): void;
  /** Takes every question back and refuses new ones; resolves when the terminal is free again. */
  close(): Promise<void>;
}

interface Waiting {
  question: Question;
  key: string;
  asked: number;
  abort: AbortController;
  timer: NodeJS.Timeout;
  settled: boolean;
  resolve(answer: Answer): void;
}

type By = Answer['by'];

export function createApprovals(options: ApprovalOptions): Approvals {
  const { terminal, timeoutSeconds, record, queueLimit = QUEUE_LIMIT } = options;
  const now = options.now ?? (() => performance.now());
  const queue: Waiting[] = [];
  let showing: Waiting | undefined;
  let turn: Promise<void> = Promise.resolve();
  let closed = false;

  function settle(waiting: Waiting, outcome: Answer['outcome'], by: By): Answer {
    const answer: Answer = { outcome, by, ms: Math.max(0, Math.round(now() - waiting.asked)) };
    if (waiting.settled) return answer;
    waiting.settled = true;
    clearTimeout(waiting.timer);
    const place = queue.indexOf(waiting);
    if (place >= 0) queue.splice(place, 1);
    try {
      record?.({ type: 'decision', id: waiting.question.id, ...answer });
    } catch {
      answer.outcome = 'deny';
    }
    waiting.resolve(answer);
    return answer;
  }

  function takeBack(waiting: Waiting, by: 'timeout' | 'gone'): void {
    settle(waiting, 'deny', by);
    waiting.abort.abort(by);
  }

  async function serve(): Promise<void> {
    for (let next = queue.shift(); next; next = queue.shift()) {
      showing = next;
      await show(next);
      showing = undefined;
    }
  }

  async function show(waiting: Waiting): Promise<void> {
    const free = terminal.available();
    if (free !== 'yes') return void settle(waiting, 'deny', free);
    let screen: PromptScreen | undefined;
    try {
      screen = await terminal.acquire();
      if (waiting.settled) return;
      await converse(screen, waiting);
    } catch {
      settle(waiting, 'deny', 'no-terminal');
    } finally {
      await screen?.release().catch(() => undefined);
    }
  }

  async function converse(screen: PromptScreen, waiting: Waiting): Promise<void> {
    const { question, abort } = waiting;
    const size = { columns: screen.columns, rows: screen.rows };
    const pressed = await askPlainly(screen, size, question, abort.signal).catch(
      (error: unknown) => {
        if (abort.signal.aborted) return null;
        throw error;
      },
    );
    if (pressed === null || waiting.settled) {
      const by = abort.signal.reason as 'timeout' | 'gone';
      return leaveAnswer(screen, size, question, { outcome: 'deny', by, ms: 0 });
    }
    const outcome = pressed === 'yes' ? 'allow' : 'deny';
    // Those who asked the same before this answer was given share it; who asks from now on is asked again.
    const same = queue.filter(({ key }) => key === waiting.key);
    const by: By = pressed === 'end' ? 'no-terminal' : 'user';
    const answer = settle(waiting, outcome, by);
    if (by === 'user') for (const other of same) settle(other, outcome, by);
    leaveAnswer(screen, size, question, answer);
  }

  return {
    ask(question) {
      return new Promise((resolve) => {
        const waiting: Waiting = {
          question,
          key: keyOf(question),
          asked: now(),
          abort: new AbortController(),
          timer: setTimeout(() => takeBack(waiting, 'timeout'), timeoutSeconds * 1000),
          settled: false,
          resolve,
        };
        const free = terminal.available();
        if (closed) return void settle(waiting, 'deny', 'gone');
        if (free !== 'yes') return void settle(waiting, 'deny', free);
        if (queue.length >= queueLimit) return void settle(waiting, 'deny', 'queue-full');
        queue.push(waiting);
        if (!showing) turn = serve();
      });
    },
    cancel(id) {
      for (const waiting of [...queue, ...(showing ? [showing] : [])])
        if (waiting.question.id === id) takeBack(waiting, 'gone');
    },
    async close() {
      closed = true;
      for (const waiting of [...queue, ...(showing ? [showing] : [])]) takeBack(waiting, 'gone');
      await turn;
    },
  };
}

/** What makes two questions the same: a relative name means something else in another folder. */
function keyOf({ gate, title, argv, cwd, verdict }: Question): string {
  return JSON.stringify([gate, title, argv ?? null, cwd, verdict.rule]);
}
