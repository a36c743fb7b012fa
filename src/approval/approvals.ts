import type { DecisionEvent } from '../session/events.ts';
import { askDrawn, Undrawable } from './drawn-question.ts';
import type { Painter } from './frame-worker.ts';
import { Group, subjectOf, type Asker } from './group.ts';
import { askPlainly, leaveAnswer } from './plain-question.ts';
import { Refusals } from './refusals.ts';
import { commandOf, keptAs, kindOf, shapeOf } from './shape.ts';
import type { Pressed, Prompter } from './subject.ts';
import type { Answer, PromptScreen, Question, Sign, TerminalChannel } from './types.ts';

/** Questions that may wait at once: more than a person can mean to answer, fewer than would fill memory. */
const QUEUE_LIMIT = 100;
/** Asks that come this soon after the first of their shape are one prompt from the start. Milliseconds. */
const COLLECT = 300;
/** A shell that looks a program up in PATH tries the next folder after a refusal: a no holds for the same command this long. Milliseconds. */
const NO_HOLDS = 2000;

export interface ApprovalOptions {
  terminal: TerminalChannel;
  /** From asking to being refused, waiting in the queue included. */
  timeoutSeconds: number;
  /** Asked for when a question is shown; must not throw. */
  sign: () => Sign;
  /** Draws questions that have a screen of their own; without it they are plain. */
  drawn?: { painter: Painter; colour: boolean };
  /** Hears once, and why, that questions are plain from now on. */
  onPlain?: (why: string) => void;
  /** Gets every answer before it takes effect; when it throws, the answer is a refusal. */
  record?: (decision: DecisionEvent) => void;
  queueLimit?: number;
  collect?: number;
  /** Milliseconds, from any fixed point. */
  now?: () => number;
}

export interface Approvals {
  /** Asks a person, one prompt at a time. Never rejects: whatever goes wrong is a refusal. */
  ask(question: Question): Promise<Answer>;
  /** The asker died: its question is taken back. */
  cancel(id: number): void;
  /** Takes every question back and refuses new ones; resolves when the terminal is free again. */
  close(): Promise<void>;
}

type By = Answer['by'];

