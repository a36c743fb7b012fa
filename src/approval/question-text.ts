import { printable, printableArgv } from '../printable.ts';
import { commandLines } from './command-lines.ts';
import {
  distinctCommands,
  doesOf,
  factText,
  fieldsOf,
  leadOf,
  type Measured,
} from './prompt-content.ts';
import { signText } from './prompt-edges.ts';
import type { PromptField } from './prompt-fields.ts';
import type { Size } from './prompt-layout.ts';
import { strictestTier, type AskedTier } from './tiers.ts';
import type { Answer, Question, Sign } from './types.ts';
import { cut, textWidth, wrap } from './wrap.ts';

/** Lines a command may take, where the screen has them; of a longer one the beginning and the end are shown, and how much is not. */
const COMMAND_LINES = 12;
const FEWEST_COMMAND_LINES = 3;
/** Characters of a command that are looked at in the line that is left of a question. */
const COMMAND_LIMIT = 64 * 1024;
/** Any other fact: a folder's or a program's name is the agent's choice and must not push the command off the screen. */
const FIELD_LINES = 2;
const FACT_LINES = 4;
const NARROWEST = 20;
/** Columns for what is typed behind the question. */
const ENTRY_ROOM = 30;
const LABEL = 9;

const ASK = 'Allow this once? [y/N] ';
const ASK_OR_KEEP = 'Allow this once, or a: always exactly this? [y/a/N] ';
/** In its place, where a yes would allow what nobody has seen. */
const CANNOT_ALLOW = 'Too long for this screen, so it cannot be allowed. [N] ';

/** What stands on the last line, for a key to be pressed or a name to be typed; shorter where there is little room. */
export function askLine(
  { shown, whole }: PlainText,
  tier: AskedTier,
  keeps: boolean,
  columns: number,
): string {
  const [first] = shown;
  if (!whole || !first) return CANNOT_ALLOW;
  if (tier === 'confirm') return keeps ? ASK_OR_KEEP : ASK;
  const [does, to] = doesOf(first);
  if (tier === 'review') return `Enter ${does}, n refuses: `;
  const line = `Type it ${to}, Esc refuses: `;
  return line.length + ENTRY_ROOM > columns ? '> ' : line;
}

export interface PlainText {
  /** Escaped, for a screen of the size. The last line, `askLine`, is not among them. */
  lines: string[];
  /** The questions whose command is among them: what a yes would allow. */
  shown: readonly Question[];
  /**
   * False for a request to a service that does not fit: it may ask for many things at once, and what is left out can be the
   * worst; and for a command that takes more than a key. Of others the beginning and the end say what they are.
   */
  whole: boolean;
}

/** Questions of one shape as lines, as many of their commands as can stand on the screen as a whole, at least one. */
export function plainText(
  questions: readonly [Question, ...Question[]],
  { columns, rows }: Size,
  sign: Sign,
  measured: Measured = new Map(),
): PlainText {
  const width = Math.max(NARROWEST, columns - 1) - 2;
  const [first] = questions;
  const distinct = distinctCommands(questions);
  const several = distinct.length > 1;
  const tier = strictestTier(questions);
  // What a yes takes more for is measured first, and there is room for one command's figures.
  const facts = several && tier === 'confirm' ? '' : factText(first, measured);
  const fields = [
    ...fieldsOf(first, facts, FACT_LINES).flatMap((field) => fieldLines(field, width)),
  ];
  // Besides them: the heading and the sign, two empty lines, what else waits, and the one with the keys.
  const most = Math.max(FEWEST_COMMAND_LINES, rows - fields.length - 7);
  const all = distinct.flatMap(({ question, count }, index) =>
    commandLines(question, width - 6).map(
      ({ text }, at) =>
        `${(at || !several ? '' : `${index + 1}`).padStart(3)} ${text}${count > 1 && at === 0 ? ` (${count} times)` : ''}`,
    ),
  );
  const fits = several && tier === 'confirm' && all.length <= Math.min(COMMAND_LINES, most);
  const shown = fits ? questions : questions.filter((question) => sameCommand(question, first));
  const more = questions.length - shown.length;
  const room = tier === 'confirm' ? Math.min(COMMAND_LINES, most) : most;
  const cuttable = first.wants === undefined && tier === 'confirm';
  const whole = cuttable || fits || commandLines(first, width - 2).length <= room;
  const lines = [
    ...wrap(`guard: ${leadOf(first, shown.length)}`, width).slice(0, 2),
    ...wrap('words' in sign ? `your sign: ${sign.words}` : signText(sign), width).slice(0, 2),
    '',
    ...(fits ? all : oneCommand(first, width - 2, room).map((line) => `  ${line}`)),
    ...(more ? [cut(`  and ${more} more of this kind: n denies them too`, width)] : []),
    '',
    ...fields,
  ];
  return { lines: lines.map((line) => (line ? `│ ${line}` : '│')), shown, whole };
}

function sameCommand(one: Question, other: Question): boolean {
  return distinctCommands([one, other]).length === 1;
}

/** How an answer is told where it was given. */
const BY: Record<Answer['by'], string> = {
  user: 'by you',
  'user-earlier': 'because you said no already',
  timeout: 'because nobody answered in time',
  gone: 'because the asker is gone',
  'no-terminal': 'because the terminal is gone',
  'full-screen': 'because a full-screen program has the terminal',
  'queue-full': 'because too many questions are waiting',
};

export interface Decided extends Pick<Answer, 'outcome' | 'by'> {
  /** How many asks it answered. */
  count?: number;
  /** And everything of the kind from now on; of a yes, exactly this. */
  fromNowOn?: boolean;
}

/** What is left of a question when it has been answered: one line. */
export function answerLine(question: Question, decided: Decided, columns: number): string {
  const { outcome, by, count = 1, fromNowOn = false } = decided;
  const once = outcome === 'allow' ? 'allowed once' : 'denied';
  const always = outcome === 'allow' ? 'allowed from now on' : 'denied from now on';
  const what = fromNowOn ? always : once;
  const many = count > 1 ? `, ${count} times` : '';
  const head = `guard: ${what} ${BY[by]}${many}: `;
  const tail = ` (${printable(question.verdict.rule, 100)})`;
  const room = Math.max(NARROWEST, columns - 1 - head.length - tail.length);
  const [first = '', ...rest] = wrap(commandText(question), room - 1);
  return `${head}${first}${rest.length ? '…' : ''}${tail}`;
}

function commandText({ argv, title }: Question): string {
  return argv?.length ? printableArgv(argv, COMMAND_LIMIT) : printable(title, COMMAND_LIMIT);
}

function oneCommand(question: Question, width: number, room: number): string[] {
  const lines = commandLines(question, width).map(({ text }) => text);
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

function fieldLines(
  { label, text, lines: most = FIELD_LINES }: PromptField,
  width: number,
): string[] {
  const name = label.padEnd(LABEL);
  const all = text.split('\n').flatMap((line) => wrap(line, width - textWidth(name)));
  const shown = all.slice(0, most);
  if (all.length > most) shown.push('…');
  return shown.map((line, index) => (index ? ' '.repeat(name.length) : name) + line);
}
