import { wrap, wrapWords } from './wrap.ts';

/** What is said about a command: escaped. */
export interface PromptField {
  label: string;
  text: string;
  /** Lower is kept longer when there is no room. */
  rank: number;
  /** `prose` is broken between words. */
  tone: 'plain' | 'prose' | 'rule' | 'alarm' | 'fact';
  /** Lines that are kept free for it, and never more than these are shown. */
  lines?: number;
}

export interface LaidField {
  label: string;
  lines: readonly string[];
  tone: PromptField['tone'];
}

/** Columns of the labels, the longest and a space. */
export const LABEL = 10;
/** A folder's or a program's name is the agent's choice and must not push the rest off the screen. */
const LINES = 2;

/** As many fields as fit in `room` lines, the most important first, shown in their own order. */
export function layOutFields(
  fields: readonly PromptField[],
  width: number,
  room: number,
): LaidField[] {
  const laid = fields.map((field) => ({ field, lines: fieldLines(field, width) }));
  const kept = new Set<PromptField>();
  for (const { field, lines } of laid.toSorted((a, b) => a.field.rank - b.field.rank)) {
    if (lines.length > room) continue;
    kept.add(field);
    room -= lines.length;
  }
  return laid
    .filter(({ field }) => kept.has(field))
    .map(({ field: { label, tone }, lines }) => ({ label, tone, lines }));
}

function fieldLines({ text, tone, lines: reserved }: PromptField, width: number): string[] {
  const room = Math.max(2, width - LABEL);
  const broken = tone === 'prose' || tone === 'fact' ? wrapWords : wrap;
  const most = reserved ?? LINES;
  const all = text.split('\n').flatMap((line) => broken(line, room));
  const shown = all.slice(0, most);
  if (all.length > most) {
    const [last = ''] = wrap(shown.pop() ?? '', room - 1);
    shown.push(`${last}…`);
  }
  while (reserved !== undefined && shown.length < reserved) shown.push('');
  return shown;
}
