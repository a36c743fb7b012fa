import { commandOf } from './shape.ts';
import { raisedTier, stepsToTop, tierOf } from './tiers.ts';
import type { Question } from './types.ts';

/** So many refusals make a command one tier harder to allow. */
const A_STEP = 2;

/**
 * What a person has refused in this session, by the exact command and by rule and resource: every second refusal raises
 * the tier. One that was raised to the top and is refused there is refused from then on without asking; where the rule
 * itself asks for the top, after the second refusal.
 */
export class Refusals {
  readonly #counts = new Map<string, number>();

  /** One answer, however many asks it was for. */
  add(questions: readonly Question[]): void {
    for (const key of new Set(questions.flatMap(keysOf)))
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The question as it is to be asked now; null where it is refused without asking. */
  applyTo(question: Question): Question | null {
    const times = Math.max(...keysOf(question).map((key) => this.#counts.get(key) ?? 0));
    if (times < A_STEP) return question;
    const base = tierOf(question);
    const most = base === 'type' ? A_STEP : A_STEP * stepsToTop(base) + 1;
    if (times >= most) return null;
    const tier = raisedTier(base, Math.floor(times / A_STEP)) ?? 'type';
    return { ...question, verdict: { ...question.verdict, tier }, refusedBefore: times };
  }
}

function keysOf(question: Question): string[] {
  const { gate, cwd, verdict } = question;
  const { rule, resource = '' } = verdict;
  return [
    JSON.stringify(['command', gate, cwd, commandOf(question)]),
    ...(resource === '' ? [] : [JSON.stringify(['resource', gate, rule, resource])]),
  ];
}