export function createApprovals(options: ApprovalOptions): Approvals {
  const { terminal, timeoutSeconds, record, queueLimit = QUEUE_LIMIT, collect = COLLECT } = options;
  const now = options.now ?? (() => performance.now());
  const queue: Asker[] = [];
  /** Kinds a person has denied for the rest of the session. */
  const denied = new Set<string>();
  /** What a person has allowed for the rest of the session, to the letter. */
  const kept = new Set<string>();
  const refusals = new Refusals();
  /** Commands just refused, and until when that holds. */
  const refusedUntil = new Map<string, number>();
  let showing: Group | null = null;
  let merging: NodeJS.Timeout | undefined;
  let serving = false;
  let hurry = (): void => {};
  let turn: Promise<void> = Promise.resolve();
  let closed = false;
  /** How the last of a group that ended by itself did. */
  let lastBy: By = 'gone';

  function settle(asker: Asker, outcome: Answer['outcome'], by: By): void {
    if (asker.settled) return;
    asker.settled = true;
    clearTimeout(asker.timer);
    const place = queue.indexOf(asker);
    if (place >= 0) queue.splice(place, 1);
    lastBy = by;
    showing?.leave(asker);
    const ms = Math.max(0, Math.round(now() - asker.asked));
    const answer: Answer = { outcome, by, ms };
    const { id, refusedBefore, verdict } = asker.question;
    const raised = refusedBefore && verdict.tier ? { tier: verdict.tier } : {};
    try {
      record?.({ type: 'decision', id, ...answer, ...raised });
    } catch {
      answer.outcome = 'deny';
    }
    asker.resolve(answer);
  }

  async function serve(): Promise<void> {
    for (let first = queue[0]; first; first = queue[0]) {
      await collected(first);
      if (!first.settled) await show(first);
    }
    serving = false;
  }

  /** Others of the shape are on their way: one prompt for all of them. */
  async function collected(first: Asker): Promise<void> {
    const rest = first.asked + collect - now();
    if (rest <= 0 || closed) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      hurry = resolve;
      timer = setTimeout(resolve, rest);
    });
    clearTimeout(timer);
  }

  async function show(first: Asker): Promise<void> {
    const group = new Group(first.shape);
    const free = terminal.available();
    if (free !== 'yes') {
      for (const asker of waitingFor(group)) settle(asker, 'deny', free);
      return;
    }
    showing = group;
    let screen: PromptScreen | undefined;
    try {
      merge(group);
      screen = await terminal.acquire();
      if (!group.signal.aborted) await converse(screen, group, first.question);
    } catch {
      for (const asker of [...group.listed]) settle(asker, 'deny', 'no-terminal');
    } finally {
      clearTimeout(merging);
      showing = null;
      await screen?.release().catch(() => undefined);
    }
  }

  function waitingFor({ shape }: Group): Asker[] {
    return queue.filter((asker) => asker.shape === shape);
  }

  function merge(group: Group): void {
    for (const asker of group.join(waitingFor(group), now())) queue.splice(queue.indexOf(asker), 1);
  }

  function mergeLater(group: Group): void {
    clearTimeout(merging);
    merging = setTimeout(() => merge(group), group.standsFor(now()));
  }

  async function converse(screen: PromptScreen, group: Group, first: Question): Promise<void> {
    const waiting = () => {
      const same = waitingFor(group).length;
      return { same, others: queue.length - same };
    };
    const subject = subjectOf(group, waiting, now);
    const left = { lines: 0 };
    let pressed: Pressed;
    try {
      pressed = await prompt({ screen, subject, sign: options.sign() }, left);
    } catch (error) {
      if (!group.signal.aborted) throw error;
      return leaveAnswer(screen, left.lines, first, { outcome: 'deny', by: lastBy });
    }
    const { key, listed } = pressed;
    const answered = group.listed.filter(({ question }) => listed.includes(question.id));
    const question = answered[0]?.question ?? first;
    if (key === 'yes' || key === 'keep') {
      for (const asker of answered) {
        const keeping = key === 'keep' ? keptAs(asker.question) : null;
        if (keeping !== null) kept.add(keeping);
        settle(asker, 'allow', 'user');
      }
      // What was not on the screen has not been allowed: it is asked again, in its turn.
      queue.unshift(...group.listed);
      leaveAnswer(screen, left.lines, question, {
        outcome: 'allow',
        by: 'user',
        count: answered.length,
        fromNowOn: key === 'keep',
      });
      if (key === 'keep') allowKept();
      return;
    }
    if (key === 'deny-all') denied.add(kindOf(question));
    const by = key === 'hang-up' ? 'no-terminal' : 'user';
    const refused = [...group.listed, ...(by === 'user' ? waitingFor(group) : [])];
    for (const asker of refused) settle(asker, 'deny', by);
    if (by === 'user') remember(refused, answered);
    const fromNowOn = key === 'deny-all';
    leaveAnswer(screen, left.lines, question, {
      outcome: 'deny',
      by,
      count: refused.length,
      fromNowOn,
    });
  }

  /** @param shown of these, what was on the screen: the others were refused with them, and not looked at */
  function remember(refused: readonly Asker[], shown: readonly Asker[]): void {
    for (const [key, until] of refusedUntil) if (until <= now()) refusedUntil.delete(key);
    for (const { question } of refused) refusedUntil.set(exactly(question), now() + NO_HOLDS);
    refusals.add(shown.map(({ question }) => question));
    for (const asker of [...queue]) {
      const question = refusals.applyTo(asker.asIs);
      if (!question || denied.has(kindOf(question))) settle(asker, 'deny', 'user-earlier');
      else [asker.question, asker.shape] = [question, shapeOf(question)];
    }
  }

  /** The same may wait already. */
  function allowKept(): void {
    for (const asker of [...queue])
      if (isKept(asker.question)) settle(asker, 'allow', 'user-earlier');
  }

  function isKept(question: Question): boolean {
    const key = keptAs(question);
    return key !== null && kept.has(key);
  }

  async function prompt(prompter: Prompter, left: { lines: number }): Promise<Pressed> {
    const { drawn, onPlain } = options;
    if (drawn?.painter.usable && prompter.screen.farewell) {
      try {
        return await askDrawn({ ...prompter, ...drawn });
      } catch (error) {
        if (!(error instanceof Undrawable)) throw error;
        drawn.painter.giveUp();
        onPlain?.(error.message);
      }
    }
    return askPlainly(prompter, left);
  }

  function refuseNow(question: Question): By | null {
    const free = terminal.available();
    if (closed) return 'gone';
    if (denied.has(kindOf(question)) || (refusedUntil.get(exactly(question)) ?? 0) > now())
      return 'user-earlier';
    if (isKept(question)) return null;
    if (free !== 'yes') return free;
    return queue.length + (showing?.listed.length ?? 0) >= queueLimit ? 'queue-full' : null;
  }

  return {
    ask(asIs) {
      return new Promise((resolve) => {
        const asked = now();
        const raised = refusals.applyTo(asIs);
        const question = raised ?? asIs;
        const asker: Asker = {
          question,
          asIs,
          shape: shapeOf(question),
          asked,
          until: asked + timeoutSeconds * 1000,
          timer: setTimeout(() => settle(asker, 'deny', 'timeout'), timeoutSeconds * 1000),
          settled: false,
          resolve,
        };
        const by = raised ? refuseNow(question) : 'user-earlier';
        if (by) return settle(asker, 'deny', by);
        if (isKept(question)) return settle(asker, 'allow', 'user-earlier');
        queue.push(asker);
        if (showing?.shape === asker.shape) mergeLater(showing);
        if (serving) return;
        serving = true;
        turn = serve();
      });
    },
    cancel(id) {
      for (const asker of [...queue, ...(showing?.listed ?? [])])
        if (asker.question.id === id) settle(asker, 'deny', 'gone');
    },
    async close() {
      closed = true;
      for (const asker of [...queue, ...(showing?.listed ?? [])]) settle(asker, 'deny', 'gone');
      hurry();
      await turn;
    },
  };
}

function exactly(question: Question): string {
  return kindOf(question) + commandOf(question);
}
