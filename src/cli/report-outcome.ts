/** What `visualize --report` came to: counts, what could not be shown, the exit code, and what to open. */
import { join } from 'node:path';
import { EXIT_CODES, SamError, plainError, printableName } from '../errors.js';
import type { ReportReport } from '../folder/report.js';
import { flagName, type OptionTable } from '../options.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';
import { limited } from './visualize-outcome.js';
import { counted } from './written-outcome.js';

/** One of the two outputs of `visualize`; a report takes no options of pictures. Throws `usage/option`. */
export function refuseMixture(flags: Readonly<Record<string, unknown>>, ofPictures: OptionTable, ofReports: OptionTable): void {
  const { output, report } = flags;
  if ((output === undefined) === (report === undefined)) throw new SamError('usage/option', 'Give --output DIR for pictures, or --report DIR for a page; see --help.');
  if (report === undefined) return;
  const stray = ['against', ...Object.keys(ofPictures).filter((key) => !Object.hasOwn(ofReports, key)).map(flagName)].find((flag) => flags[flag] !== undefined);
  if (stray !== undefined) throw new SamError('usage/option', `--${stray} is for pictures (--output); a report does not take it.`);
}

export function reportOutcome(report: ReportReport, output: string): Outcome {
  const { summary, findings, result } = report;
  const errors = [...findingIssues(findings, 'error'), ...limited(report.errors.map(plainError))];
  const what = `a report of ${counted(summary.images, 'image')} and ${counted(summary.objects, 'mask')}`;
  const where = printableName(join(output, 'index.html'));
  const left = summary.failed > 0 ? ` ${counted(summary.failed, 'image')} could not be shown.` : '';
  const closing = result === 'written' ? `Wrote ${what}: open ${where} in a browser.` : result === 'same' ? `${where} is just that already: ${what}.` : `Would write ${what} to ${where}; nothing was written.`;
  return {
    summary: { ...summary, kind: 'report', result, findings: findings.map(({ code, severity, count }) => ({ code, severity, count })) },
    outputs: result === 'would-be-written' ? [] : report.outputs,
    warnings: [...findingIssues(findings, 'warning'), ...limited(report.warnings.map((warning) => ({ code: 'image/remark', ...warning })))],
    errors, exitCode: errors.length > 0 ? EXIT_CODES.item : 0, closing: [`${closing}${left}`],
  };
}
