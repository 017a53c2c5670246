/** What a validation came to, for a person and for `--json`: findings in the form that was asked for, the repaired copy, and the exit code. */
import { EXIT_CODES, printableName } from '../errors.js';
import type { ValidateReport } from '../formats/validation/validate.js';
import type { Environment } from '../models/cache-dir.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';
import { appendStepSummary } from './findings-github.js';
import { findingsReport, type ReportFormat } from './findings-report.js';
import { countsText, many } from './findings-text.js';
import type { Issue } from './issue.js';

export interface ValidateTelling { format: ReportFormat; maxErrors: number | undefined; output: string | undefined; dryRun: boolean; json: boolean; quiet: boolean; env: Environment }

/** In a workflow also appends to its summary. */
export async function validateOutcome(report: ValidateReport, telling: ValidateTelling): Promise<Outcome> {
  const { format, maxErrors, output, dryRun, json, quiet, env } = telling;
  const exitCode = exitCodeOf(report, maxErrors);
  const remarks = format === 'github' ? await appendStepSummary(report, env) : [];
  const refusals = [...thresholdIssue(report, exitCode, maxErrors), ...refusalIssues(report)];
  const { findings, fix, ...counts } = report;
  return {
    summary: {
      ...counts, findings: findings.map(({ code, severity, count }) => ({ code, severity, count })),
      ...(fix === undefined ? {} : { fix: { result: fix.result, left: fix.left, fixed: fix.fixed, losses: fix.losses.map(({ loss, count, first }) => ({ loss, count, first })) } }),
    },
    outputs: output !== undefined && (fix?.result === 'written' || (fix?.result === 'same' && !dryRun)) ? [output] : [],
    warnings: [...(json ? findingIssues(findings, 'warning') : []), ...lossIssues(report), ...remarks],
    errors: [...(json ? findingIssues(findings, 'error') : []), ...refusals],
    exitCode,
    ...(json ? {} : { text: findingsReport(report, format, quiet) }),
    closing: [...(format === 'text' ? [] : [countsText(report)]), ...fixLines(report, output ?? '')],
  };
}

/** A copy that was written has none of the errors that could be repaired; where others were left out of it, that is said by 3. */
function exitCodeOf({ errors, unreadable, fix }: ValidateReport, maxErrors: number | undefined): number {
  if (unreadable || fix?.result === 'refused') return EXIT_CODES.data;
  if (fix !== undefined) return fix.left > 0 ? EXIT_CODES.item : 0;
  if (errors === 0) return 0;
  if (maxErrors === undefined) return EXIT_CODES.data;
  return errors > maxErrors ? EXIT_CODES.threshold : 0;
}

function thresholdIssue({ errors }: ValidateReport, exitCode: number, maxErrors = 0): Issue[] {
  if (exitCode !== EXIT_CODES.threshold) return [];
  return [{ code: 'threshold/not-met', message: `There ${errors === 1 ? 'is one error' : `are ${errors} errors`}, and --max-errors allows ${maxErrors}.` }];
}

function refusalIssues({ fix, unreadable }: ValidateReport): Issue[] {
  if (fix?.result !== 'refused') return [];
  if (fix.losses.length > 0) return [{ code: 'data/loss', message: 'Nothing was written: a copy in this format would lose something; --allow-lossy writes it nevertheless.' }];
  if (unreadable) return [{ code: 'data/record', message: 'Nothing was written: what cannot be read to its end cannot be repaired.' }];
  return [{ code: 'data/record', message: `Nothing was written: ${many(fix.left, 'error')} cannot be repaired without guessing; --lenient leaves such records out, where they cannot be read, and writes the rest.` }];
}

function lossIssues({ fix }: ValidateReport): Issue[] {
  return (fix?.losses ?? []).map(({ loss, count, first, meaning }) => ({ code: `loss/${loss}`, message: `The copy loses ${meaning}: ${count === 1 ? 'once' : `${count} times`}, first at ${first}.` }));
}

function fixLines({ fix }: ValidateReport, output: string): string[] {
  if (fix === undefined || fix.result === 'refused') return [];
  const fixed = fix.fixed.map(({ code, count }) => `${code} (${count})`).join(', ');
  const what = fixed === '' ? 'Nothing needed repair' : `Repaired ${fixed}`;
  const left = fix.left > 0 ? ` ${many(fix.left, 'error')} had no repair: left out where the record could not be read, else as it was.` : '';
  if (fix.result === 'would-be-written') return [`${what.replace('Repaired', 'Would repair')}; nothing was written.${left}`];
  return [`${what}: ${fix.result === 'same' ? `${printableName(output)} is just that already` : `the copy is in ${printableName(output)}`}.${left}`];
}
