import { challengeFor, meets, refuses, type Challenge } from './challenge.ts';
import { KeyReader } from './key-reader.ts';
import { Measurements } from './measure.ts';
import type { Size } from './prompt-layout.ts';
import { answerLine, askLine, plainText, type Decided } from './question-text.ts';
import { attemptOf, BELL, listedOf, settleFor, type Pressed, type Prompter } from './subject.ts';
import { keptAs } from './shape.ts';
import { strictestTier } from './tiers.ts';
import type { PromptScreen, Question } from './types.ts';
import { textWidth, wrap } from './wrap.ts';

const UP_AND_ERASE = (lines: number) => `\r${lines ? `\x1b[${lines}A` : ''}\x1b[J`;
/** Shown before anything of guard's: attributes off, cursor on, from the first column (ECMA-48, DEC private modes). */
const PLAIN = '\x1b[0m\x1b[?25h\r';
const CLEAR = '\x1b[H\x1b[2J';
/** A plain question stands still, so it waits for what is measured; not for long. Milliseconds. */
const FACTS_WITHIN = 2000;
const NARROWEST = 20;
/** Of what is typed: longer than any name that has to be. */
const LONGEST = 200;
const WRONG = '(that was not it)';
const PASTED = '(pasting does not count)';

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
  const challenge = challengeFor(listedOf(subject)[0].verdict.resource);
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
        const text = plainText(questions, screen, sign, measurements.done);
        const { lines, shown, whole } = text;
        const tier = strictestTier(shown);
        const keeps = shown.every((each) => keptAs(each) !== null);
        if (tier === 'type') lines.push(...challengeLines(challenge, screen));
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
        if (!(await keys.drain(attempt.signal, settleFor(tier, joined))))
          return { key: 'hang-up', listed };
        for (const id of listed) asked.add(id);
        const line = `╰ ${askLine(text, tier, keeps, screen.columns)}`;
        screen.write(line);
        if (tier === 'type' && whole)
          return { key: await typed(keys, attempt.signal, challenge, { screen, line }), listed };
        for (;;) {
          const key = await keys.next(attempt.signal, tier === 'confirm' ? 'letters' : 'enter');
          if ((key === 'yes' || key === 'keep') && !whole) continue;
          if (key === 'keep' && !keeps) continue;
          if (key === 'deny-all' && tier === 'type') continue;
          if (isAnswer(key)) return { key, listed };
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

const ANSWERS: readonly string[] = ['yes', 'keep', 'no', 'deny-all', 'hang-up'];

function isAnswer(key: string): key is Pressed['key'] {
  return ANSWERS.includes(key);
}

/** What is to be typed, on lines of its own. */
function challengeLines({ text }: Challenge, { columns }: Size): string[] {
  const label = 'type     ';
  const room = Math.max(NARROWEST, columns - 1) - 2 - label.length;
  return wrap(text, room).map(
    (line, index) => `│ ${index ? ' '.repeat(label.length) : label}${line}`,
  );
}

/** Reads a line, and shows on `line` what is typed; a wrong one is told, and begun again. */
async function typed(
  keys: KeyReader,
  signal: AbortSignal,
  challenge: Challenge,
  { screen, line }: { screen: PromptScreen; line: string },
): Promise<'yes' | 'no' | 'hang-up'> {
  let text = '';
  for (;;) {
    const edit = await keys.edit(signal);
    signal.throwIfAborted();
    let note = '';
    if (edit.kind === 'no' || edit.kind === 'hang-up') return edit.kind;
    if (edit.kind === 'character') text = (text + edit.character).slice(0, LONGEST);
    else if (edit.kind === 'back') text = text.slice(0, -1);
    else if (edit.kind === 'clear') text = '';
    else if (edit.kind === 'pasted') note = PASTED;
    else if (edit.kind === 'enter') {
      if (refuses(text)) return 'no';
      if (meets(challenge, text)) return 'yes';
      [text, note] = ['', WRONG];
    }
    const room = Math.max(1, screen.columns - 1 - textWidth(line));
    screen.write(`\r\x1b[K${line}${note ? note.slice(0, room) : text.slice(-room)}`);
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
