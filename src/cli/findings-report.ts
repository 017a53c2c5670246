/** The forms in which findings are told on stdout: for people, for programs, for code scanning, for a workflow's log. */
import type { ValidateReport } from '../formats/validation/validate.js';
import type { OptionTable } from '../options.js';
import { githubText } from './findings-github.js';
import { sarifText } from './findings-sarif.js';
import { findingsText } from './findings-text.js';

export const REPORT_OPTIONS = {
  format: { kind: 'choice', default: 'text', choices: ['text', 'json', 'sarif', 'github'], summary: 'text; json: one object; sarif: SARIF 2.1.0; github: annotations of a workflow, and a table in its summary.' },
} as const satisfies OptionTable;

export type ReportFormat = (typeof REPORT_OPTIONS)['format']['choices'][number];

/** `quiet`: errors alone. */
export function findingsReport(report: ValidateReport, format: ReportFormat, quiet: boolean): string {
  const told = quiet ? { ...report, findings: report.findings.filter(({ severity }) => severity === 'error') } : report;
  switch (format) {
    case 'text': return findingsText(told, quiet);
    case 'json': return `${JSON.stringify(plainReport(told))}\n`;
    case 'sarif': return sarifText(told, process.cwd());
    case 'github': return githubText(told, process.cwd());
  }
}

/** `--format json`: every finding that is listed, in one list, and exact counts by rule. */
function plainReport({ findings, ...report }: ValidateReport): unknown {
  return {
    schema: 1, ...report,
    rules: findings.map(({ code, severity, count, shown }) => ({ code, severity, count, listed: shown.length })),
    findings: findings.flatMap(({ shown }) => shown),
  };
}
