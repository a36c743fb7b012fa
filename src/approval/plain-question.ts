import { KeyReader } from './key-reader.ts';
import { Measurements } from './measure.ts';
import type { Size } from './prompt-layout.ts';
import { answerLine, ASK, CANNOT_ALLOW, plainText, type Decided } from './question-text.ts';
import {
  attemptOf,
  BELL,
  listedOf,
  SETTLE,
  SETTLE_JOINED,
  type Pressed,
  type Prompter,
} from './subject.ts';
import type { PromptScreen, Question } from './types.ts';

const UP_AND_ERASE = (lines: number) => `\r${lines ? `\x1b[${lines}A` : ''}\x1b[J`;
/** Shown before anything of guard's: attributes off, cursor on, from the first column (ECMA-48, DEC private modes). */
const PLAIN = '\x1b[0m\x1b[?25h\r';
const CLEAR = '\x1b[H\x1b[2J';
/** A plain question stands still, so it waits for what is measured; not for long. Milliseconds. */
const FACTS_WITHIN = 2000;

/**
 * Shows a one-key question and waits: first the facts, then, once no key has come for a moment, what to press; only what is
 * pressed after that answers. Rejects when the subject's signal aborts, with the question still on the screen.
 */
export async function askPlainly(
  { screen, subject, sign }: Prompter,
  left: { lines: number },
): Promise<Pressed> {
  const keys = new KeyReader(screen);
  const asked = new Set<number>();
  const stop = new AbortController();
  const measurements = new Measurements(stop.signal, () => undefined);
  screen.write(BELL);
  try {
    for (;;) {
      const attempt = attemptOf(subject);
      const offChange = subject.onChange(attempt.changed);
      const offResize = screen.onResize?.(attempt.changed);
      try {
        attempt.signal.throwIfAborted();
        const questions = listedOf(subject);
        measurements.begin(questions);
        await measurements.settled(FACTS_WITHIN);
        attempt.signal.throwIfAborted();
        const { lines, shown, whole } = plainText(questions, screen, sign, measurements.done);
        // What stood there before: all of an own screen, or as many lines as were left.
        const erase = screen.farewell
          ? CLEAR
          : left.lines
            ? UP_AND_ERASE(reachable(left.lines, screen))
            : '\x1b[J';
        screen.write(`${PLAIN}${erase}${lines.map((line) => `${line}\r\n`).join('')}`);
        left.lines = lines.length;
        const listed = shown.map(({ id }) => id);
        const joined = asked.size > 0 && listed.some((id) => !asked.has(id));
        if (!(await keys.drain(attempt.signal, joined ? SETTLE_JOINED : SETTLE)))
          return { key: 'hang-up', listed };
        for (const id of listed) asked.add(id);
        screen.write(`╰ ${whole ? ASK : CANNOT_ALLOW}`);
        for (;;) {
          const key = await keys.next(attempt.signal);
          if (key === 'yes' && !whole) continue;
          if (key === 'yes' || key === 'no' || key === 'deny-all' || key === 'hang-up')
            return { key, listed };
        }
      } catch (error) {
        if (subject.signal.aborted || !attempt.signal.aborted) throw error;
      } finally {
        attempt.end();
        offChange();
        offResize?.();
      }
    }
  } finally {
    stop.abort();
  }
}

/** Replaces the question, as far as it is still on the screen, by one line that says how it ended. */
export function leaveAnswer(
  screen: PromptScreen,
  lines: number,
  question: Question,
  decided: Decided,
): void {
  const line = answerLine(question, decided, screen.columns);
  if (screen.farewell) return screen.farewell(line);
  screen.write(`${UP_AND_ERASE(reachable(lines, screen))}${line}\r\n`);
}

function reachable(lines: number, { rows }: Size): number {
  return Math.min(lines, Math.max(0, rows - 1));
}
