import { pathBytes } from '../byte-path.ts';
import { asciiJson } from './ascii-json.ts';
import type { DescribeRule, Finding, RuleFacts } from './finding.ts';
import type { ReportOptions } from './report.ts';
import type { Allowed, AuditResult } from './result.ts';

const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const LEVELS = { certain: 'error', likely: 'error', weak: 'warning' } as const;
/** What code scanning sorts by, as CVSS has it (9.0 and above is critical). */
const SEVERITY = { certain: '9.5', likely: '8.0', weak: '4.0' } as const;

/** SARIF 2.1.0; section numbers are those of the OASIS standard. */
export function sarifReport(
  result: AuditResult,
  { describe, version }: Pick<ReportOptions, 'describe' | 'version'>,
): string {
  const { findings, allowed, unread, notices } = result;
  const all = [...findings, ...allowed.map(({ finding }) => finding)];
  const rules = [...new Set(all.map(({ rule }) => rule))].sort();
  const results = [
    ...findings.map((finding) => resultOf(finding, rules, describe)),
    ...allowed.map((each) => ({
      ...resultOf(each.finding, rules, describe),
      suppressions: [suppressionOf(each)],
    })),
  ];
  const run = {
    tool: {
      driver: {
        name: 'guard audit',
        version,
        rules: rules.map((id) => ruleOf(id, all, describe(id))),
      },
    },
    // Section 3.14.17: columns count characters, not UTF-16 code units.
    columnKind: 'unicodeCodePoints',
    invocations: [
      {
        executionSuccessful: unread.length === 0,
        toolExecutionNotifications: [
          ...unread.map(({ file, why }) => notification('error', file, `not looked at: ${why}`)),
          ...notices.map(({ file, text }) => notification('warning', file, text)),
        ],
      },
    ],
    results,
  };
  return asciiJson({ $schema: SCHEMA, version: '2.1.0', runs: [run] });
}

function ruleOf(id: string, all: readonly Finding[], facts: RuleFacts | null) {
  const tier = all.find(({ rule }) => rule === id)?.tier ?? 'likely';
  const help = [
    facts?.power && `Opens: ${facts.power}.`,
    facts?.revoke && `Revoke: ${facts.revoke}`,
  ];
  return {
    id,
    shortDescription: { text: facts?.description ?? id },
    help: { text: help.filter(Boolean).join(' ') || (facts?.description ?? id) },
    defaultConfiguration: { level: LEVELS[tier] },
    properties: { tags: ['security', 'secret'], 'security-severity': SEVERITY[tier] },
  };
}

function resultOf(finding: Finding, rules: readonly string[], describe: DescribeRule) {
  const { rule, tier, place, file, line, column, endLine, endColumn, fingerprint } = finding;
  const what = describe(rule)?.description ?? rule;
  const where = place === 'name' ? ' in the name of the file' : '';
  const commit = finding.commit ? `, first in commit ${finding.commit.hash}` : '';
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: LEVELS[tier],
    message: { text: `${what}${where}: ${finding.secret}${commit}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file), uriBaseId: '%SRCROOT%' },
          region:
            place === 'name'
              ? { startLine: 1 }
              : { startLine: line, startColumn: column, endLine, endColumn },
        },
      },
    ],
    partialFingerprints: { 'guard/v1': fingerprint },
    properties: { tier, ...(finding.commit ? { commit: finding.commit.hash } : {}) },
  };
}

function suppressionOf({ by, reason }: Allowed) {
  return { kind: by === 'comment' ? 'inSource' : 'external', justification: reason };
}

function notification(level: 'error' | 'warning', file: string, text: string) {
  return {
    level,
    message: { text },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) } } }],
  };
}

/** Section 3.10: a path as a relative reference; every byte that RFC 3986 does not let stand is escaped. */
export function uriOf(path: string): string {
  let uri = '';
  for (const byte of pathBytes(path)) {
    const character = String.fromCharCode(byte);
    uri += /[\w.~/-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return uri;
}
