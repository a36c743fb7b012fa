import { printable } from '../../printable.ts';
import { asciiJson } from '../ascii-json.ts';
import { displayWidth } from '../text-width.ts';
import type { Reach, ReachItem, Treatment } from './types.ts';

/** Rows of the table; json has all. */
const MOST = 40;
const GAP = '  ';

const WORDS: Record<Treatment, string> = {
  visible: 'STILL VISIBLE',
  'in history': "still in git's history",
  unknown: '?',
  redacted: 'redacted',
  hidden: 'hidden',
  'not in its home': 'not in its home',
  'not passed': 'not passed',
  'not reachable': 'not reachable',
};

/** One line, fit for a README. */
export function summaryOf(reach: Reach): string {
  const { total, providers, unlimited, ways, visible, inHistory, noSession } = reach;
  if (total === 0 && ways === 0)
    return 'An agent started here without guard could use no secret that guard knows of.';
  const of = providers.length > 0 ? ` of ${many(providers.length, 'provider')}` : '';
  const secrets = [
    `${many(total, 'secret')}${of}`,
    ...(total > 0 ? [`${unlimited === 0 ? 'none' : unlimited} of them unlimited`] : []),
    ...(ways > 0 ? [`and ${many(ways, 'other way')} to act`] : []),
  ].join(', ');
  const without = `An agent started here without guard could use ${secrets}`;
  if (noSession !== null) return `${without}.`;
  const history = inHistory === 0 ? '' : `, and ${inHistory} in git's history`;
  return `${without}; under guard: ${visible}${history}.`;
}

export function reachJson(reach: Reach): string {
  return asciiJson({ summary: summaryOf(reach), ...reach });
}

type Paint = (colour: 'red' | 'yellow' | 'dim' | 'bold', text: string) => string;

export function reachTable(
  reach: Reach,
  { width, paint }: { width: number; paint: Paint },
): string {
  const shown = reach.items.slice(0, MOST);
  const rows = shown.map((item) => [
    item.count > 1 ? `${item.count}×` : '',
    printable(item.where, 200),
    printable(item.provider?.name ?? '', 40),
    WORDS[item.underGuard],
  ]);
  const widths = [0, 1, 2].map((column) => {
    const heads = ['', 'where', 'provider'];
    const most = [4, Math.max(20, Math.floor(width / 2)), 20][column] ?? 20;
    const cells = [heads[column] ?? '', ...rows.map((row) => row[column] ?? '')];
    return Math.min(most, Math.max(...cells.map(displayWidth)));
  });
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column < 3 ? fitted(cell, widths[column] ?? 0) : cell))
      .join(GAP)
      .trimEnd();
  const out = [
    ...(rows.length > 0 ? [paint('bold', line(['', 'where', 'provider', 'under guard']))] : []),
    ...shown.flatMap((item, index) => {
      const row = line(rows[index] ?? []);
      const colour =
        item.underGuard === 'visible' ? 'red' : item.underGuard === 'in history' ? 'yellow' : null;
      const details = cut(`${' '.repeat((widths[0] ?? 0) + 2)}${detailsOf(item)}`, width);
      return [colour ? paint(colour, row) : row, paint('dim', details)];
    }),
  ];
  if (reach.items.length > MOST)
    out.push(`… and ${reach.items.length - MOST} more: --format json has all`);
  if (out.length > 0) out.push('');
  for (const what of reach.incomplete) out.push(`Not all was looked at: ${printable(what)}.`);
  if (reach.noSession !== null)
    out.push(`What a session would have cannot be told: ${printable(reach.noSession, 1000)}`);
  out.push(summaryOf(reach), '');
  return out.join('\n');
}

function detailsOf(item: ReachItem): string {
  const parts = [item.what];
  if (item.unlimited) parts.push('UNLIMITED');
  if (item.production) parts.push('production by name');
  if (item.power) parts.push(`opens ${item.power}`);
  if (item.backups) parts.push(`backups: ${item.backups}`);
  if (item.alsoInHistory) parts.push("also in git's history");
  if (item.commit) parts.push(`commit ${item.commit.slice(0, 12)}`);
  return printable(parts.join(' · '), 1000);
}

/** Cut in its middle, for the end of a path says most. */
function fitted(text: string, width: number): string {
  const over = displayWidth(text) - width;
  if (over <= 0) return text + ' '.repeat(-over);
  const characters = [...text];
  const head = Math.max(0, Math.floor((width - 1) / 2));
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (width - 1 - head)).join('')}`;
}

function cut(text: string, width: number): string {
  return displayWidth(text) <= width
    ? text
    : `${[...text].slice(0, Math.max(1, width - 1)).join('')}…`;
}

function many(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
