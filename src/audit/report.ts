import type { DescribeRule } from './finding.ts';
import type { AuditResult } from './result.ts';

export const FORMATS = ['text', 'json', 'sarif', 'github'] as const;
export type Format = (typeof FORMATS)[number];

export interface ReportOptions {
  describe: DescribeRule;
  /** Columns of the terminal. */
  width: number;
  paint: (colour: 'red' | 'yellow' | 'dim' | 'bold', text: string) => string;
  version: string;
}

/** The result in a format. Loaded when it is known which: reading them takes time. */
export async function reportOf(
  format: Format,
  result: AuditResult,
  options: ReportOptions,
): Promise<string> {
  switch (format) {
    case 'text':
      return (await import('./report-text.ts')).textReport(result, options);
    case 'json':
      return (await import('./report-json.ts')).jsonReport(result, options);
    case 'sarif':
      return (await import('./report-sarif.ts')).sarifReport(result, options);
    case 'github':
      return (await import('./report-github.ts')).githubReport(result, options);
  }
}
