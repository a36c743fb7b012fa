import { printable } from '../printable.ts';
import type { Excerpt, Finding } from './finding.ts';
import type { ReportOptions } from './report.ts';
import type { AuditResult } from './result.ts';
import { displayWidth, lastColumns, firstColumns, withoutTabs } from './text-width.ts';

/** For people: each finding with its line and a caret line below the secret. */
export function textReport(result: AuditResult, options: ReportOptions): string {
  const { findings, notices, unread } = result;
  const { paint } = options;
  const parts = findings.map((finding) => findingText(finding, options));
  const said = [
    ...notices.map(
      ({ file, line, text }) =>
        `${paint('yellow', 'notice')} ${printable(file)}:${line}: ${printable(text)}`,
    ),
    ...unread.map(
      ({ file, why }) => `${paint('red', 'not looked at')} ${printable(file)}: ${printable(why)}`,
    ),
  ];
  if (said.length > 0) parts.push(said.join('\n'));
  parts.push(summary(result));
  return `${parts.join('\n\n')}\n`;
}

function findingText(finding: Finding, { describe, paint, width }: ReportOptions): string {
  const { rule, tier, place, file, line, column, commit, fingerprint, encoding } = finding;
  const facts = describe(rule);
  const where =
    place === 'name' ? `${printable(file)}: in the name` : `${printable(file)}:${line}:${column}`;
  const what = facts ? ` ${printable(facts.description)}` : '';
  const how = encoding ? `, ${encoding}` : '';
  const lines = [
    `${paint('bold', where)} ${paint('red', rule)} (${tier}${how})${what}`,
    ...excerptLines(finding.excerpt, place === 'name' ? '' : String(line), width, paint),
  ];
  const add = (name: string, text: string | undefined): void => {
    if (text !== undefined) lines.push(`  ${paint('dim', `${name}:`)} ${printable(text)}`);
  };
  add('opens', opens(facts));
  add('revoke', facts?.revoke);
  add('first commit', commit && `${commit.hash} (${commit.date})`);
  add('fingerprint', fingerprint);
  return lines.join('\n');
}

function opens(facts: { power?: string; unlimited?: boolean } | null): string | undefined {
  if (!facts?.unlimited) return facts?.power;
  const all = 'everything the account has, whatever it was made for';
  return facts.power === undefined ? all : `${facts.power}; ${all}`;
}

/** The line cut around the secret so that it fits, and carets below the secret. */
function excerptLines(
  { before, secret, after, cutBefore, cutAfter }: Excerpt,
  number: string,
  width: number,
  paint: ReportOptions['paint'],
): string[] {
  const gutter = `  ${number} | `;
  const shown = printable(secret);
  const room = Math.max(16, width - gutter.length - displayWidth(shown) - 2);
  const left = withoutTabs(before, 0);
  const right = withoutTabs(after, displayWidth(left) + displayWidth(shown));
  const rightRoom = Math.min(displayWidth(right), Math.floor(room / 3));
  const head = lastColumns(left, room - rightRoom);
  const tail = firstColumns(right, room - displayWidth(head));
  const start = cutBefore || head !== left ? '…' : '';
  const end = cutAfter || tail !== right ? '…' : '';
  const indent = ' '.repeat(displayWidth(start + head));
  return [
    `${paint('dim', gutter)}${start}${head}${paint('red', shown)}${tail}${end}`,
    `${paint('dim', `  ${' '.repeat(number.length)} | `)}${indent}${paint('red', '^'.repeat(displayWidth(shown)))}`,
  ];
}

function summary({ findings, allowed, unread, looked }: AuditResult): string {
  const by = (word: string): string[] => {
    const count = allowed.filter((each) => each.by === word).length;
    return count > 0 ? [`${count} by ${word === 'comment' ? 'comments' : `the ${word}`}`] : [];
  };
  const without = [...by('comment'), ...by('profile'), ...by('baseline')];
  return [
    findings.length > 0 ? count(findings.length, 'secret') : 'No secrets',
    ` in ${count(looked, 'text')}`,
    without.length > 0 ? `; allowed: ${without.join(', ')}` : '',
    unread.length > 0 ? `; ${count(unread.length, 'place')} not looked at` : '',
    '.',
  ].join('');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
