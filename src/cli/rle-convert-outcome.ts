/** What a conversion or check of masks came to, for a person and for `--json`. */
import { EXIT_CODES, printableName } from '../errors.js';
import type { RleConvertReport } from '../formats/rle-convert/rle-convert.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';

export function rleConvertOutcome({ masks, changed, findings, errors, losses, result }: RleConvertReport, output: string | undefined): Outcome {
  const isCheck = result === 'checked';
  const malformed = findings.reduce((sum, { severity, count }) => sum + (severity === 'info' ? 0 : count), 0);
  const lost = losses.map(({ loss, count, first }) => ({ code: `loss/${loss}`, message: `Of ${count === 1 ? 'one mask' : `${count} masks`} pixels are covered by smaller ones, which one label a pixel cannot say: first ${first}.` }));
  return {
    summary: { masks, changed, result, ...(isCheck ? { malformed } : {}), findings: findings.map(({ code, severity, count }) => ({ code, severity, count })) },
    outputs: output !== undefined && (result === 'written' || result === 'same') ? [output] : [],
    warnings: [...(isCheck ? [] : findingIssues(findings, 'warning')), ...lost],
    // what other programs stumble over is an error of a check, even where we read it as it was meant
    errors: [...findingIssues(findings, 'error'), ...(isCheck ? findingIssues(findings, 'warning') : [])],
    exitCode: isCheck ? (malformed > 0 ? EXIT_CODES.data : 0) : errors > 0 ? EXIT_CODES.item : 0,
    closing: result === 'printed' ? [] : [closingLine({ masks, changed, errors, result }, malformed, output)],
  };
}

function closingLine({ masks, changed, errors, result }: Pick<RleConvertReport, 'masks' | 'changed' | 'errors' | 'result'>, malformed: number, output = ''): string {
  const left = errors > 0 ? ` ${errors} malformed ${errors === 1 ? 'one is' : 'ones are'} left as ${errors === 1 ? 'it was' : 'they were'}.` : '';
  const read = `${masks} mask${masks === 1 ? '' : 's'} read`;
  switch (result) {
    case 'checked': return malformed === 0 ? `${read}, nothing wrong.` : `${read}, ${malformed} wrong.`;
    case 'same': return `${read}: ${printableName(output)} is just that already.${left}`;
    case 'would-be-written': return `${read}, ${changed} would be converted; nothing was written.${left}`;
    default: return `${read}, ${changed} converted${output === '' ? '' : ` in ${printableName(output)}`}.${left}`;
  }
}
