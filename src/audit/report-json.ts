import type { DescribeRule, Finding } from './finding.ts';
import type { ReportOptions } from './report.ts';
import { asciiJson } from './ascii-json.ts';
import type { AuditResult } from './result.ts';

/** One object, documented in docs/audit.md; keys are only ever added. */
export function jsonReport(
  { findings, allowed, notices, unread, looked }: AuditResult,
  { describe }: Pick<ReportOptions, 'describe'>,
): string {
  const report = {
    version: 1,
    findings: findings.map((finding) => findingJson(finding, describe)),
    allowed: allowed.map(({ finding, by, reason }) => ({
      ...findingJson(finding, describe),
      by,
      reason,
    })),
    notices,
    unread,
    looked,
  };
  return asciiJson(report);
}

function findingJson(finding: Finding, describe: DescribeRule): Record<string, unknown> {
  const { rule, tier, place, file, line, column, endLine, endColumn, fingerprint } = finding;
  const { secret, encoding, commit } = finding;
  const facts = describe(rule);
  // What is undefined is left out.
  return {
    ...{ rule, tier, file, line, column, endLine, endColumn, fingerprint, secret, place },
    encoding,
    commit: commit?.hash,
    commitDate: commit?.date,
    description: facts?.description,
    opens: facts?.power,
    unlimited: facts?.unlimited,
    revoke: facts?.revoke,
  };
}
