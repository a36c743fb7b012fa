import { commandLines, fitsScreen } from './command-lines.ts';
import { LABEL, type PromptField } from './prompt-fields.ts';
import type { WindowLine } from './prompt-layout.ts';
import { commandOf, keptAs } from './shape.ts';
import { shownResource } from './challenge.ts';
import { steady } from './steady-text.ts';
import { strictestTier, tierOf, type AskedTier } from './tiers.ts';
import type { Fact, Question, Sign } from './types.ts';
import { cut } from './wrap.ts';

/** What was measured so far, by `commandOf`; missing while it is being measured. */
export type Measured = ReadonlyMap<string, readonly Fact[]>;

export interface Waiting {
  /** Of the same shape, not in the list yet. */
  same: number;
  /** Other questions. */
  others: number;
}

/** A prompt before it is laid out: every text escaped, nothing cut yet. */
export interface PromptContent {
  sign: Sign;
  tier: AskedTier;
  /** What a yes does: `runs it`. */
  does: Does;
  /** A yes can be kept for each of them. */
  keeps: boolean;
  /** Something is being measured still. */
  measuring: boolean;
  lead: string;
  /** Every command that a yes would allow, a line each at least. */
  lines(width: number): readonly WindowLine[];
  /** Columns before a command: its number, where there are several. */
  gutter: number;
  fields: readonly PromptField[];
  /** Every command can be shown to its end. */
  whole: boolean;
}

/** `runs it`, and `to run it`. */
export type Does = readonly [does: string, to: string];

/** Lines kept free for what is being measured, so that nothing moves when it is there. */
const FACT_LINES = 4;
const MEASURING = 'measuring …';

/** Questions of one shape as a prompt shows them. `ordinals` keeps, over several contents, which command is which. */
export function promptContent(
  questions: readonly [Question, ...Question[]],
  measured: Measured,
  sign: Sign,
  ordinals: Map<string, number> = new Map(),
): PromptContent {
  const [first] = questions;
  const distinct = distinctCommands(questions);
  const several = distinct.length > 1;
  const gutter = several ? String(distinct.length).length + 2 : 1;
  const text = (question: Question): string => factText(question, measured);
  const wrapped = new Map<number, readonly WindowLine[]>();
  return {
    sign,
    tier: strictestTier(questions),
    does: doesOf(first),
    keeps: questions.every((question) => keptAs(question) !== null),
    measuring: isMeasuring(questions, measured),
    lead: leadOf(first, questions.length),
    gutter,
    lines(width) {
      const known = wrapped.get(width);
      if (known) return known;
      const lines = distinct.flatMap(({ question, count }, index) => {
        const ordinal = ordinalOf(question, ordinals);
        const number = several ? `${index + 1}` : '';
        const own: WindowLine[] = commandLines(question, width).map((line, at) => ({
          kind: 'command',
          gutter: (at ? '' : number).padStart(gutter - 1).padEnd(gutter),
          mark: `${ordinal}.${at}.${width}`,
          ...line,
        }));
        const notes = [count > 1 ? `${count} times` : '', several ? text(question) : ''];
        const note = notes.filter(Boolean).join(' · ').replaceAll('\n', ' · ');
        if (note) own.push({ kind: 'fact', text: cut(' '.repeat(gutter) + note, width + gutter) });
        return own;
      });
      wrapped.clear();
      wrapped.set(width, lines);
      return lines;
    },
    fields: fieldsOf(first, several ? '' : text(first), FACT_LINES),
    whole: distinct.every(({ question }) => fitsScreen(question)),
  };
}

/** Whether something that is to be shown before a yes is not there yet. */
export function isMeasuring(questions: readonly Question[], measured: Measured): boolean {
  return questions.some((each) => each.facts && !measured.has(commandOf(each)));
}

export function doesOf({ gate, wants }: Question): Does {
  if (gate === 'exec') return ['runs it', 'to run it'];
  return wants === undefined ? ['connects', 'to connect'] : ['sends it', 'to send it'];
}

