import { printable, printableArgv } from '../printable.ts';
import type { Answer, Question } from './types.ts';
import { textWidth, wrap } from './wrap.ts';

export interface Size {
  columns: number;
  rows: number;
}

/** Lines a command may take, where the screen has them; of a longer one the beginning and the end are shown, and how much is not. */
const COMMAND_LINES = 12;
const FEWEST_COMMAND_LINES = 3;
/** Characters of a command that are looked at; the kernel allows megabytes (execve(2), limits on arguments). */
const COMMAND_LIMIT = 64 * 1024;
/** Any other fact: a folder's or a program's name is the agent's choice and must not push the command off the screen. */
const FIELD_LINES = 2;
const NARROWEST = 20;

export const ASK = 'Allow this once? [y/N] ';

/** The facts of a question as lines for a screen of `size`, escaped. The last line, `ASK`, is not among them. */
export function questionLines(question: Question, { columns, rows }: Size): string[] {
  const width = Math.max(NARROWEST, columns - 1) - 2;
  const { ancestry, cwd, verdict } = question;
  const who = printable(ancestry[0] ?? 'the session', 40);
  const wants = question.gate === 'exec' ? 'wants to run' : 'wants to connect to';
  const facts = [
    ...field('called', printable(question.calledAs ?? '', 200), width),
    ...field('in', printable(cwd, 1000), width),
    ...field('through', ancestry.map((name) => printable(name, 60)).join(' ▸ '), width),
    ...field('rule', printable(verdict.rule, 100), width),
    ...field('because', printable(verdict.reason, 1000), width),
    ...field('instead', printable(verdict.safer ?? '', 1000), width),
  ];
  // Besides them: the heading (two lines at most), two empty lines, and the one with the keys.
  const room = Math.min(COMMAND_LINES, Math.max(FEWEST_COMMAND_LINES, rows - facts.length - 5));
  const lines = [
    ...wrap(`guard: ${who} ${wants}`, width).slice(0, 2),
    '',
    ...commandLines(question, width - 2, room).map((line) => `  ${line}`),
    '',
    ...facts,
  ];
  return lines.map((line) => (line ? `│ ${line}` : '│'));
}

/** What is left of a question when it has been answered: one line. */
export function answerLine(question: Question, answer: Answer, columns: number): string {
  const by = {
    user: 'by you',
    timeout: 'because nobody answered in time',
    gone: 'because the asker is gone',
    'no-terminal': 'because the terminal is gone',
    'full-screen': 'because a full-screen program has the terminal',
    'queue-full': 'because too many questions are waiting',
  }[answer.by];
  const head = `guard: ${answer.outcome === 'allow' ? 'allowed once' : 'denied'} ${by}: `;
  const tail = ` (${printable(question.verdict.rule, 100)})`;
  const room = Math.max(NARROWEST, columns - 1 - head.length - tail.length);
  const [first = '', ...rest] = wrap(commandText(question), room - 1);
  return `${head}${first}${rest.length ? '…' : ''}${tail}`;
}

function commandText({ argv, title }: Question): string {
  return argv?.length ? printableArgv(argv, COMMAND_LIMIT) : printable(title, COMMAND_LIMIT);
}

function commandLines(question: Question, width: number, room: number): string[] {
  const lines = wrap(commandText(question), width);
  if (lines.length <= room) return lines;
  const tail = Math.max(1, Math.floor(room / 4));
  const head = room - tail - 1;
  const hidden = lines.slice(head, -tail).join('').length;
  return [
    ...lines.slice(0, head),
    `[… ${hidden} characters are not shown …]`,
    ...lines.slice(-tail),
  ];
}

function field(name: string, value: string, width: number): string[] {
  if (value === '') return [];
  const label = name.padEnd(9);
  const lines = wrap(value, width - textWidth(label));
  const shown = lines.slice(0, FIELD_LINES);
  if (lines.length > FIELD_LINES) shown.push('…');
  return shown.map((line, index) => (index ? ' '.repeat(label.length) : label) + line);
}
