import { distinctCommands, type Measured } from './prompt-content.ts';
import { commandOf } from './shape.ts';
import type { Fact, Question } from './types.ts';

/** Commands of one prompt that are measured: of more, a person reads the list, not the figures. */
export const MOST_MEASURED = 8;
/** A measurement that takes longer is given up. Milliseconds. */
const WITHIN = 10_000;

/** Measures what questions would do, one after the other, each distinct command once for all the prompt's life. */
export class Measurements {
  readonly #facts = new Map<string, readonly Fact[]>();
  readonly #begun = new Set<string>();
  readonly #signal: AbortSignal;
  readonly #onFacts: () => void;
  #turn: Promise<void> = Promise.resolve();

  constructor(signal: AbortSignal, onFacts: () => void) {
    this.#signal = signal;
    this.#onFacts = onFacts;
  }

  /** By `commandOf`. */
  get done(): Measured {
    return this.#facts;
  }

  begin(questions: readonly Question[]): void {
    for (const { question } of distinctCommands(questions)) {
      const key = commandOf(question);
      if (!question.facts || this.#begun.has(key)) continue;
      this.#begun.add(key);
      if (this.#begun.size > MOST_MEASURED) {
        this.#facts.set(key, []);
        continue;
      }
      this.#turn = this.#turn.then(async () => {
        if (this.#signal.aborted) return;
        this.#facts.set(key, await measure(question, this.#signal));
        if (!this.#signal.aborted) this.#onFacts();
      });
    }
  }

  /** Resolves when all that was begun is measured, or `ms` are over. */
  async settled(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      this.#turn,
      new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))),
    ]);
    clearTimeout(timer);
  }
}

async function measure(question: Question, signal: AbortSignal): Promise<readonly Fact[]> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  let timer: NodeJS.Timeout | undefined;
  signal.addEventListener('abort', abort);
  try {
    const late = new Promise<readonly Fact[]>((resolve) => {
      timer = setTimeout(() => {
        abort();
        resolve([]);
      }, WITHIN);
      signal.addEventListener('abort', () => resolve([]));
    });
    return await Promise.race([question.facts?.(stop.signal) ?? [], late]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
