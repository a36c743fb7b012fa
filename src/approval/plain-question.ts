import { KeyReader } from './key-reader.ts';
import { ASK, answerLine, questionLines, type Size } from './question-text.ts';
import type { Answer, PromptScreen, Question } from './types.ts';

/** The facts stand this long without a key typed before it can answer them. Milliseconds. */
const SETTLE = 250;
const UP_AND_ERASE = (lines: number) => `\r${lines ? `\x1b[${lines}A` : ''}\x1b[J`;
/** Shown before anything of guard's: attributes off, cursor on, from the first column (ECMA-48, DEC private modes). */
const PLAIN = '\x1b[0m\x1b[?25h\r';

/**
 * Shows a one-key question and waits: first the facts, then, once no key has come for a moment, what to press; only what is
 * pressed after that answers. `no` when the terminal ends. Rejects when `signal` aborts, with the question still on the screen.
 */
export async function askPlainly(
  screen: PromptScreen,
  size: Size,
  question: Question,
  signal: AbortSignal,
): Promise<'yes' | 'no' | 'end'> {
  const keys = new KeyReader(screen);
  const lines = questionLines(question, size);
  screen.write(`${PLAIN}\x1b[J${lines.map((line) => `${line}\r\n`).join('')}`);
  if (!(await keys.drain(signal, SETTLE))) return 'end';
  screen.write(`╰ ${ASK}`);
  return keys.answer(signal);
}

/** Replaces the question, as far as it is still on the screen, by one line that says how it ended. */
export function leaveAnswer(
  screen: PromptScreen,
  size: Size,
  question: Question,
  answer: Answer,
): void {
  const line = answerLine(question, answer, size.columns);
  if (screen.farewell) return screen.farewell(line);
  const shown = questionLines(question, size).length;
  const reachable = Math.min(shown, Math.max(0, size.rows - 1));
  screen.write(`${UP_AND_ERASE(reachable)}${line}\r\n`);
}