function ordinalOf(question: Question, ordinals: Map<string, number>): number {
  const key = commandOf(question);
  const known = ordinals.get(key) ?? ordinals.size;
  ordinals.set(key, known);
  return known;
}

/** Commands that differ, in the order they were asked, and how often each was. */
export function distinctCommands(
  questions: readonly Question[],
): { question: Question; count: number }[] {
  const distinct = new Map<string, { question: Question; count: number }>();
  for (const question of questions) {
    const known = distinct.get(commandOf(question));
    if (known) known.count++;
    else distinct.set(commandOf(question), { question, count: 1 });
  }
  return [...distinct.values()];
}

export function leadOf({ ancestry, gate, wants: asked }: Question, count: number): string {
  const who = steady(ancestry[0] ?? 'the session', 40);
  if (asked !== undefined) {
    const many = count > 1 ? ` (${count} requests of the same kind)` : '';
    return `${who} ${steady(asked, 200)}${many}`;
  }
  const wants = gate === 'egress' ? 'wants to connect to' : 'wants to run';
  return count > 1 ? `${who} ${wants} ${count} commands of the same kind` : `${who} ${wants}`;
}

/** What is known about a question besides its command. `factLines` are kept free for what is measured. */
export function fieldsOf(question: Question, facts: string, factLines: number): PromptField[] {
  const { ancestry, cwd, verdict, calledAs = '', known = [], refusedBefore = 0 } = question;
  const resource = tierOf(question) === 'confirm' ? '' : (verdict.resource ?? '');
  const source = verdict.source ? ` · ${sourceText(verdict.source)}` : '';
  const fields: (PromptField | null)[] = [
    { label: 'called', text: steady(calledAs, 200), rank: 2, tone: 'alarm' },
    { label: 'target', text: shownResource(resource, 200), rank: 1, tone: 'alarm' },
    {
      label: 'before',
      text: refusedBefore ? `you refused this ${refusedBefore} times: a yes takes more now` : '',
      ...{ rank: 2, tone: 'alarm' },
    },
    ...known.map(({ label, text }, at): PromptField => ({
      label: steady(label, LABEL - 1),
      text: steady(text, 300),
      rank: at === 0 ? 1 : 3,
      tone: 'plain',
    })),
    { label: 'in', text: steady(cwd, 1000), rank: 3, tone: 'plain' },
    { label: 'through', text: through(ancestry), rank: 5, tone: 'plain' },
    { label: 'rule', text: steady(verdict.rule, 100) + source, rank: 4, tone: 'rule' },
    { label: 'because', text: steady(verdict.reason, 1000), rank: 0, tone: 'prose' },
    { label: 'instead', text: steady(verdict.safer ?? '', 1000), rank: 6, tone: 'prose' },
    question.facts && facts
      ? { label: 'measured', text: facts, rank: 1, tone: 'fact', lines: factLines }
      : null,
  ];
  return fields.filter((field): field is PromptField => field !== null && field.text !== '');
}

/** What was measured about a command, a line each; that it is being measured; empty when there is nothing to measure. */
export function factText(question: Question, measured: Measured): string {
  if (!question.facts) return '';
  const facts = measured.get(commandOf(question));
  if (!facts) return MEASURING;
  if (facts.length === 0) return 'nothing that could be counted';
  return facts.map(({ label, text }) => `${steady(label, 60)}: ${steady(text, 300)}`).join('\n');
}

function through(ancestry: readonly string[]): string {
  return ancestry.map((name) => steady(name, 60)).join(' ▸ ');
}

function sourceText({ layer, file, line }: NonNullable<Question['verdict']['source']>): string {
  const where = `${steady(file, 200)}${line > 0 ? `:${line}` : ''}`;
  return layer === 'default' ? where : `${where} (${layer})`;
}

export function waitingText({ same, others }: Waiting): string {
  const parts = [
    same ? `${same} more like this ${same === 1 ? 'waits' : 'wait'}` : '',
    others ? `${others} other ${others === 1 ? 'question waits' : 'questions wait'}` : '',
  ];
  return parts.filter(Boolean).join(', ');
}
