import { printable } from '../printable.ts';
import type { ReportOptions } from './report.ts';
import type { AuditResult } from './result.ts';

/** Workflow commands that GitHub Actions shows at the lines they name: `::error file=…,line=…::TEXT`. */
export function githubReport(
  { findings, notices, unread }: AuditResult,
  { describe }: Pick<ReportOptions, 'describe'>,
): string {
  const lines = [
    ...findings.map(({ rule, tier, place, file, line, column, endLine, endColumn, ...rest }) => {
      const facts = describe(rule);
      const text = [
        `${facts?.description ?? rule}: ${rest.secret}`,
        place === 'name' ? 'It stands in the name of the file' : '',
        facts?.power ? `Opens: ${facts.power}` : '',
        facts?.revoke ? `Revoke: ${facts.revoke}` : '',
        rest.commit ? `First commit: ${rest.commit.hash}` : '',
        `Fingerprint: ${rest.fingerprint}`,
      ];
      // Columns count only where beginning and end are one line.
      const columns: Record<string, number> = line === endLine ? { col: column, endColumn } : {};
      return command(
        tier === 'weak' ? 'warning' : 'error',
        { file, line, endLine, ...columns, title: `Secret: ${rule}` },
        text.filter(Boolean).join('\n'),
      );
    }),
    ...notices.map(({ file, line, text }) => command('warning', { file, line }, text)),
    ...unread.map(({ file, why }) => command('error', { file }, `Not looked at: ${why}`)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function command(
  name: 'error' | 'warning',
  properties: Record<string, string | number>,
  text: string,
): string {
  const named = Object.entries(properties).map(([key, value]) => `${key}=${property(value)}`);
  return `::${name} ${named.join(',')}::${data(text)}`;
}

/** As the toolkit escapes (@actions/core, command.ts): the percent sign first. */
function data(text: string): string {
  return quieted(text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A'));
}

function property(value: string | number): string {
  return data(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A log is a terminal to those who read it there. */
function quieted(text: string): string {
  return printable(text, Infinity);
}
