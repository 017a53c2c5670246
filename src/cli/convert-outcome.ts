/** What a conversion came to, for a person and for `--json`: counts, what was found, what is lost, and the exit code. */
import { EXIT_CODES, printableName } from '../errors.js';
import type { ConvertReport, ConvertRequest } from '../formats/convert.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';
import type { Issue } from './issue.js';

export function convertOutcome(report: ConvertReport, { output, dryRun }: Pick<ConvertRequest, 'output' | 'dryRun'>): Outcome {
  const { from, to, images, annotations, losses, findings, errors, result } = report;
  const lost: Issue[] = losses.map(({ loss, count, first, meaning }) => ({ code: `loss/${loss}`, message: `The output loses ${meaning}: ${count === 1 ? 'once' : `${count} times`}, ${count === 1 ? 'at' : 'first at'} ${first}.` }));
  const isRefused = result === 'refused';
  const refusal: Issue[] = isRefused ? [{ code: 'data/loss', message: `A ${to} output cannot hold all that the input says (${losses.map(({ loss }) => loss).join(', ')}); --allow-lossy writes it nevertheless.` }] : [];
  return {
    summary: {
      from, to, images, annotations, result, leftOut: errors,
      losses: losses.map(({ loss, count, first }) => ({ loss, count, first })),
      findings: findings.map(({ code, severity, count }) => ({ code, severity, count })),
    },
    outputs: result === 'written' || (result === 'same' && !dryRun) ? [output] : [],
    warnings: [...findingIssues(findings, 'warning'), ...lost],
    errors: [...findingIssues(findings, 'error'), ...refusal],
    exitCode: isRefused ? EXIT_CODES.data : errors > 0 ? EXIT_CODES.item : 0,
    closing: [closingLine(report, output)],
  };
}

function closingLine({ from, to, images, annotations, result, errors, evidence }: ConvertReport, output: string): string {
  const counts = `${images} image${images === 1 ? '' : 's'}, ${annotations} annotation${annotations === 1 ? '' : 's'}`;
  const what = `${counts} from ${from}${evidence === undefined ? '' : ' (detected)'} to ${to}`;
  const left = errors > 0 ? ` ${errors} error${errors === 1 ? '' : 's'} left out or put right.` : '';
  switch (result) {
    case 'written': return `${what} in ${printableName(output)}.${left}`;
    case 'same': return `${what}: ${printableName(output)} is just that already.${left}`;
    case 'would-be-written': return `Would write ${what} into ${printableName(output)}; nothing was written.${left}`;
    case 'refused': return `Nothing was written: ${what} would lose something.${left}`;
  }
}
